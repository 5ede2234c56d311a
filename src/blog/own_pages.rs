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
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// A layer that answers 403 where a page of another site asks for a change. `own` says
/// which pages are the site's own.
pub(super) async fn only_own_pages(
    State(own): State<Origins>,
    request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() || is_from_own_page(&own, &request) {
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
/// `Origin` must name the site. Whoever sends neither is no browser. And where it is known
/// which site it is, an `Origin` must name it in any case: the page of a name that somebody
/// pointed here is of the same origin as what it asks for.
fn is_from_own_page(own: &Origins, request: &Request) -> bool {
    let headers = request.headers();
    let is_own = || own.admit(headers, request.uri()).is_some();
    let mut sites = headers.get_all("sec-fetch-site").iter();
    match (sites.next(), sites.next()) {
        (Some(site), None) if site != "same-origin" => false,
        (Some(_), None) => match own {
            Origins::Site(_) if headers.contains_key(header::ORIGIN) => is_own(),
            Origins::Site(_) | Origins::SameHost | Origins::Listed(_) => true,
        },
        (Some(_), Some(_)) => false,
        (None, _) => is_own(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{
        Router,
        body::{Body, to_bytes},
        http::Method,
        middleware::from_fn_with_state,
        routing::any,
    };
    use tower::ServiceExt;

    type Header = (&'static str, &'static str);

    async fn ask(method: &Method, headers: &[Header]) -> Response {
        ask_site(Origins::SameHost, method, headers).await
    }

    async fn ask_site(own: Origins, method: &Method, headers: &[Header]) -> Response {
        let router = Router::new()
            .route("/fn/change", any(async || "changed"))
            .layer(from_fn_with_state(own, only_own_pages));
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
    async fn a_name_that_was_pointed_here_is_not_the_site() {
        let site = || Origins::Site("https://site.example".parse().unwrap());
        // Its host, `blog.example`, is the one that is asked.
        let pointed: [&[Header]; 2] = [
            &[("origin", "https://blog.example")],
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "https://blog.example"),
            ],
        ];
        for headers in pointed {
            let status = ask_site(site(), &Method::POST, headers).await.status();
            assert_eq!(status, StatusCode::FORBIDDEN, "{headers:?}");
        }
        let own = [
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://site.example"),
        ];
        let status = ask_site(site(), &Method::POST, &own).await.status();
        assert_eq!(status, StatusCode::OK);
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
