//! `<LiveVisitors/>`: how many read anything on the site, now.

#[cfg(feature = "hydrate")]
use super::browser;
use super::{component::ReadingState, markup};
use leptos::prelude::*;

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
///
/// ```
/// use leptos::prelude::*;
/// use view_counter::LiveVisitors;
///
/// #[component]
/// fn Header() -> impl IntoView {
///     view! {
///         <header>
///             <a href="/">"Slow Kitchen"</a>
///             <LiveVisitors />
///         </header>
///     }
/// }
/// ```
#[component]
pub fn LiveVisitors(
    /// How many there are to begin with, if the page knows it. Without, the server asks the
    /// [`Counter`](super::route::Counter) that it has as context.
    #[prop(optional, into)]
    visitors: Option<u64>,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    let asked = match visitors {
        Some(_) => None,
        None => super::rendered::counter().map(|counter| counter.hub().visitors()),
    };
    #[cfg(feature = "ssr")]
    let shown = visitors.or(asked);
    // As in a counter.
    #[cfg(not(feature = "ssr"))]
    let (asked, shown) = (None::<u64>, None);
    let element = NodeRef::new();
    #[cfg(feature = "hydrate")]
    browser::draw_visitors(element, visitors);
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    let _ = visitors;
    let state = ReadingState::Static;
    let parts = markup::live_visitors(SiteReading {
        visitors: shown,
        state,
    });
    let asked = asked.map(|asked| asked.to_string());
    super::element::element("live-visitors", asked, parts, element)
}

/// The site's visitors as a signal, beginning with this many: what [`LiveVisitors`] is made
/// of, for words and markup of one's own. In the browser the page is a visitor from when
/// this first runs until its owner is cleaned up. On a server it stays as it begins.
///
/// ```
/// use leptos::prelude::*;
/// use view_counter::use_visitors;
///
/// #[component]
/// fn Company() -> impl IntoView {
///     let reading = use_visitors(None);
///     // A page that only watches is not among them: there may be none.
///     let others = move || reading.get().visitors.map(|all| all.saturating_sub(1));
///     view! { <p>{others} " others are here"</p> }
/// }
/// ```
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

/// How many read anything on the site, for a [`Resource`] of one's own: what
/// [`use_visitors`] may begin with.
#[server(prefix = "/fn", endpoint = "visitors", input = server_fn::codec::GetUrl)]
pub async fn visitors_of_site() -> Result<u64, ServerFnError> {
    crate::features::server_half! {
        let counter = super::rendered::counter().ok_or_else(super::rendered::no_counter)?;
        Ok(counter.hub().visitors())
    }
}
