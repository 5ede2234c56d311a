//! Clients that ask, and take nothing of what they are given.

use crate::{
    http2::{HEADERS, asks, hello, next},
    siege::Siege,
    support::{
        PATIENCE, eventually_within,
        raw::{PONG, RawSocket, frame},
    },
};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

/// Sockets whose reader does not read.
const DEAF: u64 = 200;
/// Frames that each of them is sent at least: about twice what the send buffer of a
/// socket holds, and a small part of what that of another connection does.
const FRAMES: u32 = 250;
/// Longer than the least time between two frames.
const BETWEEN: Duration = Duration::from_millis(60);
/// A frame that is not taken for 5 s ends its socket. Without that rule the
/// connection's own deadline would end it, after 30 s: later than this.
const CUT_WITHIN: Duration = Duration::from_secs(12);
/// HTTP/2 connections that take none of their answers, and how many they ask for.
/// Few: to make the pages is work, and no part of what is asked here.
const HOARDERS: u64 = 5;
const STREAMS: u32 = 100;

/// A reader whose side of the connection holds next to nothing.
async fn deaf(address: &str) -> RawSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(1).unwrap();
    let to: SocketAddr = address.parse().unwrap();
    let stream = socket.connect(to).await.unwrap();
    RawSocket::over(stream, address, "/api/v1/connect/two").await
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_cut_and_little_waits_for_it() {
    let mut siege = Siege::begin("unread sockets").await;
    let mut readers = Vec::new();
    for _ in 0..DEAF {
        readers.push(deaf(&siege.server.address).await);
    }
    siege.goes_on().await;
    // What they say now and then shows that they are there, and is no reason to
    // wait for them.
    let mut talking = JoinSet::new();
    for mut reader in readers {
        talking.spawn(async move {
            while reader.try_send(&frame(PONG, "").bytes()).await {
                sleep(Duration::from_secs(5)).await;
            }
        });
    }
    for _ in 0..FRAMES {
        siege.server.reader("two", "").await.leave().await;
        sleep(BETWEEN).await;
    }
    eventually_within(CUT_WITHIN, "all of them are cut", async || {
        siege.server.views("two").await.live == 0
    })
    .await;
    talking.shutdown().await;
    siege.lifted(DEAF, 32).await;
}

/// Waits until so many answers have begun: each has headers, which no window holds up.
async fn answers_begin(stream: &mut TcpStream, mut answers: u32) {
    while answers > 0 {
        let frame = next(stream).await.expect("the connection lasts");
        answers -= u32::from(frame.kind == HEADERS);
    }
}

#[tokio::test]
async fn answers_that_are_not_taken_are_bounded() {
    let mut siege = Siege::begin("unread answers").await;
    let all = (0..STREAMS).flat_map(|n| asks(2 * n + 1, "/posts/one"));
    // Not a byte of any answer's body may be sent.
    let begin = [hello(0), all.collect()].concat();
    let mut hoarders = Vec::new();
    for _ in 0..HOARDERS {
        let mut stream = TcpStream::connect(&siege.server.address).await.unwrap();
        stream.write_all(&begin).await.unwrap();
        hoarders.push(stream);
    }
    siege.goes_on().await;
    for stream in &mut hoarders {
        let all = timeout(3 * PATIENCE, answers_begin(stream, STREAMS));
        all.await.expect("each answer begins");
    }
    drop(hoarders);
    siege.lifted(HOARDERS, 8_192).await;
}
