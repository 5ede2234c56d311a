//! `<LiveVisitors/>`: how many read anything on the site, now.

use super::{
    component::{NOT_LIVE, ReadingState},
    wording,
};
use leptos::{either::Either, prelude::*};

/// What is known of the site's visitors at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiteReading {
    /// How many there were last; none if that was never known.
    pub visitors: Option<u64>,
    /// Whether that follows what happens.
    pub state: ReadingState,
}

/// The site's visitors: "12 on this site now".
///
/// A visitor is a page that is shown to a person: each reader of each post, as its
/// [`ViewCounter`](super::component::ViewCounter) has it, on whichever site the server
/// counts for; and each page without a post that has this component. Such a page opens a
/// socket for it, by the rules of a counter's, and adds no view to anything. A page that
/// reads a post hears of the visitors on the socket that it has.
///
/// It may stand on pages or in a layout around them, and more than once.
///
/// It is a `span` of the class `live-visitors` with `live-visitors-number` in it, and while
/// the connection is lost `live-visitors-sign`. `data-state` is `static`, `live` or `lost`, as
/// a counter's is: until it is live, the number is the server's, without this page in it.
#[component]
pub fn LiveVisitors(
    /// How many there are to begin with, if the page knows it:
    /// [`Hub::visitors`](super::hub::Hub::visitors). Without, the server is asked.
    #[prop(optional, into)]
    visitors: Option<u64>,
) -> impl IntoView {
    match visitors {
        Some(_) => Either::Left(number(visitors)),
        None => Either::Right(asked_number()),
    }
}

/// The number, asked of the server while rendering, or where a navigation brought this.
fn asked_number() -> impl IntoView {
    let asked = Resource::new_blocking(|| (), |()| visitors_of_site());
    // What cannot be had now, a frame may bring.
    let show = move || Suspend::new(async move { number(asked.await.ok()) });
    view! { <Suspense>{show}</Suspense> }
}

fn number(visitors: Option<u64>) -> impl IntoView {
    let reading = use_visitors(visitors);
    let number = move || reading.get().visitors.map(wording::visitors_now);
    let sign = move || (reading.get().state == ReadingState::Lost).then_some(NOT_LIVE);
    view! {
        <span
            class="live-visitors"
            lang="en"
            dir="ltr"
            data-state=move || reading.get().state.name()
        >
            <span class="live-visitors-number">{number}</span>
            {move || sign().map(|text| view! { <span class="live-visitors-sign">{text}</span> })}
        </span>
    }
}

/// The site's visitors as a signal, beginning with this many: what [`LiveVisitors`] is made
/// of, for words and markup of one's own. In the browser the page is a visitor from when
/// this first runs until its owner is cleaned up. On a server it stays as it begins.
pub fn use_visitors(visitors: Option<u64>) -> Signal<SiteReading> {
    let beginning = SiteReading {
        visitors,
        state: ReadingState::Static,
    };
    #[cfg(feature = "hydrate")]
    return super::browser::visit(beginning);
    #[cfg(not(feature = "hydrate"))]
    return Signal::stored(beginning);
}

/// How many read anything on the site.
#[server(prefix = "/fn", endpoint = "visitors", input = server_fn::codec::GetUrl)]
async fn visitors_of_site() -> Result<u64, ServerFnError> {
    let counter = expect_context::<super::route::Counter>();
    Ok(counter.hub().visitors())
}
