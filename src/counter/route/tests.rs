//! Which paths each of the routers answers, and which it leaves to an application.

use super::*;
use crate::counter::{
    admission::Admission,
    hub::{Hub, HubSettings},
    storage::MemoryStorage,
};
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    response::Response,
};
use std::sync::Arc;
use tower::ServiceExt;

fn counter(prefix: &str) -> Counter {
    let hub = Hub::start(Arc::new(MemoryStorage::new()), HubSettings::default());
    let admission = Admission {
        slugs: ["one".parse().unwrap()].into_iter().collect(),
        ..Admission::default()
    };
    match prefix {
        "" => Counter::new(hub, admission),
        _ => Counter::with_prefix(hub, admission, prefix.parse().unwrap()),
    }
}

async fn ask(routes: &Router, path: &str) -> Response {
    let request = Request::builder()
        .uri(path)
        .header("host", "blog.example")
        .header("origin", "http://blog.example");
    let request = request.body(Body::empty()).unwrap();
    routes.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Whether the counter answers this path, and no application around it.
async fn is_answered(routes: &Router, path: &str) -> bool {
    let routes = routes.clone().fallback(async || "the application's");
    text(ask(&routes, path).await).await != "the application's"
}

#[tokio::test]
async fn the_counting_routes_take_only_what_is_under_their_version() {
    let routes = router(counter(""));
    for path in [
        "/api/v1/connect/one",
        "/api/v1/views",
        "/api/v1/views/one",
        "/api/v1/days/one",
        "/api/v1/visitors",
        "/api/v1/visitors/connect",
        "/api/v1/openapi.json",
        "/api/v1/nothing",
    ] {
        assert!(is_answered(&routes, path).await, "{path}");
    }
    for path in ["/healthz", "/readyz", "/api", "/api/own", "/api/v2/views"] {
        assert!(!is_answered(&routes, path).await, "{path}");
    }
}

#[tokio::test]
async fn an_application_may_have_routes_of_these_names_itself() {
    let own = Router::new()
        .route("/healthz", get(async || "own"))
        .route("/api/{*function}", any(async || "own"))
        .merge(router(counter("")));
    for path in ["/healthz", "/api/own", "/api/v2/own"] {
        assert_eq!(text(ask(&own, path).await).await, "own", "{path}");
    }
    assert_eq!(ask(&own, "/api/v1/views/one").await.status(), 200);
    let nothing = ask(&own, "/api/v1/nothing").await;
    assert_eq!(nothing.status(), 404);
    assert!(text(nothing).await.contains("/api/v1/views/SLUG"));
}

#[tokio::test]
async fn the_health_checks_are_a_router_of_their_own() {
    let routes = health_router(counter("/counts"));
    for path in ["/healthz", "/readyz"] {
        assert_eq!(ask(&routes, path).await.status(), 200, "{path}");
    }
    assert!(!is_answered(&routes, "/api/v1/views").await);
}

#[tokio::test]
async fn a_prefix_is_before_every_counting_route_and_in_every_word_about_them() {
    let routes = router(counter("/counts"));
    for path in ["/api/v1/views", "/api/v1/nothing", "/counts"] {
        assert!(!is_answered(&routes, path).await, "{path}");
    }
    assert_eq!(ask(&routes, "/counts/api/v1/views/one").await.status(), 200);
    for path in ["/counts/api/v1/nothing", "/counts/api/v1/connect/one"] {
        let said = text(ask(&routes, path).await).await;
        assert!(said.contains(" /counts/api/v1/views"), "{said}");
        assert!(!said.contains(" /api"), "{said}");
    }
    let described = ask(&routes, "/counts/api/v1/openapi.json").await;
    let described: serde_json::Value = serde_json::from_str(&text(described).await).unwrap();
    assert_eq!(described["servers"][0]["url"], "/counts");
    assert_eq!(described["paths"]["/healthz"]["servers"][0]["url"], "/");
}

#[tokio::test]
async fn without_a_prefix_the_description_is_of_the_root() {
    let described = ask(&router(counter("")), "/api/v1/openapi.json").await;
    let described: serde_json::Value = serde_json::from_str(&text(described).await).unwrap();
    assert_eq!(described["servers"][0]["url"], "/");
}

#[tokio::test]
async fn a_server_of_its_own_answers_for_all_of_the_api() {
    let routes = server_router(counter(""));
    for path in ["/api/nothing", "/api/v2/views", "/api/v1/connect"] {
        let nothing = ask(&routes, path).await;
        assert_eq!(nothing.status(), 404, "{path}");
        assert!(nothing.headers().contains_key("vary"), "{path}");
        assert!(text(nothing).await.contains("/api/v1/views"), "{path}");
    }
    assert_eq!(ask(&routes, "/readyz").await.status(), 200);
}
