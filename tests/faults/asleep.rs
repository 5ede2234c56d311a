//! A server that sleeps, as on a laptop that is shut or a machine that is
//! moved: everyone is still there when it wakes, and nobody storms it.

use crate::{
    support::{Client, Folder, PATIENCE, Server, counts, eventually, view_id},
    turn::{many_sockets, turn},
};
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout, timeout_at},
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};
use view_counter::counter::protocol::CONNECT_PATH;

/// More than the 1,024 sockets of which the runtime hears at once.
const READERS: u32 = 1_500;
/// By then a server that heard nothing meanwhile has sent a ping…
const PINGED_AFTER: Duration = Duration::from_secs(25 + 3);
/// …and gives up so long after it heard the last; it sleeps through that.
const DEAD_AFTER: Duration = Duration::from_secs(25 + 10);
const ASLEEP: Duration = Duration::from_secs(20);
/// What a waking server does wrong it does at once.
const AWAKE: Duration = Duration::from_secs(6);
/// One for the numbers, and some to spare.
const FRAMES_MOST: u32 = 3;

type Socket = WebSocketStream<TcpStream>;

/// As sharp as can be: the pings are out, the pongs arrive while the server
/// sleeps, and their deadline passes before it wakes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_slept_20_s_drops_nobody_and_is_not_stormed() {
    many_sockets();
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let all = counts(READERS.into(), READERS.into());
    let turn = turn().await;
    let mut readers = connected(&server).await;
    eventually("all there", async || server.views("one").await == all).await;
    let heard = Instant::now();
    for reader in &mut readers {
        reader.send(Message::text("")).await.unwrap();
    }
    let heard_last = Instant::now();
    drop(turn);

    // Nobody reads, and so nobody answers.
    sleep_until(heard_last + PINGED_AFTER).await;
    assert!(heard.elapsed() < DEAD_AFTER, "too slow to test this");
    server.signal("STOP");
    let slept = Instant::now();
    sleep(Duration::from_millis(200)).await;
    for reader in &mut readers {
        answer_ping(reader).await;
    }
    assert!(heard_last + DEAD_AFTER < slept + ASLEEP);
    sleep_until(slept + ASLEEP).await;
    server.signal("CONT");

    let until = Instant::now() + AWAKE;
    let mut staying = JoinSet::new();
    for reader in readers {
        staying.spawn(stays(reader, until));
    }
    let stayed: Vec<_> = staying.join_all().await.into_iter().flatten().collect();
    let dropped = READERS as usize - stayed.len();
    assert_eq!(dropped, 0, "of {READERS} were dropped");
    assert_eq!(server.views("one").await, all);
    let most = stayed.iter().map(|(_, frames)| *frames).max();
    assert!(
        most <= Some(FRAMES_MOST),
        "{most:?} frames came to one reader"
    );
}

/// Readers of the post `one`. No frame of theirs is read yet.
async fn connected(server: &Server) -> Vec<Socket> {
    let origin = format!("http://{}", server.address);
    let mut readers = Vec::new();
    for n in 0..READERS {
        let path = format!("{CONNECT_PATH}one{}", view_id(n));
        let connected = Client::try_connect(&server.address, &path, Some(&origin)).await;
        readers.push(connected.unwrap().0);
    }
    readers
}

/// Reads up to the ping, and answers it.
async fn answer_ping(reader: &mut Socket) {
    let pinged = async {
        while !matches!(reader.next().await.unwrap()?, Message::Ping(_)) {}
        reader.flush().await
    };
    let answered = timeout(PATIENCE, pinged).await;
    answered.expect("a ping before it slept").unwrap();
}

/// Reads until then. Returns how many frames came; none if the socket ended.
async fn stays(mut reader: Socket, until: Instant) -> Option<(Socket, u32)> {
    let mut frames = 0;
    while let Ok(message) = timeout_at(until, reader.next()).await {
        match message?.ok()? {
            Message::Text(_) => frames += 1,
            Message::Close(_) => return None,
            _ => {}
        }
    }
    Some((reader, frames))
}
