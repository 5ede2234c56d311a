//! HTTP/1.1 by hand, and heads that are too much.

use crate::{siege::Siege, support::PATIENCE};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

/// A request that says nothing more is to come after it, without its last line.
pub(crate) const UNFINISHED: &str = "GET /readyz HTTP/1.1\r\nHost: x\r\n";
/// How many of each kind.
const EACH: u64 = 25;

/// A connection on which this was sent.
pub(crate) async fn sent(address: &str, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// Reads without heed until the server has ended the connection.
pub(crate) async fn ended(stream: &mut (impl AsyncReadExt + Unpin)) {
    let mut unheeded = [0; 4096];
    while stream.read(&mut unheeded).await.is_ok_and(|n| n > 0) {}
}

/// What the server answers to this before it ends the connection.
async fn answer_to(address: &str, head: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // It may be refused before it is sent.
    let _ = stream.write_all(head).await;
    let mut answer = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    // Also who has sent more than is read reads the answer: no reset.
    read.expect("the server ends the connection").unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_in_words_and_never_held() {
    let mut siege = Siege::begin("heads").await;
    let large = format!("X-Large: {}\r\n", "x".repeat(17_000));
    let many = "X-Many: x\r\n".repeat(101);
    let endless = format!("/{}", "x".repeat(70_000));
    let mut clients = JoinSet::new();
    let mut made = 0;
    for head in [
        format!("GET / HTTP/1.1\r\nHost: x\r\n{large}\r\n"),
        format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n"),
        // Its last line never comes: it is refused for what came.
        format!("GET / HTTP/1.1\r\nHost: x\r\n{large}"),
        format!("GET {endless} HTTP/1.1\r\nHost: x\r\n\r\n"),
    ] {
        for _ in 0..EACH {
            let (address, head) = (siege.server.address.clone(), head.clone());
            let over = siege.over();
            made += 1;
            clients.spawn(async move {
                while !over.is_cancelled() {
                    let answer = answer_to(&address, head.as_bytes()).await;
                    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
                }
            });
        }
    }
    siege.goes_on().await;
    siege.ends(clients).await;
    siege.lifted(made, 64).await;
}
