//! Connections and pages of one address at once, so that others need not wait for
//! it.

use crate::support::{Folder, PATIENCE, Server, eventually};
use futures_util::future::join_all;
use tokio::{io::AsyncReadExt, net::TcpStream, time::timeout};

async fn connected(server: &Server) -> TcpStream {
    TcpStream::connect(&server.address).await.unwrap()
}

/// Whether the server closes this connection, of which nothing was asked, at once.
async fn is_closed(stream: &mut TcpStream) -> bool {
    let read = timeout(PATIENCE / 20, stream.read(&mut [0; 1])).await;
    read.is_ok_and(|read| matches!(read, Ok(0) | Err(_)))
}

#[tokio::test]
async fn an_address_has_only_so_many_connections_at_once() {
    let folder = Folder::new();
    let arguments = ["--limits", "on", "--sockets-per-address", "1"];
    let server = Server::start_with(&folder, &arguments).await;
    let mut four = join_all((0..4).map(|_| connected(&server))).await;
    assert!(is_closed(&mut connected(&server).await).await);
    let closed = join_all(four.iter_mut().map(is_closed)).await;
    assert_eq!(closed, [false; 4]);
    four.pop();
    eventually("there is room", async || {
        !is_closed(&mut connected(&server).await).await
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
    let mut connections = join_all((0..6).map(|_| connected(&server))).await;
    let closed = join_all(connections.iter_mut().map(is_closed)).await;
    assert_eq!(closed, [false; 6]);
}

/// The statuses of twenty pages that are asked for at once, on one connection, each
/// from the address that `from` says. A refusal is looked at.
async fn twenty_pages(server: &Server, from: impl Fn(usize) -> String) -> Vec<u16> {
    let http2 = reqwest::Client::builder()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let answers = (0..20).map(|n| {
        let request = http2.get(server.url("/posts/one"));
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
        assert!(statuses.contains(&200), "{statuses:?}");
        statuses.contains(&429)
    })
    .await;
    let apart = twenty_pages(&server, |n| format!("203.0.113.{n}")).await;
    assert_eq!(apart, [200; 20]);
}
