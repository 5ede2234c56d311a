//! The opening handshake: RFC 6455 §4.2.

use crate::support::{
    Folder, Server,
    raw::{ACCEPT, KEY, head},
};
use tokio::{io::AsyncWriteExt, net::TcpStream};

/// The lines that make a handshake of a request, but for the first and `Host`.
const LINES: [&str; 4] = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/// The head of the answer to a handshake whose line of this name is replaced by
/// these.
async fn answer(server: &Server, name: &str, instead: &[&str]) -> String {
    let kept = LINES.iter().filter(|line| !line.starts_with(name));
    request(
        server,
        "GET /api/v1/connect/two HTTP/1.1",
        kept.chain(instead),
    )
    .await
}

async fn request<'a>(
    server: &Server,
    first: &str,
    lines: impl Iterator<Item = &'a &'a str>,
) -> String {
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let host = &server.address;
    let mut request = format!("{first}\r\nHost: {host}\r\nOrigin: http://{host}\r\n");
    for line in lines {
        request.push_str(line);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    head(&mut stream).await.to_lowercase()
}

fn status(head: &str) -> &str {
    head.split_whitespace().nth(1).unwrap_or_default()
}

#[tokio::test]
async fn connection_and_upgrade_are_lists_that_know_no_case() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    for (name, instead, expected) in [
        (
            "Connection",
            &["Connection: keep-alive, Upgrade"][..],
            "101",
        ),
        ("Connection", &["cONNECTION: uPGRADE"], "101"),
        ("Connection", &["Connection: a,,\tupgrade ,b"], "101"),
        (
            "Connection",
            &["Connection: keep-alive", "Connection: Upgrade"],
            "101",
        ),
        ("Connection", &["Connection: keep-alive"], "426"),
        // A token, not a part of one.
        ("Connection", &["Connection: no-upgrade"], "426"),
        ("Connection", &[], "426"),
        ("Upgrade", &["Upgrade: WebSocket"], "101"),
        ("Upgrade", &["Upgrade: h2c, websocket"], "101"),
        ("Upgrade", &["Upgrade: h2c", "Upgrade: websocket"], "101"),
        ("Upgrade", &["Upgrade: websockets"], "426"),
        ("Upgrade", &[], "426"),
    ] {
        let head = answer(&server, name, instead).await;
        assert_eq!(status(&head), expected, "{instead:?}: {head}");
        if expected == "426" {
            assert!(head.contains("\r\nupgrade: websocket\r\n"), "{head}");
        }
    }
}

#[tokio::test]
async fn another_version_is_told_which_one_is_spoken() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    for instead in [
        &["Sec-WebSocket-Version: 8"][..],
        &["Sec-WebSocket-Version: 14"],
        &["Sec-WebSocket-Version: 013"],
        &["Sec-WebSocket-Version: 13, 8"],
        &["Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"],
        &["Sec-WebSocket-Version:"],
        &[],
    ] {
        let head = answer(&server, "Sec-WebSocket-Version", instead).await;
        assert_eq!(status(&head), "426", "{instead:?}: {head}");
        let told = head.contains("\r\nsec-websocket-version: 13\r\n");
        assert!(told, "{instead:?}: {head}");
        assert!(head.contains("\r\nupgrade: websocket\r\n"), "{head}");
    }
}

#[tokio::test]
async fn a_key_is_sixteen_bytes_in_base64_and_there_is_one() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let twice = format!("Sec-WebSocket-Key: {KEY}");
    for instead in [
        &[][..],
        &["Sec-WebSocket-Key:"],
        // Fifteen and seventeen bytes.
        &["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j"],
        &["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZTE="],
        &["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ"],
        &["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!!=="],
        &[&twice, &twice],
    ] {
        let head = answer(&server, "Sec-WebSocket-Key", instead).await;
        assert_eq!(status(&head), "400", "{instead:?}: {head}");
    }
}

#[tokio::test]
async fn the_key_is_answered_and_nothing_else_is_agreed_to() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let offers = [
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        "Sec-WebSocket-Protocol: chat, superchat",
    ];
    let first = "GET /api/v1/connect/two HTTP/1.1";
    let head = request(&server, first, LINES.iter().chain(&offers)).await;
    assert_eq!(status(&head), "101", "{head}");
    let accept = format!("\r\nsec-websocket-accept: {}\r\n", ACCEPT.to_lowercase());
    assert!(head.contains(&accept), "{head}");
    assert!(head.contains("\r\nupgrade: websocket\r\n"), "{head}");
    assert!(head.contains("\r\nconnection: upgrade\r\n"), "{head}");
    assert!(!head.contains("sec-websocket-extensions"), "{head}");
    assert!(!head.contains("sec-websocket-protocol"), "{head}");
}

#[tokio::test]
async fn a_handshake_is_a_get_of_http_1_1() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    for (first, expected) in [
        ("GET /api/v1/connect/two HTTP/1.1", "101"),
        ("POST /api/v1/connect/two HTTP/1.1", "426"),
        ("HEAD /api/v1/connect/two HTTP/1.1", "426"),
        ("GET /api/v1/connect/two HTTP/1.0", "426"),
    ] {
        let head = request(&server, first, LINES.iter()).await;
        assert_eq!(status(&head), expected, "{first}: {head}");
    }
    assert_eq!(server.views("two").await.total, 1);
}
