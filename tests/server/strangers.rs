//! What strangers put into requests: each gets an answer, none reaches the log as
//! it was sent.

use crate::support::{Folder, PATIENCE, Server, raw::KEY};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// What a terminal, or whoever reads a log by lines, would take for something else.
const NASTY: &str = "%0A2026-01-01T00:00:00Z%20%20INFO%20forged%0D%1B%5B31mred%00%7F%E2%80%AE";

/// What may stand in a header (RFC 9110 §5.5), and is no text.
const ODD: &[u8] = b"\x80\xff\t\xe2\x80\xae";

/// The status of the answer to these bytes; 0 if there was none.
async fn status_of(server: &Server, request: &[u8]) -> u16 {
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    // A reset after the answer is an answer too.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("the server closes after the answer");
    let line = String::from_utf8_lossy(&answer);
    let status = line.split(' ').nth(1).unwrap_or_default();
    status.parse().unwrap_or_default()
}

/// A request with this first line and these bytes as the value of this header.
fn request(line: &str, name: &str, value: &[u8]) -> Vec<u8> {
    let host = match name {
        "Host" => "",
        _ => "Host: blog.example\r\n",
    };
    let head = format!("{line} HTTP/1.1\r\n{host}Connection: close\r\n{name}: ");
    [head.as_bytes(), value, b"\r\n\r\n"].concat()
}

/// A handshake with which nothing is wrong but what it connects to.
fn handshake(target: &str) -> Vec<u8> {
    let head = format!(
        "GET /api/v1/connect/{target} HTTP/1.1\r\nHost: blog.example\r\n\
         Origin: https://blog.example\r\nConnection: Upgrade, close\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
    );
    head.into_bytes()
}

#[tokio::test]
async fn whatever_a_request_asks_for_it_gets_an_answer() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    for (line, status) in [
        ("CONNECT blog.example:443", 405),
        ("CONNECT /", 405),
        ("OPTIONS *", 405),
        ("GET *", 404),
        ("GET http://evil.example", 200),
        ("GET http://evil.example/posts/one?a=b", 200),
        ("GET //evil.example/", 404),
        ("GET //posts/one", 308),
        ("GET /posts/%FF", 404),
        ("GET /posts/%00", 404),
        ("GET /tags/%FF", 404),
        ("GET /media/%FF", 400),
        ("GET /posts/one?%FF=%FF&[", 200),
        ("GET /fn/counts?slug=%FF", 400),
        ("GET /fn/counts?slug[]=", 400),
        ("GET /fn/counts", 400),
        ("DELETE /posts/one", 405),
        ("\u{1b}[31m /", 400),
    ] {
        let answered = status_of(&server, &request(line, "User-Agent", b"x")).await;
        assert_eq!(answered, status, "{line:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn nothing_reaches_the_log_as_a_stranger_sent_it() {
    let folder = Folder::new();
    let arguments = [
        ["serve", "--listen=127.0.0.1:0"],
        ["--database", "views.db"],
        // What a proxy says of its clients is read, and is anyone's to write.
        ["--trusted-proxies", "127.0.0.1"],
        ["--limits", "on"],
    ];
    let everything = [("RUST_LOG", "trace")];
    let server = Server::start_in(&folder, &everything, arguments.as_flattened()).await;
    for path in [
        "/",
        "/posts/",
        "/tags/",
        "/media/",
        "/fn/",
        "/pkg/",
        "/api/v1/views/",
    ] {
        for query in ["", "?q="] {
            let line = format!("GET {path}{query}{NASTY}");
            let answered = status_of(&server, &request(&line, "User-Agent", ODD)).await;
            assert_ne!(answered, 0, "{line}");
        }
    }
    for line in [
        format!("GET /fn/counts?slug={NASTY}"),
        "GET /\x1b[31m\x7f".to_owned(),
    ] {
        status_of(&server, &request(&line, "User-Agent", b"x")).await;
    }
    for target in [NASTY.to_owned(), format!("one?v={NASTY}")] {
        let answered = status_of(&server, &handshake(&target)).await;
        assert_eq!(answered, 400, "{target}");
    }
    for name in ["X-Forwarded-For", "Origin", "Host"] {
        for path in ["/posts/one", "/api/v1/views/one", "/api/v1/connect/one"] {
            let line = format!("GET {path}");
            let answered = status_of(&server, &request(&line, name, ODD)).await;
            assert_ne!(answered, 0, "{line} with an odd {name}");
        }
    }
    for value in [&b"\x1b[31mred"[..], b"a\nb", b"a\rb", b"\0"] {
        let answered = status_of(&server, &request("GET /", "User-Agent", value)).await;
        assert_eq!(answered, 400);
    }
    // HTTP/2 has a library of its own, which tells of every frame.
    let http2 = reqwest::Client::builder()
        .http2_prior_knowledge()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    let value = reqwest::header::HeaderValue::from_bytes(ODD).unwrap();
    let path = server.url(&format!("/posts/{NASTY}?{NASTY}"));
    let answer = http2
        .get(path)
        .header("x-nasty", value)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 404);

    server.signal("TERM");
    let (status, log) = server.ended().await;
    assert!(status.success(), "{log}");
    assert!(log.contains("TRACE"), "there is something to look at");
    for line in log.lines() {
        let is_ours = line.starts_with("20") && line.get(10..11) == Some("T");
        assert!(is_ours && !line.contains("Z  INFO forged"), "{line:?}");
        assert!(
            !line.contains(|c: char| c.is_control() && c != '\t'),
            "{line:?}"
        );
        assert!(!line.contains('\u{202e}'), "{line:?}");
    }
}
