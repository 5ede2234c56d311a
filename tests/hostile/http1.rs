//! HTTP/1.1 by hand, and heads that are too much.

use crate::support::{Folder, PATIENCE, Server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// A request that says nothing more is to come after it, without its last line.
pub(crate) const UNFINISHED: &str = "GET /readyz HTTP/1.1\r\nHost: x\r\n";

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

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_in_words_and_never_held() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let large = format!("X-Large: {}\r\n", "x".repeat(17_000));
    let many = "X-Many: x\r\n".repeat(101);
    let endless = format!("/{}", "x".repeat(70_000));
    for (head, expected) in [
        (format!("GET / HTTP/1.1\r\nHost: x\r\n{large}\r\n"), "431"),
        (format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n"), "431"),
        // Its last line never comes: it is refused for what came.
        (format!("GET / HTTP/1.1\r\nHost: x\r\n{large}"), "431"),
        (format!("GET {endless} HTTP/1.1\r\nHost: x\r\n\r\n"), "4"),
    ] {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        // It may be refused before it is sent.
        let _ = stream.write_all(head.as_bytes()).await;
        let mut answer = Vec::new();
        let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
        // Also who has sent more than is read reads the answer: no reset.
        read.expect("the server ends the connection").unwrap();
        let answer = String::from_utf8_lossy(&answer);
        let status = answer.strip_prefix("HTTP/1.1 ").unwrap_or_default();
        assert!(status.starts_with(expected), "{answer}");
    }
    server.stop().await;
}
