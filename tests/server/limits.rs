//! What one address may ask for, how many sockets there may be, and whose
//! address a request comes from. The other suites run without limits of one
//! address: all their clients come from one.

use crate::support::{Client, Folder, Server, counts, eventually, view_id};
use std::time::Duration;
use tokio::time::sleep;

async fn limited(folder: &Folder, arguments: &[&str]) -> Server {
    let mut all = vec!["--limits", "on"];
    all.extend(arguments);
    Server::start_with(folder, &all).await
}

/// A refusal: its status, its `Retry-After`, its sentence.
type Refused = (u16, u64, String);

/// A handshake of reader `n`, from this address if a proxy is trusted.
async fn handshake(server: &Server, slug: &str, n: u32, from: &str) -> Result<Client, Refused> {
    let path = format!("/api/v1/connect/{slug}{}", view_id(n));
    let headers = [("x-forwarded-for", from)];
    let headers = if from.is_empty() { &[][..] } else { &headers };
    let refused = match Client::try_connect_with(&server.address, &path, headers).await {
        Ok(client) => return Ok(client),
        Err(refused) => refused,
    };
    let (parts, body) = refused.into_parts();
    let retry_after = parts.headers["retry-after"].to_str().unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body.unwrap()).unwrap();
    let sentence = body["error"].as_str().unwrap().to_owned();
    let retry_after = retry_after.parse().unwrap();
    assert!(
        sentence.contains(&format!("in {retry_after} s")),
        "{sentence}"
    );
    Err((parts.status.as_u16(), retry_after, sentence))
}

/// What a page that asks why is told: the status and `Retry-After`.
async fn why(server: &Server, slug: &str) -> (u16, Option<u64>) {
    let answer = server.get(&format!("/api/v1/views/{slug}")).await;
    let wait = answer.headers().get("retry-after");
    let wait = wait.map(|value| value.to_str().unwrap().parse().unwrap());
    (answer.status().as_u16(), wait)
}

#[tokio::test]
async fn handshakes_in_a_burst_are_refused_and_told_when_to_come_back() {
    let folder = Folder::new();
    let rate = ["--handshake-burst", "3", "--handshakes-per-second", "1"];
    let server = limited(&folder, &rate).await;
    // Asking takes no token.
    for _ in 0..6 {
        assert_eq!(why(&server, "one").await, (200, None));
    }
    // While they are made a token may come in: how many is the machine's.
    let mut readers = Vec::new();
    let (status, wait, sentence) = loop {
        let n = readers.len() as u32;
        assert!(n < 30, "they go on");
        match handshake(&server, "one", n, "").await {
            Ok(reader) => readers.push(reader),
            Err(refused) => break refused,
        }
    };
    assert!(readers.len() >= 3, "fewer than a burst");
    assert_eq!((status, wait), (429, 1), "{sentence}");
    // Whoever reads already goes on, and so do pages.
    let all = readers.len() as u64;
    readers[0].sees(counts(all, all)).await;
    assert_eq!(server.get("/posts/one").await.status(), 200);
    assert_eq!(server.get("/api/v1/views").await.status(), 200);
    eventually("who asks is told the same", async || {
        let _ = handshake(&server, "two", 99, "").await;
        why(&server, "one").await == (429, Some(1))
    })
    .await;
    sleep(Duration::from_secs(1)).await;
    assert!(handshake(&server, "one", 99, "").await.is_ok());
}

#[tokio::test]
async fn an_address_that_asks_too_often_is_first_told_what_else_is_wrong() {
    let folder = Folder::new();
    let rate = ["--handshake-burst", "1", "--handshakes-per-second", "1"];
    let server = limited(&folder, &rate).await;
    let _reader = handshake(&server, "one", 1, "").await.unwrap();
    let unknown = server.get("/api/v1/views/three").await;
    assert_eq!(unknown.status(), 404);
    let not_an_upgrade = |slug: &str| {
        let origin = format!("http://{}", server.address);
        let request = reqwest::Client::new().get(server.url(&format!("/api/v1/connect/{slug}")));
        request.header("origin", origin).send()
    };
    assert_eq!(not_an_upgrade("three").await.unwrap().status(), 403);
    assert_eq!(not_an_upgrade("one").await.unwrap().status(), 426);
}

#[tokio::test]
async fn an_address_has_only_so_many_sockets_at_once() {
    let folder = Folder::new();
    let server = limited(&folder, &["--sockets-per-address", "2"]).await;
    let one = handshake(&server, "one", 1, "").await.unwrap();
    let _two = handshake(&server, "two", 2, "").await.unwrap();
    let (status, wait, sentence) = handshake(&server, "one", 3, "").await.err().unwrap();
    assert_eq!((status, wait), (429, 30), "{sentence}");
    assert_eq!(why(&server, "one").await, (429, Some(30)));
    one.leave().await;
    eventually("there is room", async || why(&server, "one").await.0 == 200).await;
    assert!(handshake(&server, "one", 3, "").await.is_ok());
}

