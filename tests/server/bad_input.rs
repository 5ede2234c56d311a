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

/// What the server answers to these bytes after a handshake, as raw frames.
async fn answer_to(server: &Server, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let handshake = format!(
        "GET /api/v1/connect/two HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        server.address
    );
    stream.write_all(handshake.as_bytes()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer));
    read.await.expect("the server closes").unwrap();
    answer
}

#[tokio::test]
async fn a_frame_that_breaks_the_protocol_is_told_with_which_code() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mask = b"\x80\0\0\0\0";
    for (what, frame, code) in [
        ("unmasked", &b"\x81\x01?"[..], close_code::PROTOCOL),
        (
            "a reserved opcode",
            b"\x83\x80\0\0\0\0",
            close_code::PROTOCOL,
        ),
        ("a reserved bit", b"\xc1\x80\0\0\0\0", close_code::PROTOCOL),
        (
            "a fragmented ping",
            b"\x09\x80\0\0\0\0",
            close_code::PROTOCOL,
        ),
        ("not UTF-8", b"\x81\x81\0\0\0\0\xff", close_code::INVALID),
    ] {
        let answer = answer_to(&server, frame).await;
        let close = [0x88, 2, 0, 0];
        let [high, low] = code.to_be_bytes();
        // A close frame without a mask; its length is of the code and a reason.
        let found = answer
            .windows(close.len())
            .any(|w| w[0] == close[0] && w[1] >= close[1] && w[2..] == [high, low]);
        assert!(found, "{what}: {answer:?}");
    }
    // The same bytes in order are a question.
    let asks = [b"\x81", &mask[..], b"\x88\x80\0\0\0\0"].concat();
    let answer = answer_to(&server, &asks).await;
    let frames = answer.windows(7).filter(|w| w == b"{\"live\"").count();
    assert_eq!(frames, 2, "its first frame and the answer: {answer:?}");
}
