//! Notices that readers know the site under an address that its owner has not named.

use crate::counter::address::is_this_machine;
use axum::{
    extract::{Request, State},
    http::{header, uri::Authority},
    middleware::Next,
    response::Response,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Whether it was said.
pub(super) type Warned = Arc<AtomicBool>;

/// Middleware for axum around what a site without a known address answers: warns once that a
/// browser opens it under a name that is not this machine's own. A proxy in front passes that on.
pub(super) async fn warn_of_readers(
    State(warned): State<Warned>,
    request: Request,
    next: Next,
) -> Response {
    if !warned.load(Ordering::Relaxed)
        && is_opened_by_a_browser(&request)
        && let Some(host) = host(&request).filter(|host| !is_this_machine(host))
        && !warned.swap(true, Ordering::Relaxed)
    {
        tracing::warn!(
            host,
            "a reader opened the site under this name, and the server does not know the site's address: its pages have no canonical address and no picture in previews, there is no site map, and the links of the feed are relative; name it with --site-url, for example --site-url https://{host}"
        );
    }
    next.run(request).await
}

/// Whether this is how a browser opens a page. What strangers try under a name of their own does
/// not look so, as a rule, and would hide the name that readers use.
fn is_opened_by_a_browser(request: &Request) -> bool {
    let accepted = request.headers().get(header::ACCEPT);
    accepted.is_some_and(|accepted| accepted.as_bytes().starts_with(b"text/html"))
}

/// The host that is asked, without its port, in lower case.
fn host(request: &Request) -> Option<String> {
    let named = || request.headers().get(header::HOST)?.to_str().ok();
    let authority = match request.uri().authority() {
        Some(authority) => authority.clone(),
        None => named()?.parse::<Authority>().ok()?,
    };
    Some(authority.host().to_ascii_lowercase())
}
