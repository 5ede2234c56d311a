//! The routes: which status for what, in which order, and WebSockets over
//! HTTP/2.

use crate::support::{Client, Folder, PATIENCE, Server, counts};
use axum::body::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::tungstenite::Error;

/// A request written by hand; returns the whole answer.
async fn raw(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let request = request.replace("HOST", &server.address);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer))
        .await
        .expect("the server closes after the answer")
        .unwrap();
    answer
}

/// The status of a handshake, and its body.
async fn handshake(server: &Server, path: &str, origin: Option<&str>) -> (u16, String) {
    match Client::try_connect(&server.address, path, origin).await {
        Ok((_, response)) => (response.status().as_u16(), String::new()),
        Err(Error::Http(response)) => {
            let (parts, body) = response.into_parts();
            // What is no socket at all is part of the API, which pages may read.
            let allows = parts.headers.contains_key("access-control-allow-origin");
            assert!(
                !allows || parts.status == 404,
                "a refusal of a socket allows no origin"
            );
            let body = String::from_utf8(body.unwrap_or_default()).unwrap();
            (parts.status.as_u16(), body)
        }
        Err(error) => panic!("{error}"),
    }
}

/// The first line, without the version.
fn status(answer: &str) -> &str {
    answer.split_whitespace().nth(1).unwrap_or_default()
}

/// Every header that makes a WebSocket of an HTTP/1.1 request, but `Upgrade`.
const HANDSHAKE: &str = "Host: HOST\r\nOrigin: http://HOST\r\nConnection: Upgrade, close\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

#[tokio::test]
async fn each_refusal_has_its_status_and_says_what_to_do() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let same = format!("http://{}", server.address);
    let same = Some(same.as_str());
    let other = Some("https://evil.example");
    let long = format!("/api/v1/connect/{}", "a".repeat(10_000));
    let cases = [
        ("/api/v1/connect/one", same, 101, ""),
        (
            "/api/v1/connect/one?v=0123",
            same,
            400,
            "32 hexadecimal digits",
        ),
        (
            "/api/v1/connect/one",
            other,
            403,
            "pages of https://evil.example may not connect",
        ),
        ("/api/v1/connect/one", Some("null"), 403, "--origin"),
        ("/api/v1/connect/one", None, 403, "--origin"),
        ("/api/v1/connect/three", same, 403, "no post has this slug"),
        ("/api/v1/connect/a%00b", same, 400, "control character"),
        ("/api/v1/connect/a/../b", same, 400, "`..`"),
        ("/api/v1/connect/%2e%2e", same, 400, "`..`"),
        ("/api/v1/connect/one%2F", same, 400, "empty segment"),
        ("/api/v1/connect/%ff", same, 400, "UTF-8"),
        (&long, same, 400, "200 characters"),
        ("/api/v1/visitors/connect", same, 101, ""),
        ("/api/v1/visitors/connect?v=0123", same, 400, "32 hexa"),
        ("/api/v1/visitors/connect", other, 403, "--origin"),
        ("/api/v1/visitors/connect", None, 403, "--origin"),
        ("/api/v1/connect", same, 404, "/api/v1/views"),
        ("/api/v1/connect/", same, 404, "/api/v1/views"),
        ("/api/v2/connect/one", same, 404, "/api/v1/views"),
        // The origin is looked at before the slug.
        ("/api/v1/connect/three", other, 403, "--origin"),
        ("/api/v1/connect/a%00b", None, 403, "--origin"),
    ];
    for (path, origin, expected, sentence) in cases {
        let (status, body) = handshake(&server, path, origin).await;
        assert_eq!(status, expected, "{path} from {origin:?}: {body}");
        assert!(body.contains(sentence), "{path} from {origin:?}: {body}");
        if status != 101 {
            let json: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert!(json["error"].is_string(), "{body}");
        }
    }
    assert_eq!(
        server.text("/api/v1/views").await.matches("slug").count(),
        2
    );
}

