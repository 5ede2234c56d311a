//! SIGTERM in traffic, with readers that never answer the close: nothing is
//! lost, everyone who listens is told why, and it is over in time.

use crate::{
    dice::Dice,
    ledger::Ledger,
    load::Load,
    support::{Client, Folder, PATIENCE, Server, view_id},
    turn::{many_sockets, turn},
};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use view_counter::counter::protocol::{CONNECT_PATH, close_code};

/// Whoever stops a service kills it when it takes longer.
const STOPPED_WITHIN: Duration = Duration::from_secs(10);
const READERS: u32 = 200;
const MUTES: u32 = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn debounced_sigterm_in_traffic_loses_nothing_and_is_over_in_time() {
    stop_in_traffic(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_shown_sigterm_in_traffic_loses_nothing_and_is_over_in_time() {
    stop_in_traffic(&["--save", "before-shown"]).await;
}

async fn stop_in_traffic(arguments: &[&str]) {
    let _turn = turn().await;
    many_sockets();
    let folder = Folder::new();
    let server = Server::start_with(&folder, arguments).await;
    let ledger = Ledger::default();
    let readers = readers(&server, &ledger).await;
    let mut mutes = Vec::new();
    for n in 0..MUTES {
        mutes.push(mute(&server, &ledger, READERS + n).await);
    }
    let load = traffic(&server, &ledger);
    sleep(Duration::from_millis(300)).await;

    let mut closing = listen(readers);
    server.signal("TERM");
    let ended = timeout(STOPPED_WITHIN, server.ended()).await;
    // It is dead now, if need be by SIGKILL; first of all nothing is lost.
    load.over().await;
    nothing_is_lost(&folder, &ledger, None).await;
    while let Some(code) = closing.join_next().await {
        assert_eq!(code.unwrap(), Some(close_code::RESTART));
    }
    let (status, log) = ended.expect("over in time");
    assert!(status.success(), "{status}: {log}");
    drop(mutes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_are_saved_before_the_first_socket_is_closed() {
    let _turn = turn().await;
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let ledger = Ledger::default();
    let readers = readers(&server, &ledger).await;
    let load = traffic(&server, &ledger);
    sleep(Duration::from_millis(300)).await;

    let mut closing = listen(readers);
    let asked = Instant::now();
    server.signal("TERM");
    let first = closing.join_next().await.unwrap();
    assert_eq!(first.unwrap(), Some(close_code::RESTART));
    // Whatever else it meant to save, what was there has been.
    server.signal("KILL");
    server.ended().await;
    load.over().await;
    nothing_is_lost(&folder, &ledger, Some(asked)).await;
}

/// Readers of the post `one`.
async fn readers(server: &Server, ledger: &Ledger) -> Vec<Client> {
    let mut readers = Vec::new();
    for n in 0..READERS {
        ledger.begins("one");
        let mut reader = server.reader("one", &view_id(n)).await;
        ledger.shown("one", reader.frame().await);
        ledger.acknowledged("one");
        readers.push(reader);
    }
    readers
}

/// Has them read what they are sent. Each returns the code with which the server
/// closes.
fn listen(readers: Vec<Client>) -> JoinSet<Option<u16>> {
    let close_code = async |mut reader: Client| reader.close_code().await;
    readers.into_iter().map(close_code).collect()
}

/// A reader of the post `one` that is told the numbers once, and then neither
/// reads nor says a thing.
async fn mute(server: &Server, ledger: &Ledger, n: u32) -> TcpStream {
    ledger.begins("one");
    let address = &server.address;
    let request = format!(
        "GET {CONNECT_PATH}one{} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        view_id(n)
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let told = async {
        while !answer.ends_with(b"}") {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "closed");
        }
    };
    timeout(PATIENCE, told).await.expect("a frame");
    ledger.acknowledged("one");
    stream
}

/// Readers of the post `two` who come and go.
fn traffic(server: &Server, ledger: &Ledger) -> Load {
    let mut dice = Dice::new();
    let mut load = Load::on(server, ledger);
    for _ in 0..10 {
        load.visitor(&["two"], Duration::from_millis(50), dice.fork());
    }
    load
}

/// Asks a server that is started afterwards whether it has every view that was
/// acknowledged, or was by this moment, and no more than came.
async fn nothing_is_lost(folder: &Folder, ledger: &Ledger, by: Option<Instant>) {
    let server = Server::start(folder).await;
    for slug in ["one", "two"] {
        let total = server.views(slug).await.total;
        let account = ledger.of(slug);
        let had = match by {
            None => account.shown.max(account.acknowledged.len() as u64),
            Some(moment) => account.acknowledged.partition_point(|at| *at < moment) as u64,
        };
        assert!(had > 0, "{slug}: nobody came");
        assert!(total >= had, "{slug}: {total} of {had}");
        let begun = account.begun;
        assert!(total <= begun, "{slug}: {total}, only {begun} came");
    }
    server.stop().await;
}
