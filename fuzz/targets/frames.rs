//! Any bytes on an open socket: whatever they are, the server's side of it is
//! WebSocket frames to its end, and nobody is left behind in the hub.

#![no_main]

use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use libfuzzer_sys::fuzz_target;
use std::{cell::LazyCell, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    runtime::Runtime,
    time::{sleep, timeout},
};
use tower::{ServiceExt, service_fn};
use view_counter::counter::route::{self, Counter};

const HANDSHAKE: &[u8] = b"GET /api/v1/connect/one HTTP/1.1\r\nHost: a.example\r\n\
    Origin: http://a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
/// Longer than anything here may take, by the clock that jumps.
const LONG: Duration = Duration::from_secs(600);

struct World {
    runtime: Runtime,
    counter: Counter,
}

thread_local! {
    static WORLD: LazyCell<World> = LazyCell::new(|| {
        let runtime = view_counter_fuzz::runtime();
        let guard = runtime.enter();
        let counter = view_counter_fuzz::counter();
        drop(guard);
        World { runtime, counter }
    });
}

async fn serve(stream: DuplexStream, counter: Counter) {
    let app = route::router(counter);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        let peer = ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 1)));
        request.extensions_mut().insert(peer);
        app.clone().oneshot(request)
    });
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades()
        .await;
}

/// Reads the head of the answer, which says that the socket is open.
async fn read_head(client: &mut DuplexStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.expect("an answer"));
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{head:?}");
}

/// What a server may send: whole, unmasked, small, of a known kind (RFC 6455 §5).
fn assert_frames(mut bytes: &[u8]) {
    while let [first, second, rest @ ..] = bytes {
        assert!([0x81, 0x88, 0x89, 0x8a].contains(first), "{first:#x}");
        assert!(*second < 126, "masked or long: {second:#x}");
        let (payload, after) = rest.split_at(usize::from(*second));
        if *first == 0x81 {
            let json: serde_json::Value = serde_json::from_slice(payload).expect("JSON");
            assert!(json["live"].is_u64() && json["total"].is_u64());
        }
        bytes = after;
    }
    assert!(bytes.is_empty(), "half a frame");
}

fuzz_target!(|bytes: &[u8]| {
    WORLD.with(|world| {
        world.runtime.block_on(async {
            let (mut client, server) = duplex(64 * 1024);
            let serving = tokio::spawn(serve(server, world.counter.clone()));
            client.write_all(HANDSHAKE).await.expect("room");
            read_head(&mut client).await;
            // It may be closed before all of it is written.
            let _ = client.write_all(bytes).await;
            let _ = client.shutdown().await;
            let mut answer = Vec::new();
            let read = client.read_to_end(&mut answer);
            timeout(LONG, read).await.expect("an end").expect("no error");
            assert_frames(&answer);
            timeout(LONG, serving).await.expect("an end").expect("no panic");
            let mut waits = 0;
            while world.counter.hub().overview().readers > 0 {
                sleep(Duration::from_secs(1)).await;
                waits += 1;
                assert!(waits < 100, "a reader stayed behind");
            }
        });
    });
});
