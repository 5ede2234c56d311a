//! `view-counter health`, for supervisors and scripts.

use crate::support::{Folder, PATIENCE, Server, eventually};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
    time::Instant,
};

/// Whether `health` succeeded, and what it said on both streams.
async fn health(address: &str, more: &[&str]) -> (bool, String, String) {
    let folder = Folder::new();
    let mut arguments = vec!["health", "--listen", address];
    arguments.extend(more);
    let (status, out, error) = folder.run(&arguments).await;
    (status.success(), out, error)
}

/// Somebody who gives this answer to whoever connects; its address.
async fn somebody(answer: Vec<u8>) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answering = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            // The other side may have heard enough.
            let _ = stream.write_all(&answer).await;
        }
    });
    (address, answering)
}

fn says(json: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n\r\n{json}").into_bytes()
}

#[tokio::test]
async fn a_server_that_is_well_says_so_and_one_that_is_gone_does_not() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let address = server.address.clone();
    assert_eq!(
        health(&address, &["--strict"]).await,
        (true, "ok\n".to_owned(), String::new())
    );
    server.stop().await;
    let (success, out, error) = health(&address, &[]).await;
    assert_eq!((success, out.as_str()), (false, ""));
    let said = format!("no answer from a view counter on {address}");
    assert!(error.contains(&said), "{error}");
}

#[tokio::test]
async fn degraded_is_told_and_fails_only_where_that_is_asked_for() {
    let json = r#"{"status":"degraded","problem":"the disk\u001b is full"}"#;
    let (address, _answering) = somebody(says(json)).await;
    let (success, out, _) = health(&address, &[]).await;
    assert_eq!(
        (success, out.as_str()),
        (true, "degraded: the disk\\u{1b} is full\n")
    );
    let (success, _, error) = health(&address, &["--strict"]).await;
    assert!(!success);
    assert!(
        error.contains("degraded: the disk\\u{1b} is full"),
        "{error}"
    );
}

#[tokio::test]
async fn whoever_else_listens_there_is_not_taken_for_a_counter() {
    let endless = [says("{\"status\":\""), vec![b'x'; 1 << 20]].concat();
    for answer in [
        says("<html>"),
        b"HTTP/1.1 503 -\r\n\r\n{\"status\":\"ok\"}".to_vec(),
        endless,
    ] {
        let (address, _answering) = somebody(answer).await;
        let (success, out, _) = health(&address, &[]).await;
        assert_eq!((success, out.as_str()), (false, ""));
    }
}

#[tokio::test]
async fn whoever_never_answers_is_not_waited_for() {
    // The kernel connects whoever comes, and nobody accepts.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let asked = Instant::now();
    let (success, out, error) = health(&address, &[]).await;
    assert_eq!((success, out.as_str()), (false, ""));
    assert!(error.contains("did not answer within 5 s"), "{error}");
    assert!(asked.elapsed() < PATIENCE / 2, "{:?}", asked.elapsed());
}

#[tokio::test]
async fn a_database_that_cannot_be_read_is_told_also_if_nobody_reads() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let options = SqliteConnectOptions::new().filename(folder.database());
    let mut database = options.connect().await.unwrap();
    let is = async |status: &str| server.json("/healthz").await["status"] == status;
    let mut rename = async |sql: &'static str| {
        sqlx::raw_sql(sql).execute(&mut database).await.unwrap();
    };
    rename("ALTER TABLE totals RENAME TO moved").await;
    eventually("degraded", async || is("degraded").await).await;
    let (success, _, error) = health(&server.address, &["--strict"]).await;
    assert!(!success, "{error}");
    rename("ALTER TABLE moved RENAME TO totals").await;
    eventually("well again", async || is("ok").await).await;
    server.stop().await;
}
