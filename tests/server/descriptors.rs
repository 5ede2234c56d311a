//! Connections are files to the system, and there are only so many: what the server
//! needs for itself it never gives away.

use crate::support::{Client, Folder, Server, Stored, eventually, view_id};
use tokio::net::TcpStream;

/// As few as a system ever allows.
const FILES: u64 = 256;
/// What is kept for the database, the site's files and the rest.
const RESERVE: usize = 128;
/// More connections than pages have left when all sockets are taken. Those that ask
/// for nothing are cut after ten seconds, and few enough wait for that.
const IDLE: usize = 6;

/// Readers of this post, until one is refused because the server is full.
async fn as_many_as_there_may_be(server: &Server, slug: &str) -> Vec<Client> {
    let mut readers = Vec::new();
    loop {
        let path = format!("/api/v1/connect/{slug}{}", view_id(readers.len() as u32));
        match Client::try_connect_with(&server.address, &path, &[]).await {
            Ok(reader) => readers.push(reader),
            Err(refused) => {
                assert_eq!(refused.status(), 503);
                assert!(refused.headers().contains_key("retry-after"));
                return readers;
            }
        }
        assert!(readers.len() < RESERVE, "more than there is room for");
    }
}

#[tokio::test]
async fn a_server_whose_files_are_all_taken_serves_and_saves() {
    let folder = Folder::new();
    let server = Server::start_with_files(&folder, FILES, &[]).await;
    let mut readers = as_many_as_there_may_be(&server, "one").await;
    let views = readers.len() as u64;
    // One post has not all of them; together the posts have.
    readers.extend(as_many_as_there_may_be(&server, "two").await);
    assert!(readers.len() > 100, "only {} found room", readers.len());
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        idle.push(TcpStream::connect(&server.address).await.unwrap());
    }

    assert_eq!(server.get("/posts/one").await.status(), 200);
    assert_eq!(server.text("/healthz").await, r#"{"status":"ok"}"#);
    assert!(server.descriptors() < FILES as usize - RESERVE / 2);
    eventually("the views are saved", async || {
        Stored::read(&folder.database()).await.total("one") == views
    })
    .await;
    let backup = ["backup", "--database", "views.db", "copy.db"];
    let (status, _, error) = folder.run(&backup).await;
    assert!(status.success(), "{error}");
    let copy = Stored::read(&folder.path("copy.db")).await;
    assert_eq!(copy.total("one"), views);

    server.signal("TERM");
    let (status, log) = server.ended().await;
    assert!(status.success(), "{log}");
    assert!(!log.contains("cannot be accepted"), "{log}");
}

#[tokio::test]
async fn a_lack_of_descriptors_is_logged_once() {
    let folder = Folder::new();
    // Less than the server would leave free: the system refuses first.
    let mut server = Server::start_with_files(&folder, 80, &[]).await;
    let mut idle = Vec::new();
    for _ in 0..80 {
        idle.push(TcpStream::connect(&server.address).await.unwrap());
    }
    let said = server.logs("cannot be accepted").await;
    assert!(said.contains("LimitNOFILE"), "{said}");
    drop(idle);
    assert_eq!(server.get("/posts/one").await.status(), 200);
    server.signal("TERM");
    let (status, log) = server.ended().await;
    assert!(status.success(), "{log}");
    assert!(!log.contains("cannot be accepted"), "{log}");
}
