//! Handshakes whose client has left, or does not look, before they are answered.

use crate::support::{Client, Folder, PATIENCE, Server, eventually, raw};
use socket2::SockRef;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// More than there is room for at once.
const EACH: usize = 40;
const SOCKETS: usize = 16;

/// How a client leaves that has sent its handshake.
#[derive(Clone, Copy, Debug)]
enum Leaves {
    /// It says that it will send no more, and waits for the end.
    WithAnEnd,
    /// It closes, and reads nothing.
    Unread,
    /// It resets the connection.
    WithAReset,
}

async fn comes_and_leaves(address: &str, how: Leaves) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let handshake = raw::handshake(address, "/api/v1/connect/one");
    stream.write_all(handshake.as_bytes()).await.unwrap();
    match how {
        Leaves::WithAnEnd => {
            stream.shutdown().await.unwrap();
            let mut unheeded = Vec::new();
            let end = timeout(PATIENCE, stream.read_to_end(&mut unheeded)).await;
            let _ = end.expect("the server ends it too");
        }
        Leaves::Unread => drop(stream),
        Leaves::WithAReset => {
            let linger = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
            linger.unwrap();
        }
    }
}

#[tokio::test]
async fn who_leaves_before_the_answer_holds_no_place() {
    let folder = Folder::new();
    let most = SOCKETS.to_string();
    let server = Server::start_with(&folder, &["--max-sockets", &most]).await;
    // This connection to it stays.
    assert_eq!(server.views("one").await.live, 0);
    let before = server.sockets();
    for how in [Leaves::WithAnEnd, Leaves::Unread, Leaves::WithAReset] {
        let leaving = (0..EACH).map(|_| comes_and_leaves(&server.address, how));
        futures_util::future::join_all(leaving).await;
        eventually("nobody is left", async || {
            // As long as every place is taken, the answer is a refusal.
            let numbers = server.json("/api/v1/views/one").await;
            numbers["live"] == 0 && server.sockets() <= before
        })
        .await;
    }
    // Each of the places that one post may have is free.
    let mut readers = Vec::new();
    for _ in 0..SOCKETS - 1 {
        readers.push(Client::connect(&server.address, "/api/v1/connect/one").await);
    }
    assert_eq!(server.views("two").await.live, 0);
    server.stop().await;
}
