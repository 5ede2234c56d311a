//! Asks the server for a page, at the page's own address: what answers a load answers a
//! navigation too.

use super::address::Address;
use gloo_timers::callback::Timeout;
use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Document, DomParser, RequestCache, RequestInit, Response, SupportedType,
};

/// A page that takes longer, in milliseconds, is loaded: the browser shows that it is waiting,
/// waits for as long as its reader does, and says what is wrong.
const FETCH_TIMEOUT_MS: u32 = 10_000;

/// A fetch under way. Dropping it aborts the fetch.
pub(super) struct FetchGuard {
    controller: Option<AbortController>,
    _timeout: Option<Timeout>,
}

impl FetchGuard {
    pub(super) fn new() -> Self {
        let controller = AbortController::new().ok();
        let timeout = controller
            .clone()
            .map(|controller| Timeout::new(FETCH_TIMEOUT_MS, move || controller.abort()));
        Self {
            controller,
            _timeout: timeout,
        }
    }

    /// The options of the fetch.
    pub(super) fn init(&self) -> RequestInit {
        let init = RequestInit::new();
        let signal = self.controller.as_ref().map(AbortController::signal);
        init.set_signal(signal.as_ref());
        init
    }
}

impl Drop for FetchGuard {
    fn drop(&mut self) {
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }
}

/// A page as the server sent it.
pub(super) struct FetchedPage {
    pub(super) document: Document,
    /// Where it came from in the end: the server may have sent us on.
    pub(super) page: String,
}

/// Fetches the page at this address. Returns `None` where only a load can show what is there: it
/// is no page, it is one of another build or with images that the policy of this document does
/// not allow, or it could not be had.
pub(super) async fn fetch(address: &Address, init: &RequestInit) -> Option<FetchedPage> {
    let (page, html) = fetch_html(address, init).await?;
    let document = DomParser::new()
        .ok()?
        .parse_from_string(&html, SupportedType::TextHtml)
        .ok()?;
    fits(&document).then_some(FetchedPage { document, page })
}

/// Fetches the HTML at this address. Returns the path and query that it came from in the end, and
/// the HTML; `None` if there is none.
async fn fetch_html(address: &Address, init: &RequestInit) -> Option<(String, String)> {
    let response = window().fetch_with_str_and_init(&address.page, init);
    let response: Response = JsFuture::from(response).await.ok()?.dyn_into().ok()?;
    let media_type = response.headers().get("content-type").ok()??;
    if !media_type.starts_with("text/html") {
        return None;
    }
    let origin = window().location().origin().ok()?;
    let url = response.url();
    let page = url
        .strip_prefix(&origin)
        .filter(|page| page.starts_with('/'))?;
    let html = JsFuture::from(response.text().ok()?).await.ok()?;
    Some((page.to_owned(), html.as_string()?))
}

/// Fetches the page so that it lies in the browser's cache; returns whether it does.
pub(super) async fn prefetch(address: &Address) -> bool {
    let guard = FetchGuard::new();
    fetch_html(address, &guard.init()).await.is_some()
}

/// How a page is asked for that was fetched a moment ago: it need not be checked again.
pub(super) fn from_cache(init: &RequestInit) {
    init.set_cache(RequestCache::ForceCache);
}

/// Whether the page of this document can be shown in ours.
fn fits(new: &Document) -> bool {
    let of = |document: &Document, name| document.document_element()?.get_attribute(name);
    let ours = document();
    let version = of(new, "data-version");
    let allowed = of(&ours, "data-images").unwrap_or_default();
    let images = of(new, "data-images").unwrap_or_default();
    version.is_some()
        && version == of(&ours, "data-version")
        && images
            .split(' ')
            .all(|image| image.is_empty() || allowed.split(' ').any(|known| known == image))
}
