//! Connections and pages of one address at once, so that others need not wait for
//! it.

use crate::support::{Folder, PATIENCE, Server, eventually, eventually_within};
use futures_util::future::join_all;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

async fn connected(server: &Server) -> TcpStream {
    TcpStream::connect(&server.address).await.unwrap()
}

/// Whether this connection, of which nothing was asked yet, gets an answer. If not,
/// the server has closed it.
async fn is_served(stream: &mut TcpStream) -> bool {
    // It may be closed already.
    let _ = stream
        .write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    let mut answer = [0; 12];
    let read = timeout(PATIENCE, stream.read_exact(&mut answer)).await;
    let read = read.expect("an answer, or the end");
    read.is_ok_and(|_| &answer == b"HTTP/1.1 200")
}

#[tokio::test]
async fn an_address_has_only_so_many_connections_at_once() {
    let folder = Folder::new();
    // Four for each socket.
    let arguments = ["--limits", "on", "--sockets-per-address", "1"];
    let server = Server::start_with(&folder, &arguments).await;
    let mut connections = Vec::new();
    for _ in 0..4 {
        connections.push(connected(&server).await);
    }
    assert!(!is_served(&mut connected(&server).await).await);
    let served = join_all(connections.iter_mut().map(is_served)).await;
    assert_eq!(served, [true; 4]);
    connections.pop();
    // Before the others have been idle for as long as they may.
    eventually_within(Duration::from_secs(5), "there is room", async || {
        is_served(&mut connected(&server).await).await
    })
    .await;
}

#[tokio::test]
async fn a_trusted_proxy_has_as_many_connections_as_it_likes() {
    let folder = Folder::new();
    let arguments = [
        ["--limits", "on"],
        ["--sockets-per-address", "1"],
        ["--trusted-proxies", "127.0.0.1"],
    ];
    let server = Server::start_with(&folder, arguments.as_flattened()).await;
    let mut connections = join_all((0..10).map(|_| connected(&server))).await;
    let served = join_all(connections.iter_mut().map(is_served)).await;
    assert_eq!(served, [true; 10]);
}

/// The statuses of twenty pages that are asked for at once, on one connection, each
/// from the address that `from` says. Each has to be made, since there is nothing
/// there. A refusal is looked at.
async fn twenty_pages(server: &Server, from: impl Fn(usize) -> String) -> Vec<u16> {
    let http2 = reqwest::Client::builder()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let answers = (0..20).map(|n| {
        let request = http2.get(server.url("/nothing"));
        request.header("x-forwarded-for", from(n)).send()
    });
    let mut statuses = Vec::new();
    for answer in join_all(answers).await {
        let answer = answer.unwrap();
        let status = answer.status().as_u16();
        statuses.push(status);
        if status == 429 {
            assert_eq!(answer.headers()["retry-after"], "1");
            let said = answer.text().await.unwrap();
            assert!(said.contains("try again in 1 s"), "{said}");
        }
    }
    statuses
}

#[tokio::test]
async fn an_address_waits_for_only_so_many_pages_at_once() {
    let folder = Folder::new();
    let arguments = [
        ["--limits", "on"],
        ["--pages-per-address", "1"],
        ["--trusted-proxies", "127.0.0.1"],
    ];
    let server = Server::start_with(&folder, arguments.as_flattened()).await;
    // How many come together is the machine's.
    eventually("one is refused", async || {
        let statuses = twenty_pages(&server, |_| "203.0.113.1".to_owned()).await;
        assert!(statuses.contains(&404), "{statuses:?}");
        statuses.contains(&429)
    })
    .await;
    let apart = twenty_pages(&server, |n| format!("203.0.113.{n}")).await;
    assert_eq!(apart, [404; 20]);
}
