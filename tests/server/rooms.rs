//! Reading rooms: what the contract says of them, on the wire.

mod owner;
mod strangers;

use crate::support::{Client, Folder, RoomPage, Server, view_id};
use serde_json::json;
use std::time::Duration;

const ON: [&str; 2] = ["--rooms", "on"];
const CLIENT: &str = "00ff00000000000000000000000000ab";

async fn start(folder: &Folder) -> Server {
    Server::start_with(folder, &ON).await
}

/// The status with which this handshake is refused.
async fn refused(server: &Server, path: &str, headers: &[(&'static str, &str)]) -> u16 {
    match Client::try_connect_with(&server.address, path, headers).await {
        Ok(_) => panic!("{path} was accepted"),
        Err(response) => response.status().as_u16(),
    }
}

#[tokio::test]
async fn without_rooms_there_is_no_route() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    assert_eq!(refused(&server, "/rooms/one/ws", &[]).await, 404);
    let page = server.text("/posts/one").await;
    assert!(!page.contains("room"), "{page}");
}

#[tokio::test]
async fn the_published_client_chats() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    ann.is_told("Ann joined").await;
    ann.sees_users(&["Ann"]).await;
    let mut ben = RoomPage::join(&server, "one", "Ben").await;
    ann.is_told("Ben joined").await;
    ann.sees_users(&["Ann", "Ben"]).await;
    ben.say("hello").await;
    for page in [&mut ann, &mut ben] {
        let chat = page.next_of("chat").await;
        assert_eq!(chat["message"], "hello");
        assert_eq!(chat["from"], "Ben");
        assert_eq!(chat["id"], 1);
        let day = jiff::Timestamp::now().as_millisecond() - 86_400_000;
        assert!(
            chat["timestamp"].as_i64().unwrap() > day,
            "the server's clock"
        );
        assert!(chat.get("client").is_none());
    }
    ben.send(json!({"type": "update-name", "name": "Cy"})).await;
    ann.is_told("Ben is now Cy").await;
    ann.sees_users(&["Ann", "Cy"]).await;
    ben.leave().await;
    ann.is_told("Cy left").await;
    ann.sees_users(&["Ann"]).await;
}

#[tokio::test]
async fn nothing_is_sent_before_a_page_has_joined() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut waiting = RoomPage::connect(&server, "one", "").await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    ann.say("hello").await;
    ann.receives("hello").await;
    assert!(
        waiting
            .receives_nothing_for(Duration::from_millis(300))
            .await
    );
    waiting.send(json!({"type": "join", "name": "Ben"})).await;
    waiting.receives("hello").await;
}

#[tokio::test]
async fn a_newcomer_sees_the_last_hundred_and_whoever_returns_what_it_missed() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    // A page may send so many frames at once.
    for texts in (1..=120).collect::<Vec<_>>().chunks(30) {
        let mut sender = RoomPage::join(&server, "one", "Cy").await;
        for text in texts {
            sender.say(&text.to_string()).await;
        }
        ann.receives(&texts[29].to_string()).await;
    }
    let ids: Vec<_> = ann.said.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, (1..=120).collect::<Vec<_>>());
    let mut ben = RoomPage::join(&server, "one", "Ben").await;
    ben.receives("120").await;
    assert_eq!(ben.said, ann.said[20..]);
    // It had seen two.
    ben.said.drain(..);
    ben.said.extend_from_slice(&ann.said[..2]);
    let mut ben = ben.rejoin(&server, "one", "Ben", "").await;
    ben.receives("120").await;
    assert_eq!(ben.said, ann.said);
}

#[tokio::test]
async fn a_message_that_is_sent_twice_is_stored_once() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    let mut ben = RoomPage::join(&server, "one", "Ben").await;
    let message = json!({"type": "chat", "message": "hello", "client": CLIENT});
    ann.send(message.clone()).await;
    assert_eq!(ann.next_of("chat").await["client"], CLIENT);
    let mut ann = ann.rejoin(&server, "one", "Ann", "").await;
    ann.send(message).await;
    let again = ann.next_of("chat").await;
    assert_eq!(
        (&again["id"], &again["client"]),
        (&json!(1), &json!(CLIENT))
    );
    ann.say("the end").await;
    ben.receives("the end").await;
    let said = [(1, "hello".to_owned()), (2, "the end".to_owned())];
    assert_eq!(ben.said, said);
}

#[tokio::test]
async fn a_page_that_returns_with_its_view_id_has_never_left() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    let mut ben = RoomPage::connect(&server, "one", &view_id(1)).await;
    ben.send(json!({"type": "join", "name": "Ben"})).await;
    ann.sees_users(&["Ann", "Ben"]).await;
    // Its connection breaks.
    let said = std::mem::take(&mut ben.said);
    drop(ben);
    let mut ben = RoomPage::connect(&server, "one", &view_id(1)).await;
    ben.said = said;
    ben.send(json!({"type": "join", "name": "Ben", "since": 0}))
        .await;
    ben.sees_users(&["Ann", "Ben"]).await;
    assert!(ann.receives_nothing_for(Duration::from_secs(1)).await);
}

#[tokio::test]
async fn what_was_said_is_there_after_a_restart_and_nobody_is_announced() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    ann.say("before").await;
    ann.receives("before").await;
    let stopped = server.stop_during(async {
        assert_eq!(ann.close_code().await, Some(1012));
    });
    let (status, log) = stopped.await;
    assert!(status.success(), "{log}");
    let server = start(&folder).await;
    let query = format!("{}&again=1", view_id(1));
    let mut ann = ann.rejoin(&server, "one", "Ann", &query).await;
    assert_eq!(ann.next().await, json!({"type": "users", "users": ["Ann"]}));
    ann.say("after").await;
    ann.receives("after").await;
    assert_eq!(
        ann.said,
        [(1, "before".to_owned()), (2, "after".to_owned())]
    );
}

#[tokio::test]
async fn rooms_do_not_hear_each_other() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut one = RoomPage::join(&server, "one", "Ann").await;
    let mut two = RoomPage::join(&server, "two", "Ann").await;
    two.sees_users(&["Ann"]).await;
    one.say("hello").await;
    one.receives("hello").await;
    assert!(two.receives_nothing_for(Duration::from_millis(300)).await);
}

#[tokio::test]
async fn what_another_process_stored_is_shown_in_its_order() {
    let folder = Folder::new();
    let (one, other) = (start(&folder).await, start(&folder).await);
    let mut ann = RoomPage::join(&one, "one", "Ann").await;
    let mut ben = RoomPage::join(&other, "one", "Ben").await;
    for n in 0..3 {
        ann.say(&format!("ann {n}")).await;
        ben.say(&format!("ben {n}")).await;
    }
    let ends = |page: &RoomPage| page.said.len() == 6;
    for page in [&mut ann, &mut ben] {
        while !ends(page) {
            page.next_of("chat").await;
        }
    }
    assert_eq!(ann.said, ben.said);
    let ids: Vec<_> = ann.said.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5, 6]);
}
