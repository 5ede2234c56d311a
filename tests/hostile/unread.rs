//! Clients that ask, and take nothing of what they are given.

use crate::{
    http2::{HEADERS, asks, hello, next},
    siege::Siege,
    support::{Client, PATIENCE, eventually_within, raw::RawSocket},
};
use std::net::SocketAddr;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// Sockets whose reader does not read.
const DEAF: u64 = 200;
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
    // The numbers move, and each move is a frame for each of them.
    let mut moves = 0;
    eventually_within(3 * PATIENCE, "all of them are cut", async || {
        let newcomer: Client = siege.server.reader("two", "").await;
        newcomer.leave().await;
        moves += 1;
        siege.server.views("two").await.live == 0
    })
    .await;
    println!("unread sockets: {DEAF} were cut after {moves} moves");
    drop(readers);
    siege.lifted(DEAF, 64).await;
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
