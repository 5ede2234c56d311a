//! Clients that ask for pages and no end of them: the server has to make each.

use crate::{
    http2::{END_STREAM, WINDOW_UPDATE, asks, frame, hello, next},
    siege::Siege,
    support::PATIENCE,
};
use tokio::{
    io::{AsyncWriteExt, BufReader},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// Connections that ask.
const EACH: u64 = 50;
/// Pages that each asks for at once: as many streams as it may have.
const AT_ONCE: u32 = 100;
/// All that a connection's window can grow by at its beginning (RFC 9113 §6.9.1).
const LARGEST: [u8; 4] = (0x7fff_ffff_u32 - 65_535).to_be_bytes();

/// Asks for as many pages as it may, and again when it has these, until `over`.
/// Returns how many it was given.
async fn asks_for_pages(address: String, over: CancellationToken) -> u64 {
    let stream = TcpStream::connect(&address).await.unwrap();
    let (reading, mut writing) = stream.into_split();
    let mut reading = BufReader::new(reading);
    let begin = [hello(65_535), frame(WINDOW_UPDATE, 0, 0, &LARGEST)].concat();
    writing.write_all(&begin).await.unwrap();
    let mut ids = (1..).step_by(2);
    let mut given = 0;
    while !over.is_cancelled() {
        let group = ids.by_ref().take(AT_ONCE as usize);
        let group: Vec<u8> = group.flat_map(|id| asks(id, "/posts/one")).collect();
        writing.write_all(&group).await.unwrap();
        let mut ended = 0;
        while ended < AT_ONCE {
            let Some(frame) = next(&mut reading).await else {
                return given;
            };
            // HEADERS and DATA; SETTINGS and PING use the same bit for ACK.
            let is_last = frame.kind <= 1 && frame.flags & END_STREAM != 0;
            ended += u32::from(is_last);
        }
        given += u64::from(AT_ONCE);
    }
    given
}

#[tokio::test]
async fn who_asks_for_pages_without_end_waits_and_readers_do_not() {
    let mut siege = Siege::begin("pages").await;
    let over = CancellationToken::new();
    let mut clients = JoinSet::new();
    for _ in 0..EACH {
        let address = siege.server.address.clone();
        clients.spawn(asks_for_pages(address, over.clone()));
    }
    siege.goes_on().await;
    over.cancel();
    let mut given = 0;
    while let Some(client) = timeout(6 * PATIENCE, clients.join_next()).await.unwrap() {
        given += client.unwrap();
    }
    println!("pages: {given} were made for them");
    assert!(given > 0, "nobody was given a page");
    siege.lifted(EACH, 2_048).await;
}
