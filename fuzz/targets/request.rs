//! Any request to the counter: an answer, and if it is a refusal, JSON with one
//! sentence.

#![no_main]

use arbitrary::Arbitrary;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderValue, Method, Request, StatusCode, Uri, Version, header},
};
use hyper::ext::Protocol;
use libfuzzer_sys::fuzz_target;
use std::{cell::LazyCell, net::SocketAddr};
use tokio::{runtime::Runtime, task::yield_now};
use tower::ServiceExt;
use view_counter::counter::route;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    method: Asked,
    route: Route,
    rest: &'a str,
    query: Option<&'a str>,
    /// None for those of a handshake with which nothing is wrong: the fuzzer would
    /// hardly find them, and what is behind them is to be fuzzed too.
    headers: Option<Headers<'a>>,
    user_agent: Option<&'a [u8]>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Headers<'a> {
    origin: Option<&'a [u8]>,
    host: Option<&'a [u8]>,
    upgrade: Option<&'a [u8]>,
    key: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
}

const RIGHT: Headers = Headers {
    origin: Some(b"http://a.example"),
    host: Some(b"a.example"),
    upgrade: Some(b"websocket"),
    key: Some(b"AAAAAAAAAAAAAAAAAAAAAA=="),
    version: Some(b"13"),
};

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Asked {
    Get,
    Head,
    Post,
    Connect,
    Options,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Route {
    /// Of a post that there is, with what follows after it.
    One,
    Connect,
    Views,
    Anything,
}

struct World {
    runtime: Runtime,
    router: Router,
}

thread_local! {
    static WORLD: LazyCell<World> = LazyCell::new(|| {
        let runtime = view_counter_fuzz::runtime();
        let guard = runtime.enter();
        let counter = view_counter_fuzz::counter();
        let router = route::router(counter.clone()).merge(route::health_router(counter));
        drop(guard);
        World { runtime, router }
    });
}

fn request(input: &Input) -> Option<Request<Body>> {
    let before = match input.route {
        Route::One => "/api/v1/connect/one",
        Route::Connect => "/api/v1/connect/",
        Route::Views => "/api/v1/views/",
        Route::Anything => "/",
    };
    let mut target = format!("{before}{}", input.rest);
    if let Some(query) = input.query {
        target.push('?');
        target.push_str(query);
    }
    let method = match input.method {
        Asked::Get => Method::GET,
        Asked::Head => Method::HEAD,
        Asked::Post => Method::POST,
        Asked::Connect => Method::CONNECT,
        Asked::Options => Method::OPTIONS,
    };
    let mut request = Request::new(Body::empty());
    *request.method_mut() = method;
    *request.uri_mut() = target.parse::<Uri>().ok()?;
    let headers = input.headers.unwrap_or(RIGHT);
    for (name, value) in [
        (header::ORIGIN, headers.origin),
        (header::HOST, headers.host),
        (header::UPGRADE, headers.upgrade),
        (header::CONNECTION, headers.upgrade.map(|_| &b"Upgrade"[..])),
        (header::SEC_WEBSOCKET_KEY, headers.key),
        (header::SEC_WEBSOCKET_VERSION, headers.version),
        (header::USER_AGENT, input.user_agent),
    ] {
        if let Some(value) = value {
            let value = HeaderValue::from_bytes(value).ok()?;
            request.headers_mut().insert(name, value);
        }
    }
    let peer = ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 1)));
    request.extensions_mut().insert(peer);
    // What hyper adds. It is never upgraded: the client has left before the answer.
    let upgrade = hyper::upgrade::on(Request::new(()));
    request.extensions_mut().insert(upgrade);
    if let Asked::Connect = input.method {
        *request.version_mut() = Version::HTTP_2;
        let protocol = Protocol::from_static("websocket");
        request.extensions_mut().insert(protocol);
    }
    Some(request)
}

fuzz_target!(|input: Input| {
    let Some(request) = request(&input) else {
        return;
    };
    WORLD.with(|world| {
        let answer = world.runtime.block_on(async {
            let Ok(response) = world.router.clone().oneshot(request).await;
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, 64 * 1024).await.expect("a small answer");
            // What was let in gives its place back.
            yield_now().await;
            (parts, body)
        });
        let (parts, body) = answer;
        assert!(!parts.status.is_server_error(), "{}", parts.status);
        if parts.status == StatusCode::SWITCHING_PROTOCOLS {
            assert!(parts.headers.contains_key(header::SEC_WEBSOCKET_ACCEPT));
        }
        let is_ours = parts.status.is_client_error() && !body.is_empty();
        if is_ours {
            assert_eq!(parts.headers[header::CONTENT_TYPE], "application/json");
            let json: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
            assert!(json["error"].as_str().is_some_and(|text| !text.is_empty()));
        }
    });
});
