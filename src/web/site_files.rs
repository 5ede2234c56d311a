//! The files that the build makes: the style sheet, the script, the WebAssembly,
//! the icon.
//!
//! They lie in a folder, where cargo-leptos put them; or, with the feature
//! `embed`, in the program itself. Whoever asks cannot tell.

#[cfg(feature = "embed")]
mod embedded;
#[cfg(not(feature = "embed"))]
mod folder;

#[cfg(feature = "embed")]
pub use embedded::SiteFiles;
#[cfg(feature = "embed")]
pub(crate) use embedded::held;
#[cfg(not(feature = "embed"))]
pub use folder::SiteFiles;

use super::{
    caching::{FOR_AN_HOUR, with_caching},
    headers,
};
use axum::{http::request::Parts, response::Response};
use sha2::{Digest, Sha256};

impl SiteFiles {
    /// As [`Self::answer`], of a file that keeps its name when its content changes, and
    /// that other sites may show: the icon, the script.
    pub(crate) async fn answer_by_name(&self, request: &Parts) -> Response {
        let mut response = with_caching(FOR_AN_HOUR, self.answer(request).await);
        headers::mark_as_file(response.headers_mut());
        response
    }
}

/// Whether `cargo leptos watch` runs the program, and pages listen for its next
/// build. Asked as Leptos asks, which then writes the script that listens.
pub(crate) fn is_watched() -> bool {
    std::env::var("LEPTOS_WATCH").is_ok()
}

/// Where a page finds what it loads, as paths on this site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AssetPaths {
    /// The style sheet.
    pub(crate) style: String,
    /// The JavaScript module that exports `hydrate`.
    pub(crate) script: String,
    /// The WebAssembly that it runs.
    pub(crate) wasm: String,
}

impl AssetPaths {
    /// `hash` says what stands in the name of the one file with this extension, if
    /// anything does: cargo-leptos names them `view-counter.HASH.css` and so on.
    fn new(hash: impl Fn(&str) -> Option<String>) -> Self {
        let address = |extension| match hash(extension) {
            Some(hash) => format!("/pkg/view-counter.{hash}.{extension}"),
            None => format!("/pkg/view-counter.{extension}"),
        };
        Self {
            style: address("css"),
            script: address("js"),
            wasm: address("wasm"),
        }
    }

    /// Which build these are of: another one has other names.
    pub(crate) fn version(&self) -> String {
        let names = [&self.style, &self.script, &self.wasm].map(|path| path.as_bytes());
        let digest = Sha256::digest(names.concat());
        digest
            .iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// A script that loads the application when the browser has nothing else to do.
    pub(crate) fn loading_script(&self) -> String {
        let (script, wasm) = (&self.script, &self.wasm);
        // Safari has no such callback; and a page that is never idle loads it too. A try that
        // fails for want of a network is followed by others, for about two minutes. A browser
        // keeps the failure of a module, but only under the address that failed.
        format!(
            "const load = async (tries) => {{\
               try {{\
                 const app = await import({script:?} + (tries ? '?' + tries : ''));\
                 await app.default({{ module_or_path: {wasm:?} }});\
                 setTimeout(app.hydrate);\
               }} catch (error) {{\
                 if (tries > 6) throw error;\
                 setTimeout(load, 1000 << tries, tries + 1);\
               }}\
             }};\
             const begin = () => load(0);\
             if (window.requestIdleCallback) requestIdleCallback(begin, {{ timeout: 2000 }});\
             else begin();"
        )
    }
}