#[tokio::test]
async fn what_is_no_websocket_is_asked_to_upgrade() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    for upgrade in ["", "Upgrade: h2c\r\n", "Upgrade: h2c, http/1.1\r\n"] {
        let request = format!("GET /api/v1/connect/one HTTP/1.1\r\n{HANDSHAKE}{upgrade}\r\n");
        let answer = raw(&server, &request).await.to_lowercase();
        assert_eq!(status(&answer), "426", "{upgrade:?}: {answer}");
        assert!(answer.contains("upgrade: websocket"), "{answer}");
        assert!(answer.contains("connection: upgrade"), "{answer}");
    }
    let request = format!("GET /api/v1/visitors/connect HTTP/1.1\r\n{HANDSHAKE}\r\n");
    assert_eq!(status(&raw(&server, &request).await), "426");
    // The slug is looked at before the upgrade.
    let request = format!("GET /api/v1/connect/three HTTP/1.1\r\n{HANDSHAKE}\r\n");
    assert_eq!(status(&raw(&server, &request).await), "403");
    // Names and values of these headers know no case.
    let request =
        format!("GET /api/v1/connect/one HTTP/1.1\r\n{HANDSHAKE}uPGRADE: WebSocket\r\n\r\n");
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let request = request.replace("HOST", &server.address);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 101");
}

#[tokio::test]
async fn a_list_of_origins_is_exact_and_lets_them_read_too() {
    let folder = Folder::new();
    let arguments = ["--origin", "https://a.example,https://b.example:8443"];
    let server = Server::start_with(&folder, &arguments).await;
    let same = format!("http://{}", server.address);
    for (origin, expected) in [
        ("https://a.example", 101),
        ("https://b.example:8443", 101),
        ("https://b.example", 403),
        ("http://a.example", 403),
        (same.as_str(), 403),
    ] {
        let (status, _) = handshake(&server, "/api/v1/connect/one", Some(origin)).await;
        assert_eq!(status, expected, "{origin}");
        for path in ["/api/v1/views", "/api/v1/views/one", "/api/v1/views/none"] {
            let request = reqwest::Client::new()
                .get(server.url(path))
                .header("origin", origin);
            let response = request.send().await.unwrap();
            let allowed = response.headers().get("access-control-allow-origin");
            let expected = (expected == 101).then_some(origin);
            assert_eq!(allowed.map(|v| v.to_str().unwrap()), expected, "{path}");
            assert_eq!(response.headers()["vary"], "origin");
        }
    }
}

