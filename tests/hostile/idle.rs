//! Clients that hold a place and ask for nothing.

use crate::{
    http1::{UNFINISHED, ended, sent},
    http2::{PING, PREFACE, SETTINGS, asks, frame, hello},
    siege::Siege,
    support::PATIENCE,
};
use std::time::Duration;
use tokio::{
    io::AsyncWriteExt,
    task::JoinSet,
    time::{sleep, timeout},
};

/// How many of each kind.
const EACH: u64 = 100;

const HALF_A_HANDSHAKE: &str = "GET /api/v1/connect/one HTTP/1.1\r\nHost: x\r\n\
    Connection: Upgrade\r\nUpgrade: websocket\r\n";

/// A client's beginning, and what it sends each second to seem alive.
fn kinds() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let request = format!("{UNFINISHED}\r\n").into_bytes();
    let settled = hello(65_535);
    let asked = [settled.clone(), asks(1, "/readyz")].concat();
    let ping = frame(PING, 0, 0, b"awake?!?");
    vec![
        ("a silent one", vec![], vec![]),
        ("a letter a second", b"G".into(), b"E".into()),
        ("a header without end", UNFINISHED.into(), b"x".into()),
        ("half a handshake", HALF_A_HANDSHAKE.into(), vec![]),
        ("kept alive", request, vec![]),
        ("half a preface", PREFACE[..10].into(), vec![]),
        ("HTTP/2 without a request", settled.clone(), vec![]),
        ("SETTINGS a second", settled, frame(SETTINGS, 0, 0, &[])),
        ("pings after an answer", asked, ping),
    ]
}

#[tokio::test]
async fn who_asks_for_nothing_is_cut_and_seeming_alive_does_not_help() {
    let mut siege = Siege::begin("idle").await;
    let mut clients = JoinSet::new();
    let mut made = 0;
    for (what, begin, again) in kinds() {
        for _ in 0..EACH {
            let (address, again) = (siege.server.address.clone(), again.clone());
            let mut stream = sent(&address, &begin).await;
            made += 1;
            clients.spawn(async move {
                let (mut reading, mut writing) = stream.split();
                let drips = async {
                    while writing.write_all(&again).await.is_ok() {
                        sleep(Duration::from_secs(1)).await;
                    }
                    std::future::pending().await
                };
                let cut = async {
                    tokio::select! {
                        () = ended(&mut reading) => {}
                        () = drips => {}
                    }
                };
                assert!(timeout(2 * PATIENCE, cut).await.is_ok(), "{what}: it stays");
            });
        }
    }
    siege.goes_on().await;
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    siege.lifted(made, 64).await;
}
