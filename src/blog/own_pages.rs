//! Server functions that change something answer the site's own pages alone.
//!
//! Any page on the web can have its reader's browser send a request here. It
//! cannot read the answer, but what the request changed is changed. Browsers say
//! where a request comes from, and scripts cannot make them lie about it.
//!
//! Reading is free: GET and HEAD change nothing here (RFC 9110, 9.2.1), which is
//! for whoever writes such a function to see to.

use crate::counter::{admission::Origins, route::ApiError};
use axum::{
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};

/// A layer that answers 403 where a page of another site asks for a change.
pub(super) async fn only_own_pages(request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_from_own_page(&request) {
        return next.run(request).await;
    }
    ApiError::new(
        StatusCode::FORBIDDEN,
        "only this site's own pages may ask for this; open the site and do it there",
    )
    .into_response()
}

/// What a browser says by `Sec-Fetch-Site` (<https://www.w3.org/TR/fetch-metadata/>)
/// goes. It says so only to a server with TLS, or on the same machine; elsewhere
/// `Origin` must name the host that was asked. Whoever sends neither is no browser.
fn is_from_own_page(request: &Request) -> bool {
    let mut sites = request.headers().get_all("sec-fetch-site").iter();
    match (sites.next(), sites.next()) {
        (Some(site), None) => site == "same-origin",
        (Some(_), Some(_)) => false,
        (None, _) => {
            let origin = Origins::SameHost.admit(request.headers(), request.uri());
            origin.is_some()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        Router,
        body::{Body, to_bytes},
        http::Method,
        middleware::from_fn,
        routing::any,
    };
    use tower::ServiceExt;

    type Header = (&'static str, &'static str);

    async fn ask(method: &Method, headers: &[Header]) -> Response {
        let router = Router::new()
            .route("/fn/change", any(async || "changed"))
            .layer(from_fn(only_own_pages));
        let mut request = axum::http::Request::builder()
            .method(method)
            .uri("/fn/change")
            .header("host", "blog.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap()
    }

    const CHANGING: [Method; 4] = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

    #[tokio::test]
    async fn the_site_s_own_pages_may_ask_for_a_change() {
        let own: [&[Header]; 4] = [
            &[("sec-fetch-site", "same-origin")],
            &[("origin", "https://blog.example")],
            // A proxy has taken TLS off.
            &[("origin", "http://blog.example")],
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "https://blog.example"),
            ],
        ];
        for method in &CHANGING {
            for headers in own {
                let status = ask(method, headers).await.status();
                assert_eq!(status, StatusCode::OK, "{method} {headers:?}");
            }
        }
    }

    #[tokio::test]
    async fn nobody_else_may() {
        let others: [&[Header]; 9] = [
            &[],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[
                ("origin", "https://blog.example"),
                ("origin", "https://evil.example"),
            ],
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://blog.example"),
            ],
            &[
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-site", "cross-site"),
            ],
        ];
        for method in &CHANGING {
            for headers in others {
                let status = ask(method, headers).await.status();
                assert_eq!(status, StatusCode::FORBIDDEN, "{method} {headers:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_refusal_is_json_with_one_sentence() {
        let refusal = ask(&Method::POST, &[("sec-fetch-site", "cross-site")]).await;
        assert_eq!(refusal.headers()["content-type"], "application/json");
        let body = to_bytes(refusal.into_body(), 1024).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let sentence = body["error"].as_str().unwrap();
        assert!(sentence.contains("own pages"), "{sentence}");
    }

    #[tokio::test]
    async fn anyone_may_read() {
        for method in [Method::GET, Method::HEAD] {
            let answer = ask(&method, &[("sec-fetch-site", "cross-site")]).await;
            assert_eq!(answer.status(), StatusCode::OK, "{method}");
        }
    }
}
