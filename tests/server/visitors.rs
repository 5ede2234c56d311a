//! The site's visitors: readers of all posts, and pages without one.

use crate::support::{Client, Folder, PATIENCE, Server, counts, eventually, view_id};
use reqwest::header;
use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// The socket of a page without a post.
async fn visit(server: &Server, query: &str) -> Client {
    Client::connect(&server.address, &format!("/api/v1/visitors/connect{query}")).await
}

/// Reads frames until this one comes.
async fn hears(client: &mut Client, expected: &str) {
    let heard = async { while client.text().await != expected {} };
    let heard = timeout(PATIENCE, heard).await;
    heard.unwrap_or_else(|_| panic!("never heard {expected}"));
}

#[tokio::test]
async fn a_page_without_a_post_is_a_visitor_beside_all_readers_and_sees_them() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut nowhere = visit(&server, &view_id(1)).await;
    assert_eq!(nowhere.text().await, r#"{"visitors":1}"#);
    let one = server.reader("one", &view_id(2)).await;
    hears(&mut nowhere, r#"{"visitors":2}"#).await;
    let two = server.reader("two", "").await;
    hears(&mut nowhere, r#"{"visitors":3}"#).await;
    let said = server.json("/api/v1/visitors").await;
    assert_eq!(said, json!({"visitors": 3}));
    one.leave().await;
    two.leave().await;
    hears(&mut nowhere, r#"{"visitors":1}"#).await;
    nowhere.send(Message::text("?")).await;
    assert_eq!(nowhere.text().await, r#"{"visitors":1}"#, "as any text");
    nowhere.leave().await;
    let nobody = async || server.text("/api/v1/visitors").await == r#"{"visitors":0}"#;
    eventually("it left", nobody).await;
    assert_eq!(server.views("one").await, counts(0, 1), "it was no view");
}

#[tokio::test]
async fn a_reader_who_asks_is_told_of_visitors_from_then_on() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut one = server.reader("one", &view_id(1)).await;
    let mut silent = server.reader("one", &view_id(2)).await;
    one.sees(counts(2, 2)).await;
    silent.sees(counts(2, 2)).await;
    one.send(Message::text("visitors")).await;
    assert_eq!(one.frame().await, counts(2, 2), "as any text");
    assert_eq!(one.text().await, r#"{"visitors":2}"#);

    let two = server.reader("two", &view_id(3)).await;
    assert_eq!(
        one.text().await,
        r#"{"visitors":3}"#,
        "its own are the same"
    );
    two.leave().await;
    assert_eq!(one.text().await, r#"{"visitors":2}"#);
    for text in ["?", "visitors"] {
        one.send(Message::text(text)).await;
        assert_eq!(one.frame().await, counts(2, 2), "{text}");
        assert_eq!(one.text().await, r#"{"visitors":2}"#, "{text}");
    }
    // Both of its numbers change.
    silent.leave().await;
    let mut both = [one.text().await, one.text().await];
    both.sort();
    assert_eq!(both, [r#"{"live":1,"total":2}"#, r#"{"visitors":1}"#]);
}

#[tokio::test]
async fn more_readers_than_one_row_are_told_of_visitors_and_of_their_own_numbers() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut readers = Vec::new();
    for n in 0..100 {
        let mut reader = server.reader("one", &view_id(n)).await;
        reader.send(Message::text("visitors")).await;
        readers.push(reader);
    }
    let _two = server.reader("two", "").await;
    for reader in &mut readers {
        let (mut own, mut of_site) = (false, false);
        while !(own && of_site) {
            let text = reader.text().await;
            own |= text == r#"{"live":100,"total":100}"#;
            of_site |= text == r#"{"visitors":101}"#;
        }
    }
}

#[tokio::test]
async fn one_who_did_not_ask_is_not_told_of_visitors() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut one = server.reader("one", &view_id(1)).await;
    assert_eq!(one.frame().await, counts(1, 1));
    let _two = server.reader("two", &view_id(2)).await;
    let _three = server.reader("one", &view_id(3)).await;
    assert_eq!(one.frame().await, counts(2, 2), "and nothing before it");
}

#[tokio::test]
async fn visitors_are_counted_by_the_rules_of_readers() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut watcher = visit(&server, "?watch=1").await;
    assert_eq!(watcher.text().await, r#"{"visitors":0}"#);
    let mut driven = visit(&server, &format!("{}&webdriver=1", view_id(1))).await;
    assert_eq!(driven.text().await, r#"{"visitors":0}"#);
    let mut older = visit(&server, &view_id(2)).await;
    assert_eq!(older.text().await, r#"{"visitors":1}"#);
    // It came back before its end was heard of.
    let mut newer = visit(&server, &view_id(2)).await;
    assert_eq!(newer.text().await, r#"{"visitors":1}"#);
    assert_eq!(older.close_code().await, Some(4001));
    hears(&mut watcher, r#"{"visitors":1}"#).await;
}

#[tokio::test]
async fn sockets_of_pages_without_a_post_are_closed_when_the_server_stops() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut nowhere = visit(&server, &view_id(1)).await;
    assert_eq!(nowhere.text().await, r#"{"visitors":1}"#);
    server.signal("TERM");
    assert_eq!(nowhere.close_code().await, Some(1012));
    let (status, _) = server.ended().await;
    assert!(status.success());
}

#[tokio::test]
async fn how_many_visitors_there_are_is_not_sent_again_while_it_is_so() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let first = server.get("/api/v1/visitors").await;
    let tag = first.headers()[header::ETAG].clone();
    let again = async || {
        let url = format!("http://{}/api/v1/visitors", server.address);
        let request = reqwest::Client::new().get(url);
        let request = request.header(header::IF_NONE_MATCH, &tag);
        request.send().await.unwrap()
    };
    assert_eq!(again().await.status(), 304);
    let mut reader = server.reader("one", "").await;
    assert_eq!(reader.frame().await, counts(1, 1));
    assert_eq!(again().await.status(), 200);
}

#[tokio::test]
async fn a_page_that_is_refused_hears_why() {
    let folder = Folder::new();
    let limits = ["--limits", "on", "--sockets-per-address", "1"];
    let server = Server::start_with(&folder, &limits).await;
    let nowhere = visit(&server, &view_id(1)).await;
    let path = format!("/api/v1/visitors/connect{}", view_id(2));
    let refused = Client::try_connect_with(&server.address, &path, &[]).await;
    assert_eq!(refused.err().unwrap().status(), 429);
    let why = server.get("/api/v1/visitors").await;
    assert_eq!(why.status(), 429);
    assert_eq!(why.headers()[header::RETRY_AFTER], "30");
    nowhere.leave().await;
    let allowed = async || server.get("/api/v1/visitors").await.status() == 200;
    eventually("there is room again", allowed).await;
}
