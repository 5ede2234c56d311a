//! Handlers that panic or never answer, through the counter's own router, over a storage
//! that does so on command.

use super::{super::router, *};
use crate::counter::{
    admission::{Admission, Origins},
    hub::{Hub, HubSettings},
    protocol::Slug,
    route::{Counter, metrics_router},
    storage::{Batch, Corrected, Days, Storage, StorageFuture},
    tally::SavePolicy,
};
use axum::{body::to_bytes, http::HeaderValue};
use std::{
    collections::HashMap, future::pending, num::NonZero, sync::Arc, thread::available_parallelism,
};
use tower::ServiceExt;

const SITE: &str = "https://blog.example";

/// What a storage does with the slug `panics`, `hangs` or any other.
struct Unruly;

fn read<T: Default + Send + 'static>(slug: &str) -> StorageFuture<'static, T> {
    let slug = slug.to_owned();
    Box::pin(async move {
        match slug.as_str() {
            "panics" => panic!("the storage panics"),
            "hangs" => pending().await,
            _ => Ok(T::default()),
        }
    })
}

impl Storage for Unruly {
    fn policy(&self) -> SavePolicy {
        SavePolicy::Debounced
    }

    fn total<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, u64> {
        read(slug.as_str())
    }

    fn totals(&self) -> StorageFuture<'_, HashMap<Slug, u64>> {
        read("panics")
    }

    fn days<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, Days> {
        read(slug.as_str())
    }

    fn add<'a>(&'a self, _: &'a Batch) -> StorageFuture<'a, HashMap<Slug, u64>> {
        read("")
    }

    fn corrected(&self, _: i64) -> StorageFuture<'_, Corrected> {
        read("")
    }
}

fn counter() -> Counter {
    let slugs = ["panics", "hangs", "calm"].map(|slug| slug.parse().unwrap());
    let admission = Admission {
        slugs: slugs.into_iter().collect(),
        origins: Origins::Listed(vec![SITE.parse().unwrap()]),
        ..Admission::default()
    };
    Counter::new(
        Hub::start(Arc::new(Unruly), HubSettings::default()),
        admission,
    )
}

async fn ask(routes: &Router, path: &str) -> Response {
    let request = Request::builder()
        .uri(path)
        .header(header::HOST, "counts.example")
        .header(header::ORIGIN, SITE)
        .body(Body::empty())
        .unwrap();
    routes.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_or_never_answers_is_answered_for() {
    let counter = counter();
    let routes = router(counter.clone());
    // More often than pages are made at once: none of them keeps a place in the queue.
    let threads = available_parallelism().map_or(1, NonZero::get);
    for _ in 0..=4 * threads {
        for (path, status, why) in [
            ("/api/v1/views/panics", 500, "the log says why"),
            ("/api/v1/views", 500, "the log says why"),
            ("/api/v1/days/hangs", 503, "longer than an answer may"),
            ("/api/v1/views/calm", 200, "\"total\":0"),
        ] {
            let answer = ask(&routes, path).await;
            assert_eq!(answer.status(), status, "{path}");
            // Another site's page reads why.
            let headers = answer.headers();
            assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], SITE, "{path}");
            assert_eq!(headers[header::VARY], "origin", "{path}");
            assert_eq!(headers.contains_key(header::RETRY_AFTER), status == 503);
            let kept = headers[header::CACHE_CONTROL] == "no-store";
            assert_eq!(kept, status != 200, "{path}");
            assert!(text(answer).await.contains(why), "{path}");
        }
    }
    let metrics = text(ask(&metrics_router(counter), "/metrics").await).await;
    assert!(metrics.contains("viewcounter_readers 0"), "{metrics}");
}

#[tokio::test(start_paused = true)]
async fn an_application_s_own_routes_may_be_guarded_too() {
    let routes = guarded(
        Router::new()
            .route(
                "/panics",
                axum::routing::get(async || -> String { panic!("at once") }),
            )
            .route("/hangs", axum::routing::get(async || pending::<()>().await)),
    );
    assert_eq!(ask(&routes, "/panics").await.status(), 500);
    assert_eq!(ask(&routes, "/hangs").await.status(), 503);
    assert_eq!(ask(&routes, "/nothing").await.status(), 404);
}

#[test]
fn http_1_1_has_one_host_and_the_others_none_or_one() {
    let hosts = |values: &[&'static str]| {
        let values = values
            .iter()
            .map(|value| (header::HOST, HeaderValue::from_static(value)));
        values.collect::<HeaderMap>()
    };
    for (values, in_order) in [
        (&["blog.example"][..], true),
        (&["blog.example:443"], true),
        (&["[::1]:3000"], true),
        (&[""], true),
        (&[], false),
        (&["blog.example", "blog.example"], false),
        (&["blog.example, evil.example"], false),
        (&["a@blog.example"], false),
        (&["blog.example/path"], false),
        (&["blog example"], false),
    ] {
        let found = is_host_in_order(Version::HTTP_11, &hosts(values));
        assert_eq!(found, in_order, "{values:?}");
    }
    for version in [Version::HTTP_10, Version::HTTP_2] {
        assert!(is_host_in_order(version, &hosts(&[])));
        assert!(!is_host_in_order(version, &hosts(&["a", "b"])));
    }
}