#[tokio::test]
async fn numbers_are_read_without_an_origin() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let response = server.get("/api/v1/views/one").await;
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(
        response.text().await.unwrap(),
        r#"{"slug":"one","live":0,"total":0}"#
    );
    assert_eq!(server.get("/api/v1/views/three").await.status(), 404);
    assert_eq!(server.get("/api/v1/views/a%00").await.status(), 400);
    assert_eq!(server.text("/healthz").await, r#"{"status":"ok"}"#);
    assert_eq!(server.text("/readyz").await, r#"{"status":"ready"}"#);
}

/// A client that speaks HTTP/2 and may open WebSockets.
async fn http2(
    server: &Server,
) -> (
    h2::client::SendRequest<Bytes>,
    JoinHandle<Result<(), h2::Error>>,
) {
    let stream = TcpStream::connect(&server.address).await.unwrap();
    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    // The server's settings say whether it takes extended CONNECT (RFC 8441).
    let settled = async {
        while !client.is_extended_connect_protocol_enabled() {
            client = client.clone().ready().await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, settled).await.expect("extended CONNECT");
    (client, connection)
}

/// A handshake of RFC 8441 for the post `one`.
fn connect(
    server: &Server,
    protocol: &'static str,
    origin: &str,
    version: Option<&str>,
) -> http::Request<()> {
    let mut request = http::Request::connect(server.url("/api/v1/connect/one"));
    request = request.header("origin", origin);
    if let Some(version) = version {
        request = request.header("sec-websocket-version", version);
    }
    let mut request = request.body(()).unwrap();
    let protocol = h2::ext::Protocol::from_static(protocol);
    request.extensions_mut().insert(protocol);
    request
}

#[tokio::test]
async fn a_reader_over_http2_is_a_reader() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut watcher = server.reader("one", "?watch=1").await;
    watcher.sees(counts(0, 0)).await;

    let (mut client, connection) = http2(&server).await;
    let origin = format!("http://{}", server.address);
    let request = connect(&server, "websocket", &origin, Some("13"));
    let (response, mut sending) = client.send_request(request, false).unwrap();
    let mut response = timeout(PATIENCE, response).await.unwrap().unwrap();
    assert_eq!(response.status(), 200);
    let data = timeout(PATIENCE, response.body_mut().data()).await.unwrap();
    // A text frame, unmasked, of these 20 bytes.
    assert_eq!(
        &data.unwrap().unwrap()[..],
        b"\x81\x14{\"live\":1,\"total\":1}"
    );
    watcher.sees(counts(1, 1)).await;

    // A text, masked with zeroes. What answers it, and then tells of who comes, may be in
    // one piece of data or in many.
    let asks = &b"\x81\x88\0\0\0\0visitors"[..];
    sending.send_data(asks.into(), false).unwrap();
    let _two = server.reader("two", "").await;
    let mut said = Vec::new();
    while !said.ends_with(b"\x81\x0e{\"visitors\":2}") {
        let data = timeout(PATIENCE, response.body_mut().data()).await.unwrap();
        said.extend_from_slice(&data.unwrap().unwrap());
    }

    // A close frame, masked with zeroes, with the code 1001.
    sending
        .send_data((&b"\x88\x82\0\0\0\0\x03\xe9"[..]).into(), false)
        .unwrap();
    watcher.sees(counts(0, 1)).await;
    connection.abort();
}

#[tokio::test]
async fn http2_without_connect_is_refused_in_words() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let client = reqwest::Client::builder()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let request = client
        .get(server.url("/api/v1/connect/one"))
        .header("origin", format!("http://{}", server.address));
    let response = request.send().await.unwrap();
    assert_eq!(response.version(), http::Version::HTTP_2);
    // There is nothing to upgrade to (RFC 9113 §8.6).
    assert_eq!(response.status(), 400);
    assert!(response.text().await.unwrap().contains("CONNECT"));
}

#[tokio::test]
async fn a_handshake_over_http2_is_refused_as_any_other_is() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let (client, connection) = http2(&server).await;
    let same = format!("http://{}", server.address);
    for (protocol, origin, version, expected, sentence) in [
        ("connect-udp", same.as_str(), Some("13"), 400, "CONNECT"),
        ("websocket", &same, None, 400, "version 13"),
        ("websocket", &same, Some("8"), 400, "version 13"),
        (
            "websocket",
            "https://evil.example",
            Some("13"),
            403,
            "--origin",
        ),
    ] {
        let what = format!("{protocol} {version:?} from {origin}");
        let request = connect(&server, protocol, origin, version);
        let mut client = client.clone().ready().await.unwrap();
        let (response, _sending) = client.send_request(request, false).unwrap();
        let mut response = timeout(PATIENCE, response).await.unwrap().unwrap();
        assert_eq!(response.status(), expected, "{what}");
        let said = timeout(PATIENCE, response.body_mut().data()).await.unwrap();
        let said = String::from_utf8(said.unwrap().unwrap().to_vec()).unwrap();
        assert!(said.contains(sentence), "{what}: {said}");
    }
    assert_eq!(server.views("one").await, counts(0, 0));
    connection.abort();
}

#[tokio::test]
async fn headers_over_http2_that_are_too_large_are_refused_and_the_connection_lasts() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let (client, connection) = http2(&server).await;
    for (lines, expected) in [(100, 431), (1, 200)] {
        let mut request = http::Request::get(server.url("/readyz")).body(()).unwrap();
        for _ in 0..lines {
            let value = "x".repeat(200).parse().unwrap();
            request.headers_mut().append("x-many", value);
        }
        let mut client = client.clone().ready().await.unwrap();
        let (response, _) = client.send_request(request, true).unwrap();
        let response = timeout(PATIENCE, response).await.unwrap().unwrap();
        assert_eq!(response.status(), expected, "{lines} lines");
    }
    connection.abort();
}
