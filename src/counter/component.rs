//! `<ViewCounter/>`: the total in the server's HTML, live once hydrated.

#[cfg(feature = "hydrate")]
use super::browser;
use super::{
    markup,
    protocol::{Counts, Slug},
};
use leptos::{html, prelude::*};

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
    /// A socket brings every change. A page that only watches (it was left out, or a program
    /// drives its browser) is live too, and is in none of the numbers: they may be 0.
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

/// A post's numbers: "3 reading now · 1,204 views".
///
/// The total is in the server's HTML, in each of Leptos' rendering modes and without
/// JavaScript. After a navigation in the browser it reads "– reading now · – views" for the
/// moment until the socket brings the numbers. Several counters of one slug on a page share
/// one socket and are one view, and so is one that is drawn anew, in a `<Show>` for example,
/// on the same page.
///
/// A page is a reader, and a view, of each post whose counter is on it. For the totals of a
/// list, ask [`Hub::counts_of`](super::hub::Hub::counts_of) in its place.
///
/// Where leptos_router is used, a counter leaves when a navigation leaves its route, before
/// the next page is there. One in a layout stays as long as the layout's route does. Without
/// a router, as in an island, the page is a reader until the counter is taken off it.
///
/// It is a `span` of the class `view-counter`. `data-state` is `static`, `live` or `lost`.
/// When the connection is lost, the last known numbers stay, with a sign that says so in
/// words. The number is no live region: a ticking one would talk over a screen reader's
/// user.
#[component]
pub fn ViewCounter(
    /// The post. Where it is a signal and changes, the page becomes a reader of the other
    /// post, which is another view.
    #[prop(into)]
    slug: Signal<String>,
    /// The numbers to begin with, if the page has them. Without, the server asks the
    /// [`Counter`](super::route::Counter) that it has as context.
    #[prop(optional, into)]
    counts: Option<Counts>,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    let asked = match counts {
        Some(_) => None,
        None => super::rendered::counts_of(&slug.read_untracked()),
    };
    #[cfg(feature = "ssr")]
    let shown = counts.or(asked);
    // The browser's half writes all numbers: to write them here too would undo that where the
    // component is called again for the same element.
    #[cfg(not(feature = "ssr"))]
    let (asked, shown) = (None, None);
    let element = NodeRef::new();
    #[cfg(feature = "hydrate")]
    browser::draw(element, slug, counts);
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    let _ = (slug, counts);
    written(shown, asked, element)
}

/// What a [`ViewCounter`] shows, with these numbers and no connection: what the server writes
/// where the browser's half hydrates it by
/// [`HydratedCounter`](super::navigation::HydratedCounter).
#[cfg(feature = "ssr")]
#[component]
pub fn StaticViewCounter(
    /// The numbers, if there are any.
    counts: Option<Counts>,
) -> impl IntoView {
    written(counts, None, NodeRef::new())
}

/// A counter with these numbers, of which the server `asked` for some.
fn written(
    counts: Option<Counts>,
    asked: Option<Counts>,
    element: NodeRef<html::Span>,
) -> impl IntoView {
    let state = ReadingState::Static;
    let parts = markup::counter(Reading { counts, state });
    super::element::element(
        "view-counter",
        asked.map(markup::data_counts),
        parts,
        element,
    )
}

/// A slug's numbers as a signal, beginning with `counts`: what [`ViewCounter`] is made of,
/// for words and markup of one's own. In the browser the page is a reader from when this
/// first runs until its owner is cleaned up, or a navigation leaves its route. On a server
/// it stays as it begins.
///
/// The slug may be a signal, and may change: the numbers are never those of another slug.
/// However many there are of one slug on a page, with or without the component, they share a
/// socket and are one view.
pub fn use_reading(slug: impl Into<Signal<String>>, counts: Option<Counts>) -> Signal<Reading> {
    #[cfg(feature = "hydrate")]
    return browser::read(slug.into(), counts);
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = slug;
        let state = ReadingState::Static;
        Signal::stored(Reading { counts, state })
    }
}

impl From<Slug> for Signal<String> {
    fn from(slug: Slug) -> Self {
        Self::stored(slug.as_str().to_owned())
    }
}

/// The numbers of one post, for a [`Resource`] of one's own: what [`use_reading`] may begin
/// with.
#[server(prefix = "/fn", endpoint = "counts", input = server_fn::codec::GetUrl)]
pub async fn counts_of(
    /// The post.
    slug: Slug,
) -> Result<Counts, ServerFnError> {
    crate::features::server_half! {
        let counter = super::rendered::counter().ok_or_else(super::rendered::no_counter)?;
        counter.counts(&slug).await.map_err(ServerFnError::new)
    }
}
