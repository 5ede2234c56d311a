//! Reading rooms: who is not admitted, what is refused, and who takes too much.

use super::{CLIENT, refused, start};
use crate::support::{Client, Folder, Lock, RoomPage, Server, view_id};
use serde_json::json;
use std::time::Duration;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_page_that_knows_more_than_there_is_gets_the_history() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    ann.say("hello").await;
    ann.receives("hello").await;
    let mut ben = RoomPage::connect(&server, "one", "").await;
    ben.send(json!({"type": "join", "name": "Ben", "since": u64::MAX}))
        .await;
    ben.receives("hello").await;
}

#[tokio::test]
async fn a_handshake_is_checked_as_a_reader_s_is() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let origin = Client::try_connect(
        &server.address,
        "/rooms/one/ws",
        Some("https://evil.example"),
    );
    assert!(origin.await.is_err());
    assert_eq!(refused(&server, "/rooms/none/ws", &[]).await, 403);
    assert_eq!(refused(&server, "/rooms//ws", &[]).await, 400);
    assert_eq!(refused(&server, "/rooms/one", &[]).await, 404);
    assert_eq!(refused(&server, "/rooms/one/ws?v=7", &[]).await, 400);
    assert_eq!(
        refused(&server, "/rooms/one/ws?webdriver=1", &[]).await,
        403
    );
    let crawler = [("user-agent", "GPTBot/1.2")];
    assert_eq!(refused(&server, "/rooms/one/ws", &crawler).await, 403);
    assert_eq!(server.get("/rooms/one/ws").await.status(), 403, "no origin");
}

#[tokio::test]
async fn what_is_no_message_is_answered() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    let refusals = [
        (json!({"type": "dance"}), "no message has this `type`"),
        (json!({"type": "chat"}), "needs `message`"),
        (json!([]), "JSON object"),
        (json!({"type": "join", "name": "Ann"}), "joined already"),
        (
            json!({"type": "chat", "message": "\u{202e}\u{200b}"}),
            "empty",
        ),
        (
            json!({"type": "chat", "message": "a".repeat(1_001)}),
            "1,000",
        ),
        (
            json!({"type": "chat", "message": "a\n".repeat(20) + "a"}),
            "20 lines",
        ),
        (
            json!({"type": "update-name", "name": "n\u{334}".to_owned() + &"\u{334}".repeat(500)}),
            "32",
        ),
        (json!({"type": "update-name", "name": "\u{2066}"}), "empty"),
    ];
    for (message, sentence) in refusals {
        ann.send(message.clone()).await;
        let error = ann.next_of("error").await;
        let text = error["message"].as_str().unwrap();
        assert!(text.contains(sentence), "{message}: {text}");
    }
    let sent = json!({"type": "chat", "message": " ", "client": CLIENT});
    ann.send(sent).await;
    assert_eq!(ann.next_of("error").await["client"], CLIENT);
    ann.say("still here").await;
    ann.receives("still here").await;
    assert_eq!(ann.said.len(), 1, "nothing else was said");
}

#[tokio::test]
async fn what_cannot_go_on_is_closed_and_nobody_else_notices() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    let large = |bytes: usize| {
        Message::text(json!({"type": "chat", "message": "a".repeat(bytes)}).to_string())
    };
    let closed = [
        (true, Message::text("hello"), 1003),
        (true, Message::text("{"), 1003),
        (true, Message::binary(vec![1]), 1003),
        (true, large(4_096), 1009),
        (true, large(1_000_000), 1009),
        (false, large(1), 1011),
        (
            false,
            Message::text(json!({"type": "update-name", "name": "Ann"}).to_string()),
            1011,
        ),
    ];
    for (joins, message, code) in closed {
        let mut page = match joins {
            true => RoomPage::join(&server, "one", "Eve").await,
            false => RoomPage::connect(&server, "one", "").await,
        };
        let shown = message.to_string().chars().take(40).collect::<String>();
        page.send_raw(message).await;
        assert_eq!(page.close_code().await, Some(code), "{shown}");
    }
    ann.say("still here").await;
    ann.receives("still here").await;
}

