//! Which features fit which build. A mistake is told when it is compiled: in the browser it
//! would be a counter that stands still, and on a server a panic when the first page is made.
//!
//! `cargo doc --all-features` builds nothing that runs, and may have them all. For lints each
//! half is checked by itself: `--features ssr`, and `--features hydrate` for wasm32.

#[cfg(all(
    feature = "ssr",
    feature = "hydrate",
    not(target_family = "wasm"),
    not(doc)
))]
compile_error!(
    "view-counter has both features `ssr` and `hydrate`, so this server would run the browser's \
     half and panic; build it with `ssr` alone: in `[features]`, `hydrate` names \
     `view-counter/hydrate` and `ssr` names `view-counter/ssr`, and `[dependencies]` names neither"
);

#[cfg(all(feature = "ssr", target_family = "wasm", not(doc)))]
compile_error!(
    "view-counter has the feature `ssr`, the server's half, in a build for the browser; build it \
     with `hydrate` alone: in `[features]`, `hydrate` names `view-counter/hydrate` and not \
     `view-counter/ssr`, and `[dependencies]` names neither"
);

#[cfg(all(
    target_family = "wasm",
    not(feature = "hydrate"),
    not(feature = "ssr"),
    not(doc)
))]
compile_error!(
    "view-counter lacks the feature `hydrate` in a build for the browser, so its numbers would \
     stand still; in `[features]`, add `view-counter/hydrate` to your feature `hydrate`"
);

/// The body of a server function. Leptos compiles it where its own feature `ssr` is on.
#[cfg(feature = "ssr")]
macro_rules! server_half {
    ($($body:tt)*) => { $($body)* };
}

#[cfg(not(feature = "ssr"))]
#[expect(
    unused_macros,
    reason = "Leptos leaves these bodies out of the browser's half"
)]
macro_rules! server_half {
    ($($body:tt)*) => {
        compile_error!(
            "view-counter lacks the feature `ssr` in a build for the server, where Leptos has it; \
             in `[features]`, add `view-counter/ssr` to your feature `ssr`"
        )
    };
}

#[cfg_attr(
    not(feature = "ssr"),
    expect(unused_imports, reason = "the browser's half has no bodies")
)]
pub(crate) use server_half;
