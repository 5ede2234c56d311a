//! Which `Host` a request for the metrics may name.
//!
//! A page of another site reaches a listener on loopback if its own name resolves to
//! 127.0.0.1 (DNS rebinding): for the browser of whoever operates the server it is then
//! the same origin, and may read the answer. Such a request names that site in `Host`.

use axum::{
    Router,
    extract::Request,
    http::{StatusCode, Uri, header, uri::Authority},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use std::net::{IpAddr, SocketAddr};
use view_counter::counter::route::ApiError;

/// Lets requests through that name an address, or this machine, as their host. On a
/// listener that other machines reach, any name may be meant: Prometheus knows it by the
/// name that it was told.
pub(super) fn checked(app: Router, listens_on: Option<SocketAddr>) -> Router {
    if !listens_on.is_some_and(|address| address.ip().to_canonical().is_loopback()) {
        return app;
    }
    app.layer(from_fn(
        async |request: Request, next: Next| match is_of_this_machine(&request) {
            true => next.run(request).await,
            false => refused(),
        },
    ))
}

fn refused() -> Response {
    ApiError::new(
        StatusCode::MISDIRECTED_REQUEST,
        "the metrics are here under the name localhost or an IP address; use one of these, or \
         name an address that other machines reach with --metrics-listen",
    )
    .into_response()
}

/// Browsers always name a host. What names none is no browser.
fn is_of_this_machine(request: &Request) -> bool {
    let sent = request.headers().get_all(header::HOST).iter();
    let mut hosts = sent.map(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let is_local = |host: &Authority| is_local_name(host.host());
    let authority = Uri::authority(request.uri());
    authority.is_none_or(is_local) && hosts.all(|host| host.as_ref().is_some_and(is_local))
}

/// `localhost` and what is below it is this machine (RFC 6761 §6.3), and an address is no
/// name that could resolve to another.
fn is_local_name(host: &str) -> bool {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    bare.unwrap_or(host).parse::<IpAddr>().is_ok()
        || name == "localhost"
        || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn a_name_that_may_be_another_site_s_is_refused() {
        for (host, is_let_in) in [
            ("localhost", true),
            ("localhost:9464", true),
            ("LOCALHOST.", true),
            ("metrics.localhost:9464", true),
            ("127.0.0.1:9464", true),
            ("[::1]:9464", true),
            ("192.0.2.1", true),
            ("evil.example", false),
            ("evil.example:9464", false),
            ("127.0.0.1.evil.example", false),
            ("localhost.evil.example", false),
            ("evillocalhost", false),
            ("", false),
            ("a b", false),
        ] {
            let request = Request::builder().header(header::HOST, host);
            let request = request.body(Body::empty()).unwrap();
            assert_eq!(is_of_this_machine(&request), is_let_in, "{host:?}");
        }
        let none = Request::new(Body::empty());
        assert!(is_of_this_machine(&none));
        let http2 = Request::builder().uri("http://evil.example/metrics");
        assert!(!is_of_this_machine(&http2.body(Body::empty()).unwrap()));
    }
}