#[tokio::test]
async fn names_that_look_alike_get_a_number() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    let _cyrillic = RoomPage::join(&server, "one", "\u{410}nn").await;
    ann.sees_users(&["Ann", "\u{410}nn 2"]).await;
    let _hidden = RoomPage::join(&server, "one", " an\u{200b}n\u{202e} ").await;
    ann.sees_users(&["Ann", "\u{410}nn 2", "ann 3"]).await;
}

#[tokio::test]
async fn text_stays_text() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "<b>Ann</b>").await;
    let text = "<img src=x onerror=alert(1)> **bold** \"'&\\ https://example.org";
    ann.say(text).await;
    let chat = ann.next_of("chat").await;
    assert_eq!(
        (&chat["from"], &chat["message"]),
        (&json!("<b>Ann</b>"), &json!(text))
    );
}

#[tokio::test]
async fn an_address_may_send_one_message_each_half_second_and_five_seconds_ahead() {
    let folder = Folder::new();
    let limits = ("VIEW_COUNTER_LIMITS", "on");
    let arguments = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--database",
        "views.db",
        "--rooms",
        "on",
    ];
    let server = Server::start_in(&folder, &[limits], &arguments).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    // Over all rooms.
    let mut two = RoomPage::join(&server, "two", "Ann").await;
    for n in 0..5 {
        ann.say(&format!("one {n}")).await;
        two.say(&format!("two {n}")).await;
    }
    ann.receives("one 4").await;
    two.receives("two 4").await;
    // What they took so far has earned a message or so.
    let mut waits = Vec::new();
    for n in 0..5 {
        ann.say(&format!("late {n}")).await;
    }
    while waits.is_empty() {
        let limit = ann.next_of("rate-limit").await;
        waits.push(limit["retryAfter"].as_f64().unwrap());
    }
    assert!(waits[0] > 0.0 && waits[0] <= 0.5, "{waits:?}");
    sleep(Duration::from_secs(3)).await;
    ann.say("again").await;
    ann.receives("again").await;
    let said = ann
        .said
        .iter()
        .filter(|(_, text)| text.starts_with("late"))
        .count();
    assert!(said < 5, "{:?}", ann.said);
}

#[tokio::test]
async fn a_locked_database_is_an_answer_and_what_was_sent_can_be_sent_again() {
    let folder = Folder::new();
    let mut server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    ann.sees_users(&["Ann"]).await;
    let lock = Lock::take(&folder).await;
    let message = json!({"type": "chat", "message": "hello", "client": CLIENT});
    ann.send(message.clone()).await;
    let error = ann.next_of("error").await;
    assert_eq!(error["client"], CLIENT);
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("could not be stored")
    );
    server.logs("cannot be stored").await;
    // Who comes meanwhile reads.
    let mut ben = RoomPage::join(&server, "one", "Ben").await;
    ben.sees_users(&["Ann", "Ben"]).await;
    lock.release().await;
    ann.send(message).await;
    ann.receives("hello").await;
    ben.receives("hello").await;
    server.logs("stored again").await;
}

#[tokio::test]
async fn a_page_that_never_reads_is_closed_and_nobody_waits_for_it() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let path = format!("/rooms/one/ws{}", view_id(1));
    let silent = Client::connect_that_holds_little(&server.address, &path).await;
    let mut silent = RoomPage::from(silent);
    silent.send(json!({"type": "join", "name": "Eve"})).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    ann.sees_users(&["Eve", "Ann"]).await;
    let text = "é".repeat(990);
    let mut sent = 0;
    for page in 0..10 {
        // It has what was said, and so does not wait for itself to read that.
        let mut other = RoomPage::connect(&server, "one", "").await;
        let join = json!({"type": "join", "name": "Ben", "since": sent});
        other.send(join).await;
        for n in 0..30 {
            other.say(&format!("{page} {n} {text}")).await;
        }
        sent += 30;
        while ann.said.len() < sent {
            ann.next_of("chat").await;
        }
        other.leave().await;
    }
    // It is told so when it reads again, and comes back for the rest.
    let code = silent.close_code().await;
    assert!([Some(1013), None].contains(&code), "{code:?}");
    let mut silent = silent.rejoin(&server, "one", "Eve", &view_id(1)).await;
    while silent.said.len() < sent {
        silent.next_of("chat").await;
    }
    let ids: Vec<_> = silent.said.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, (1..=sent as u64).collect::<Vec<_>>());
}
