//! Readers who vanish without a word: no close, no FIN, no RST.

use crate::{
    proxy::Proxy,
    support::{Client, Folder, Server, counts, view_id},
    turn::{many_sockets, turn},
};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_tungstenite::tungstenite::Message;

const READERS: u32 = 500;
const GONE_WITHIN: Duration = Duration::from_secs(40);
/// The server can know nothing yet.
const UNKNOWN_FOR: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_who_vanish_without_a_close_are_gone_within_40_s() {
    many_sockets();
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let proxy = Proxy::to(&server.address).await;
    let turn = turn().await;
    let mut watcher = server.reader("one", "?watch=1").await;
    let mut readers = Vec::new();
    for n in 0..READERS {
        let path = format!("/api/v1/connect/one{}", view_id(n));
        readers.push(Client::connect(&proxy.address, &path).await);
    }
    let all = counts(READERS.into(), READERS.into());
    watcher.sees(all).await;
    // The last that the server hears of each is as late as can be.
    for reader in &mut readers {
        reader.send(Message::text("")).await;
        reader.sees(all).await;
    }
    drop(turn);

    let silence = Instant::now();
    proxy.fall_silent();
    sleep_until(silence + UNKNOWN_FOR).await;
    assert_eq!(server.views("one").await, all, "the proxy closed sockets");

    let none = async {
        loop {
            // Its pings are answered meanwhile, as it reads on.
            if watcher.frame_or_ping().await == Some(counts(0, READERS.into())) {
                return;
            }
        }
    };
    let gone = timeout_at(silence + GONE_WITHIN, none).await;
    let left = server.views("one").await.live;
    assert!(
        gone.is_ok(),
        "{left} are left after {:?}",
        silence.elapsed()
    );
}
