//! HTTP/2 frames that cost the client next to nothing (RFC 9113 §10.5).

use crate::{
    http2::{
        ACK, CONTINUATION, END_STREAM, HEADERS, PING, PRIORITY, RST_STREAM, SETTINGS,
        WINDOW_UPDATE, asks, flood, frame, get, hello,
    },
    siege::Siege,
    support::PATIENCE,
};
use tokio::{task::JoinSet, time::timeout};

/// How many of each kind.
const EACH: u64 = 4;
/// Frames that are sent at once.
const AT_ONCE: u32 = 100;

/// The most by which a window can grow (RFC 9113 §6.9).
const LARGEST: [u8; 4] = 0x7fff_ffff_u32.to_be_bytes();
/// The field `x: y`, in no table (RFC 7541 §6.2.2).
const FIELD: &[u8] = &[0, 1, b'x', 1, b'y'];

/// What is sent from which stream on.
type Again = fn(u32) -> Vec<u8>;

/// And whether it is told that this is wrong. If not, it ends with the time that
/// there is to ask for something.
fn kinds() -> Vec<(&'static str, Vec<u8>, Again, bool)> {
    let hello = hello(65_535);
    let headers_begun = frame(HEADERS, END_STREAM, 1, &get("/"));
    let asked = [hello.clone(), asks(1, "/readyz")].concat();
    vec![
        // CVE-2023-44487.
        (
            "streams reset at once",
            hello.clone(),
            |stream| [asks(stream, "/"), frame(RST_STREAM, 0, stream, &[0; 4])].concat(),
            true,
        ),
        // CVE-2025-8671: made to reset them itself, by a window that overflows.
        (
            "streams that the server resets",
            hello.clone(),
            |stream| [asks(stream, "/"), frame(WINDOW_UPDATE, 0, stream, &LARGEST)].concat(),
            true,
        ),
        // CVE-2024-27316.
        (
            "headers without end",
            [hello, headers_begun].concat(),
            |_| frame(CONTINUATION, 0, 1, FIELD),
            true,
        ),
        ("PING", asked.clone(), |_| frame(PING, 0, 0, &[0; 8]), false),
        (
            "PING answers",
            asked.clone(),
            |_| frame(PING, ACK, 0, &[0; 8]),
            false,
        ),
        (
            "SETTINGS",
            asked.clone(),
            |_| frame(SETTINGS, 0, 0, &[]),
            false,
        ),
        (
            "PRIORITY",
            asked,
            |stream| frame(PRIORITY, 0, stream, &[0; 5]),
            false,
        ),
    ]
}

#[tokio::test]
async fn a_flood_of_http2_frames_comes_to_an_end() {
    let mut siege = Siege::begin("HTTP/2 floods").await;
    let mut clients = JoinSet::new();
    let mut made = 0;
    for (what, begin, again, is_told) in kinds() {
        for _ in 0..EACH {
            let (address, begin) = (siege.server.address.clone(), begin.clone());
            made += 1;
            clients.spawn(async move {
                let mut stream = 1;
                let many = move || {
                    let from = stream;
                    stream += 2 * AT_ONCE;
                    (from..stream)
                        .step_by(2)
                        .flat_map(|stream| again(stream + 2))
                        .collect()
                };
                let end = timeout(3 * PATIENCE, flood(&address, begin, many)).await;
                let reason = end.unwrap_or_else(|_| panic!("{what}: it goes on"));
                // 0 is no error (RFC 9113 §7).
                let told = reason.is_some_and(|reason| reason != 0);
                assert!(told || !is_told, "{what}: {reason:?}");
            });
        }
    }
    siege.goes_on().await;
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    siege.lifted(made, 512).await;
}