#[tokio::test]
async fn a_full_server_says_so_and_one_post_leaves_room_for_others() {
    let folder = Folder::new();
    // Without limits of one address this one still holds.
    let server = Server::start_with(&folder, &["--max-sockets", "16"]).await;
    let mut readers = Vec::new();
    for n in 0..15 {
        readers.push(handshake(&server, "one", n, "").await.unwrap());
    }
    let (status, wait, sentence) = handshake(&server, "one", 15, "").await.err().unwrap();
    assert_eq!((status, wait), (503, 30));
    assert!(sentence.contains("this page"), "{sentence}");
    assert_eq!(why(&server, "one").await, (503, Some(30)));
    readers.push(handshake(&server, "two", 16, "").await.unwrap());
    let (status, _, sentence) = handshake(&server, "two", 17, "").await.err().unwrap();
    assert_eq!(status, 503);
    assert!(sentence.contains("the server"), "{sentence}");
    assert_eq!(server.get("/posts/one").await.status(), 200);
    drop(readers);
    eventually("there is room", async || why(&server, "two").await.0 == 200).await;
}

#[tokio::test]
async fn beyond_its_views_an_hour_an_address_reads_and_adds_nothing() {
    let folder = Folder::new();
    let server = limited(&folder, &["--views-per-hour", "2"]).await;
    let mut readers = Vec::new();
    for (n, total) in [(1, 1), (2, 2), (3, 2), (4, 2)] {
        let mut reader = handshake(&server, "one", n, "").await.unwrap();
        reader.sees(counts(u64::from(n), total)).await;
        readers.push(reader);
    }
    // Those who are here already use nothing up by coming back.
    let mut back = handshake(&server, "one", 4, "").await.unwrap();
    back.sees(counts(4, 2)).await;
    let mut other = handshake(&server, "two", 1, "").await.unwrap();
    other.sees(counts(1, 1)).await;
    let mut back = handshake(&server, "two", 1, "").await.unwrap();
    back.sees(counts(1, 1)).await;
    let mut second = handshake(&server, "two", 2, "").await.unwrap();
    second.sees(counts(2, 2)).await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_reader_has_limits_of_their_own() {
    let folder = Folder::new();
    let arguments = [
        ["--trusted-proxies", "127.0.0.0/8"],
        ["--sockets-per-address", "1"],
    ];
    let server = limited(&folder, arguments.as_flattened()).await;
    let mut readers = Vec::new();
    let apart = [
        "203.0.113.1",
        "203.0.113.2",
        "2001:db8::1",
        "[2001:db8:0:1::1]:80",
    ];
    for (n, from) in (0..).zip(apart) {
        readers.push(handshake(&server, "one", n, from).await.unwrap());
    }
    for from in [
        "203.0.113.1",
        "1.1.1.1, 203.0.113.2:5000",
        "2001:db8::ffff",
        "203.0.113.2, 127.0.0.2",
    ] {
        let (status, ..) = handshake(&server, "one", 9, from).await.err().unwrap();
        assert_eq!(status, 429, "{from}");
    }
}

#[tokio::test]
async fn the_one_header_that_is_named_is_the_one_that_counts() {
    let folder = Folder::new();
    let arguments = [
        ["--trusted-proxies", "127.0.0.1,10.0.0.0/8"],
        ["--client-address-header", "X-Real-IP"],
        ["--sockets-per-address", "1"],
    ];
    let server = limited(&folder, arguments.as_flattened()).await;
    let path = |n| format!("/api/v1/connect/one{}", view_id(n));
    let enter = async |n, forwarded, real| {
        let headers = [("x-forwarded-for", forwarded), ("x-real-ip", real)];
        Client::try_connect_with(&server.address, &path(n), &headers).await
    };
    let _one = enter(1, "1.1.1.1", "203.0.113.1").await.unwrap();
    let _two = enter(2, "1.1.1.1", "203.0.113.2").await.unwrap();
    assert!(enter(3, "2.2.2.2", "203.0.113.1").await.is_err());
}

#[tokio::test]
async fn what_a_stranger_says_of_their_address_is_not_believed_and_told_once() {
    let folder = Folder::new();
    let server = limited(&folder, &["--sockets-per-address", "2"]).await;
    let _one = handshake(&server, "one", 1, "203.0.113.1").await.unwrap();
    let _two = handshake(&server, "one", 2, "203.0.113.2").await.unwrap();
    assert!(handshake(&server, "one", 3, "203.0.113.3").await.is_err());
    server.signal("TERM");
    let (status, log) = server.ended().await;
    assert!(status.success(), "{log}");
    let told = log.matches("--trusted-proxies 127.0.0.1").count();
    assert_eq!(told, 1, "{log}");
    assert!(!log.contains("203.0.113"), "no reader's address: {log}");
}

#[tokio::test]
async fn limits_that_make_no_sense_stop_the_start() {
    let folder = Folder::new();
    for (arguments, sentence) in [
        (["--trusted-proxies", "localhost"], "10.0.0.0/8"),
        (
            ["--client-address-header", "X-Real-IP"],
            "--trusted-proxies",
        ),
        (["--handshake-burst", "0"], "--handshake-burst"),
        (["--limits", "maybe"], "on, off"),
    ] {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(arguments);
        let (status, _, error) = folder.run(&all).await;
        assert!(!status.success());
        assert!(error.contains(sentence), "{error}");
    }
}
