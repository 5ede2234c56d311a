//! What a stranger may send: refused, bounded, and nobody else is affected.

use crate::support::{Folder, Server, counts, view_id};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_tungstenite::tungstenite::Message;
use view_counter::counter::protocol::close_code;

#[tokio::test]
async fn a_small_text_is_answered_with_the_numbers_to_its_sender_alone() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut one = server.reader("one", &view_id(1)).await;
    one.sees(counts(1, 1)).await;
    let mut two = server.reader("one", &view_id(2)).await;
    two.sees(counts(2, 2)).await;
    one.sees(counts(2, 2)).await;
    two.send(Message::text("?")).await;
    assert_eq!(two.frame().await, counts(2, 2));
    let silence = timeout(Duration::from_millis(300), one.frame()).await;
    assert!(silence.is_err(), "the other one was told too");
}

#[tokio::test]
async fn binary_large_and_too_many_frames_close_their_socket_and_no_other() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut good = server.reader("one", &view_id(0)).await;
    good.sees(counts(1, 1)).await;

    let mut binary = server.reader("one", &view_id(1)).await;
    binary.send(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(binary.close_code().await, Some(close_code::UNSUPPORTED));

    let mut large = server.reader("one", &view_id(2)).await;
    large.send(Message::text("x".repeat(513))).await;
    assert_eq!(large.close_code().await, Some(close_code::TOO_BIG));

    let mut flood = server.reader("one", &view_id(3)).await;
    for _ in 0..30 {
        flood.send(Message::text("?")).await;
    }
    assert_eq!(flood.close_code().await, Some(close_code::POLICY));

    good.sees(counts(1, 4)).await;
    good.send(Message::text("?")).await;
    good.sees(counts(1, 4)).await;
}

#[tokio::test]
async fn a_huge_frame_is_not_read_into_memory() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut huge = server.reader("one", &view_id(1)).await;
    huge.frame().await;
    // The server may close, and even reset, before all of it is sent.
    huge.try_send(Message::text("x".repeat(10_000_000))).await;
    let code = huge.close_code().await;
    assert!(matches!(code, None | Some(close_code::TOO_BIG)), "{code:?}");
    let mut other = server.reader("one", &view_id(2)).await;
    other.sees(counts(1, 2)).await;
}

#[tokio::test]
async fn a_client_that_sends_its_header_for_ever_is_cut() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut silent = TcpStream::connect(&server.address).await.unwrap();
    let mut slow = TcpStream::connect(&server.address).await.unwrap();
    let dripping = async {
        for byte in b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ".iter().cycle() {
            if slow.write_all(&[*byte]).await.is_err() {
                return;
            }
            sleep(Duration::from_millis(300)).await;
        }
    };
    let mut rest = Vec::new();
    let both = async { tokio::join!(dripping, silent.read_to_end(&mut rest)) };
    timeout(Duration::from_secs(30), both)
        .await
        .expect("both are cut")
        .1
        .unwrap();
}

#[tokio::test]
async fn what_is_not_http_gets_an_answer_and_is_gone() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    for bytes in [&b"\0\0\0\0\r\n\r\n"[..], b"GET\r\n\r\n", &[0xff; 70_000]] {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let read = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer));
        let _ = read.await.expect("the server closes");
    }
    assert_eq!(server.get("/readyz").await.status(), 200);
}
