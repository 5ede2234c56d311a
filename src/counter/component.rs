//! `<ViewCounter/>`: the total in the server's HTML, live once hydrated.

use super::{
    protocol::{Counts, Slug},
    wording,
};
#[cfg(not(feature = "hydrate"))]
use as_rendered::read;
use leptos::{
    html,
    prelude::*,
    tachys::{html::node_ref::node_ref, view::add_attr::AddAnyAttr},
};

#[cfg(feature = "hydrate")]
use super::browser::read;

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
/// The total is in the server's HTML, in each of Leptos' rendering modes and without
/// JavaScript. After a navigation in the browser it reads "– reading now · – views" for the
/// moment until the socket brings the numbers. Several counters of one slug on a page share
/// one socket and are one view, and so is one that is drawn anew, in a `<Show>` for example,
/// on the same page.
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
    #[cfg(not(feature = "ssr"))]
    let asked = None;
    let element = NodeRef::<html::Span>::new();
    let reading = read(slug, counts.or(asked), move || written_in(element));
    #[cfg(feature = "ssr")]
    let data_counts = asked.map(|counts| format!("{} {}", counts.live, counts.total));
    #[cfg(not(feature = "ssr"))]
    let data_counts = None;
    numbers(move || reading.get(), data_counts).add_any_attr(node_ref(element))
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
    let state = ReadingState::Static;
    numbers(move || Reading { counts, state }, None)
}

/// The markup of the numbers that `reading` returns, which may be tracked. `data_counts` are
/// those that the server asked for, written for the browser to find.
pub(super) fn numbers<R>(reading: R, data_counts: Option<String>) -> impl IntoView + AddAnyAttr
where
    R: Fn() -> Reading + Clone + Send + Sync + 'static,
{
    // One type for both: each closure is compiled once.
    let text = |write: fn(Option<Counts>) -> String| {
        let reading = reading.clone();
        move || write(reading().counts)
    };
    let (live, total) = (text(live_text), text(total_text));
    let state = {
        let reading = reading.clone();
        move || reading().state.name()
    };
    let sign = move || {
        let is_lost = reading().state == ReadingState::Lost;
        is_lost.then(|| view! { <span class="view-counter-sign">{NOT_LIVE}</span> })
    };
    view! {
        // An element of its own, so that hydration finds it whatever is around it. The words
        // are English, and run from left to right; a browser that translated them would put
        // other text nodes in the place of those that change.
        <span
            class="view-counter"
            lang="en"
            dir="ltr"
            translate="no"
            data-counts=data_counts
            data-state=state
        >
            // Written as HTML: whatever stands in them by then, such as the elements that an
            // extension puts in the place of texts, gives way.
            <span class="view-counter-live" inner_html=live></span>
            // Read aloud, it is the pause between the two.
            <span class="view-counter-separator">" · "</span>
            <span class="view-counter-total" inner_html=total></span>
            {sign}
        </span>
    }
}

fn live_text(counts: Option<Counts>) -> String {
    match counts {
        Some(counts) => wording::reading_now(counts.live),
        None => wording::READING_UNKNOWN.to_owned(),
    }
}

fn total_text(counts: Option<Counts>) -> String {
    match counts {
        Some(counts) => wording::views(counts.total),
        None => wording::VIEWS_UNKNOWN.to_owned(),
    }
}

/// The numbers that the server wrote into the element, if it asked for any.
fn written_in(element: NodeRef<html::Span>) -> Option<Counts> {
    let written = element.get_untracked()?.get_attribute("data-counts")?;
    let (live, total) = written.split_once(' ')?;
    Some(Counts {
        live: live.parse().ok()?,
        total: total.parse().ok()?,
    })
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
    read(slug.into(), counts, || None)
}

impl From<Slug> for Signal<String> {
    fn from(slug: Slug) -> Self {
        Self::stored(slug.as_str().to_owned())
    }
}

/// A server reads nothing: what it renders stays as it begins.
#[cfg(not(feature = "hydrate"))]
mod as_rendered {
    use super::{Reading, ReadingState};
    use crate::counter::protocol::Counts;
    use leptos::prelude::Signal;

    pub(super) fn read(
        _: Signal<String>,
        counts: Option<Counts>,
        _: impl Fn() -> Option<Counts>,
    ) -> Signal<Reading> {
        Signal::stored(Reading {
            counts,
            state: ReadingState::Static,
        })
    }
}

/// The numbers of one post, for a [`Resource`] of one's own: what [`use_reading`] may begin
/// with.
#[server(prefix = "/fn", endpoint = "counts", input = server_fn::codec::GetUrl)]
pub async fn counts_of(
    /// The post.
    slug: Slug,
) -> Result<Counts, ServerFnError> {
    let counter = super::rendered::counter().ok_or_else(super::rendered::no_counter)?;
    counter.counts(&slug).await.map_err(ServerFnError::new)
}
