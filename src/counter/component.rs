//! `<ViewCounter/>`: the total in the server's HTML, live once hydrated.

use super::{
    protocol::{Counts, Slug},
    wording,
};
use leptos::{either::Either, prelude::*};

/// What a counter shows at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The numbers last known; none if there were none to begin with.
    pub counts: Option<Counts>,
    /// Whether they follow what happens.
    pub state: ReadingState,
}

/// Whether a counter's numbers follow what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadingState {
    /// As the server wrote them; no socket was open yet.
    Static,
    /// A socket brings every change.
    Live,
    /// The socket was lost; these are the last known.
    Lost,
}

impl ReadingState {
    /// The value of the counter's `data-state` attribute, for style sheets.
    pub fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Live => "live",
            Self::Lost => "lost",
        }
    }
}

/// What stands beside numbers that no longer follow what happens.
pub(super) const NOT_LIVE: &str = " · not live";

/// A post's numbers: "3 reading now · 1,204 views".
///
/// The total is in the server's HTML, so that there is something to read
/// without JavaScript and nothing moves when the page comes alive. Several
/// counters of one slug on a page share one socket and are one view, and so is one
/// that is drawn anew, in a `<Show>` for example, on the same path. Where
/// leptos_router is used, a counter leaves when a navigation leaves the path
/// that it was mounted on, and leaves for good: so it belongs on the pages, and
/// not into a layout that stays. Without a router, as in an island, the page is a
/// reader until the counter is taken off it.
///
/// `data-state` is `static`, `live` or `lost`. When the connection is lost, the
/// last known numbers stay, with a sign that says so in words. The number is no
/// live region: a ticking one would talk over a screen reader's user.
#[component]
pub fn ViewCounter(
    /// The post.
    #[prop(into)]
    slug: String,
    /// The numbers to begin with, if the page has them. Without, the counter
    /// asks the server for them itself.
    #[prop(optional, into)]
    counts: Option<Counts>,
) -> impl IntoView {
    match counts {
        Some(_) => Either::Left(view! { <LoadedViewCounter slug counts /> }),
        None => Either::Right(with_slug(slug, asked_numbers)),
    }
}

/// A [`ViewCounter`] for a page that has loaded the numbers itself. It asks for none:
/// a page that has none to begin with shows none until the socket brings them. What
/// asks is then no part of what the browser loads.
#[component]
pub fn LoadedViewCounter(
    /// The post.
    #[prop(into)]
    slug: String,
    /// The numbers to begin with.
    counts: Option<Counts>,
) -> impl IntoView {
    with_slug(slug, move |slug| numbers(slug, counts))
}

/// What is shown of this slug: nothing, if it is none.
fn with_slug<V>(slug: String, show: impl FnOnce(Slug) -> V) -> Option<V> {
    match slug.parse() {
        Ok(slug) => Some(show(slug)),
        Err(error) => {
            leptos::logging::error!("<ViewCounter slug={slug:?}/>: {error}");
            None
        }
    }
}

/// The numbers, asked of the server while rendering or after a navigation.
fn asked_numbers(slug: Slug) -> impl IntoView {
    let asked = {
        let slug = slug.clone();
        Resource::new_blocking(move || slug.clone(), counts_of)
    };
    let show = move || {
        let slug = slug.clone();
        // What cannot be had now, a frame may bring.
        Suspend::new(async move { numbers(slug, asked.await.ok()) })
    };
    view! { <Suspense>{show}</Suspense> }
}

fn numbers(slug: Slug, counts: Option<Counts>) -> impl IntoView {
    let reading = use_reading(slug, counts);
    let counts = move || reading.get().counts;
    let live = move || counts().map(|counts| wording::reading_now(counts.live));
    let total = move || counts().map(|counts| wording::views(counts.total));
    let sign = move || (reading.get().state == ReadingState::Lost).then_some(NOT_LIVE);
    view! {
        // The words are English, and run from left to right, whatever is around them.
        <span
            class="view-counter"
            lang="en"
            dir="ltr"
            data-state=move || reading.get().state.name()
        >
            <span class="view-counter-live">{live}</span>
            // Read aloud, it is the pause between the two.
            <span class="view-counter-separator">" · "</span>
            <span class="view-counter-total">{total}</span>
            {move || sign().map(|text| view! { <span class="view-counter-sign">{text}</span> })}
        </span>
    }
}

/// A slug's numbers as a signal, beginning with `counts`: what [`ViewCounter`] is
/// made of, for words and markup of one's own. In the browser the page is a reader
/// from when this first runs until its owner is cleaned up, or a navigation leaves
/// the path. On a server it stays as it begins.
///
/// However many there are of one slug on a page, with or without the component,
/// they share a socket and are one view.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(unused_variables, reason = "only a browser reads")
)]
pub fn use_reading(slug: Slug, counts: Option<Counts>) -> Signal<Reading> {
    let beginning = Reading {
        counts,
        state: ReadingState::Static,
    };
    #[cfg(feature = "hydrate")]
    return super::browser::read(slug, beginning);
    #[cfg(not(feature = "hydrate"))]
    return Signal::stored(beginning);
}

/// The numbers of one post, as every page and every frame has them.
#[server(prefix = "/fn", endpoint = "counts", input = server_fn::codec::GetUrl)]
async fn counts_of(slug: Slug) -> Result<Counts, ServerFnError> {
    let counter = expect_context::<super::route::Counter>();
    counter.counts(&slug).await.map_err(ServerFnError::new)
}
