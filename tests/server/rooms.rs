//! Reading rooms: what the contract says of them, on the wire.

use crate::support::{Client, Folder, Lock, RoomPage, Server, view_id};
use serde_json::json;
use std::time::Duration;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;

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
    ann.hears("hello").await;
    assert!(waiting.hears_nothing_for(Duration::from_millis(300)).await);
    waiting.send(json!({"type": "join", "name": "Ben"})).await;
    waiting.hears("hello").await;
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
        ann.hears(&texts[29].to_string()).await;
    }
    let ids: Vec<_> = ann.said.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, (1..=120).collect::<Vec<_>>());
    let mut ben = RoomPage::join(&server, "one", "Ben").await;
    ben.hears("120").await;
    assert_eq!(ben.said, ann.said[20..]);
    // It had seen two.
    ben.said.drain(..);
    ben.said.extend_from_slice(&ann.said[..2]);
    let mut ben = ben.rejoin(&server, "one", "Ben", "").await;
    ben.hears("120").await;
    assert_eq!(ben.said, ann.said);
}

#[tokio::test]
async fn a_page_that_knows_more_than_there_is_gets_the_history() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    ann.say("hello").await;
    ann.hears("hello").await;
    let mut ben = RoomPage::connect(&server, "one", "").await;
    ben.send(json!({"type": "join", "name": "Ben", "since": u64::MAX}))
        .await;
    ben.hears("hello").await;
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
    ben.hears("the end").await;
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
    assert!(ann.hears_nothing_for(Duration::from_secs(1)).await);
}

#[tokio::test]
async fn what_was_said_is_there_after_a_restart_and_nobody_is_announced() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    ann.say("before").await;
    ann.hears("before").await;
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
    ann.hears("after").await;
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
    one.hears("hello").await;
    assert!(two.hears_nothing_for(Duration::from_millis(300)).await);
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
    ann.hears("still here").await;
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
    ann.hears("still here").await;
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
    ann.hears("one 4").await;
    two.hears("two 4").await;
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
    ann.hears("again").await;
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
    ann.hears("hello").await;
    ben.hears("hello").await;
    server.logs("stored again").await;
}

#[tokio::test]
async fn what_the_owner_deletes_is_off_all_pages_within_a_second_and_gone() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    for text in ["spam", "ham", "eggs"] {
        ann.say(text).await;
    }
    ann.hears("eggs").await;
    let away = RoomPage::join(&server, "one", "Ben").await;
    let mut away = away;
    away.hears("eggs").await;
    let said = away.said.clone();
    away.leave().await;
    let owner = async |arguments: &[&str]| {
        let mut all = vec!["room"];
        all.extend(arguments);
        all.extend(["--database", "views.db"]);
        let (status, out, err) = folder.run(&all).await;
        assert!(status.success(), "{err}");
        out
    };
    let dry = owner(&["delete", "one", "1", "--why", "spam", "--dry-run"]).await;
    assert!(
        dry.contains("Ann: spam") && dry.contains("would be deleted"),
        "{dry}"
    );
    assert!(owner(&["show", "one"]).await.contains("Ann: spam"));
    let begun = tokio::time::Instant::now();
    let deleted = owner(&["delete", "one", "1", "1", "--why", "spam"]).await;
    assert!(deleted.contains("deleted 1 message"), "{deleted}");
    let message = ann.next_of("deleted").await;
    assert_eq!(message["id"], 1);
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "with the command itself"
    );
    assert!(!owner(&["show", "one"]).await.contains("spam"));
    let mut newcomer = RoomPage::join(&server, "one", "Cy").await;
    newcomer.hears("eggs").await;
    assert_eq!(newcomer.said, said[1..]);
    // Who was away shows it still.
    let mut ben = RoomPage::connect(&server, "one", "").await;
    ben.send(json!({"type": "join", "name": "Ben", "since": 3}))
        .await;
    assert_eq!(ben.next().await["id"], 1);
    let cleared = owner(&["clear", "one", "--why", "a fresh start"]).await;
    assert!(cleared.contains("deleted 2 messages"), "{cleared}");
    for id in [2, 3] {
        assert_eq!(ann.next_of("deleted").await["id"], id);
    }
    assert_eq!(owner(&["list"]).await, "no room has a message\n");
    ann.say("on").await;
    assert_eq!(ann.next_of("chat").await["id"], 4, "no id is used again");
    server.stop().await;
    let file = std::fs::read(folder.database()).unwrap();
    for gone in ["spam", "eggs"] {
        let is_there = file.windows(gone.len()).any(|part| part == gone.as_bytes());
        assert_eq!(is_there, gone == "spam", "only as the reason: {gone}");
    }
}

#[tokio::test]
async fn an_owner_is_told_what_is_wrong() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann\u{1b}").await;
    ann.say("a\nb\u{1b}[31m").await;
    ann.next_of("chat").await;
    let run = async |arguments: &[&str]| {
        let mut all = vec!["room"];
        all.extend(arguments);
        all.extend(["--database", "views.db"]);
        folder.run(&all).await
    };
    let (status, _, err) = run(&["delete", "one", "1", "2", "--why", "spam"]).await;
    assert!(!status.success());
    assert!(err.contains("the room of one has no message 2"), "{err}");
    let (_, shown, _) = run(&["show", "one"]).await;
    assert!(
        shown.ends_with("Ann: a\\nb[31m\n"),
        "nothing was deleted: {shown:?}"
    );
    let (_, json, _) = run(&["show", "one", "--json"]).await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["messages"][0]["message"], "a\nb[31m");
    let (_, json, _) = run(&["list", "--json"]).await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["rooms"][0]["slug"], &json["rooms"][0]["messages"]),
        (&json!("one"), &json!(1))
    );
    let (status, _, err) = run(&["delete", "one", "1"]).await;
    assert!(!status.success() && err.contains("--why"), "{err}");
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
