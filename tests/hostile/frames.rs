//! WebSockets that send more than a reader has reason to, or what is no frame.

use crate::{
    siege::Siege,
    support::{
        PATIENCE,
        raw::{CONTINUATION, PING, RawSocket, TEXT, bytes, frame},
    },
};
use std::time::Duration;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use view_counter::counter::protocol::close_code;

/// How many of each kind.
const EACH: u64 = 20;
/// Before each comes again. Handshakes without end would be another attack, and as
/// much work for this side as for the server.
const PAUSE: Duration = Duration::from_secs(2);
const POST: &str = "/api/v1/connect/two";

/// What is sent, and the code that it is closed with.
fn kinds() -> Vec<(&'static str, Vec<u8>, u16)> {
    let many = |one| bytes(&vec![one; 4_000]);
    let begun = frame(TEXT, "").unfinished();
    let empty = frame(CONTINUATION, "").unfinished();
    let endless = [begun.bytes(), many(empty)].concat();
    let huge = frame(TEXT, [b'x'; 4_000]).announcing(1 << 30);
    vec![
        ("texts", many(frame(TEXT, "?")), close_code::POLICY),
        ("pings", many(frame(PING, "")), close_code::POLICY),
        ("empty fragments", endless, close_code::POLICY),
        ("a gigabyte", huge.bytes(), close_code::TOO_BIG),
        (
            "no mask",
            many(frame(TEXT, "?").unmasked()),
            close_code::PROTOCOL,
        ),
    ]
}

/// The code with which a reader who sends this is closed.
async fn closed_for(what: &str, address: &str, sent: &[u8]) -> u16 {
    let mut reader = RawSocket::connect(address, POST).await;
    reader.try_send(sent).await;
    loop {
        let said = reader.next().await;
        let said = said.unwrap_or_else(|| panic!("{what}: closed without a word"));
        if let Some(code) = said.code() {
            return code;
        }
    }
}

#[tokio::test]
async fn who_sends_without_measure_is_closed_and_told_why() {
    let mut siege = Siege::begin("frames").await;
    let mut clients = JoinSet::new();
    let mut made = 0;
    for (what, sent, expected) in kinds() {
        for _ in 0..EACH {
            let (address, sent) = (siege.server.address.clone(), sent.clone());
            let over = siege.over();
            made += 1;
            clients.spawn(async move {
                while !over.is_cancelled() {
                    let code = closed_for(what, &address, &sent).await;
                    assert_eq!(code, expected, "{what}");
                    sleep(PAUSE).await;
                }
            });
        }
    }
    // What is never a frame to the server's own code is bounded below it.
    let begin = frame(TEXT, "").unfinished().bytes();
    let again = bytes(&vec![frame(CONTINUATION, "").unfinished(); 1_000]);
    for _ in 0..EACH {
        let (address, begin, again) = (siege.server.address.clone(), begin.clone(), again.clone());
        let over = siege.over();
        made += 1;
        clients.spawn(async move {
            while !over.is_cancelled() {
                let mut reader = RawSocket::connect(&address, POST).await;
                reader.send(&begin).await;
                let pouring = async { while reader.try_send(&again).await {} };
                let end = timeout(PATIENCE, pouring).await;
                assert!(end.is_ok(), "empty fragments without end: they go on");
                sleep(PAUSE).await;
            }
        });
    }
    siege.goes_on().await;
    siege.ends(clients).await;
    siege.lifted(made, 64).await;
}
