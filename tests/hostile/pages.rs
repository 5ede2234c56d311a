//! Clients that ask for pages and no end of them: the server has to make each of
//! those that say that there is nothing.

use crate::{
    http2::{END_STREAM, HEADERS, WINDOW_UPDATE, asks, frame, hello, next},
    siege::Siege,
};
use tokio::{
    io::{AsyncWriteExt, BufReader},
    net::TcpStream,
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// Connections that ask.
const EACH: u64 = 50;
/// Pages that each asks for at once: as many streams as it may have. All together
/// ask for more than may wait.
const AT_ONCE: u32 = 100;
/// All that a connection's window can grow by at its beginning (RFC 9113 §6.9.1).
const LARGEST: [u8; 4] = (0x7fff_ffff_u32 - 65_535).to_be_bytes();
/// `:status 404`, an entry of the static table (RFC 7541, appendix A).
const STATUS_404: u8 = 0x8d;

/// Asks for as many pages as it may, and again when it has these, until `over`.
/// Returns how many were made, and how many were not.
async fn asks_for_pages(address: String, over: CancellationToken) -> (u64, u64) {
    let stream = TcpStream::connect(&address).await.unwrap();
    let (reading, mut writing) = stream.into_split();
    let mut reading = BufReader::new(reading);
    let begin = [hello(65_535), frame(WINDOW_UPDATE, 0, 0, &LARGEST)].concat();
    writing.write_all(&begin).await.unwrap();
    let mut ids = (1..).step_by(2);
    let (mut made, mut refused) = (0, 0);
    while !over.is_cancelled() {
        let group = ids.by_ref().take(AT_ONCE as usize);
        let group: Vec<u8> = group.flat_map(|id| asks(id, "/nothing")).collect();
        writing.write_all(&group).await.unwrap();
        let mut ended = 0;
        while ended < AT_ONCE {
            let Some(frame) = next(&mut reading).await else {
                return (made, refused);
            };
            if frame.kind == HEADERS {
                let is_made = frame.payload.first() == Some(&STATUS_404);
                made += u64::from(is_made);
                refused += u64::from(!is_made);
            }
            // HEADERS and DATA; SETTINGS and PING use the same bit for ACK.
            let is_last = frame.kind <= 1 && frame.flags & END_STREAM != 0;
            ended += u32::from(is_last);
        }
    }
    (made, refused)
}

#[tokio::test]
async fn who_asks_for_pages_without_end_waits_and_readers_do_not() {
    let mut siege = Siege::begin("pages").await;
    let mut clients = JoinSet::new();
    for _ in 0..EACH {
        let address = siege.server.address.clone();
        clients.spawn(asks_for_pages(address, siege.over()));
    }
    siege.goes_on().await;
    let (made, refused): (Vec<_>, Vec<_>) = siege.ends(clients).await.into_iter().unzip();
    let (made, refused): (u64, u64) = (made.iter().sum(), refused.iter().sum());
    println!("pages: {made} were made for them, and {refused} were not");
    assert!(made > 0, "nobody was given a page");
    assert!(refused > 0, "all were made, however many waited");
    siege.lifted(EACH, 2_048).await;
}
