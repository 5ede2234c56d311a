//! Reading rooms: what their owner sees and removes.

use super::start;
use crate::support::{Folder, RoomPage};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn what_the_owner_deletes_is_off_all_pages_within_a_second_and_gone() {
    let folder = Folder::new();
    let server = start(&folder).await;
    let mut ann = RoomPage::join(&server, "one", "Ann").await;
    for text in ["spam", "ham", "eggs"] {
        ann.say(text).await;
    }
    ann.receives("eggs").await;
    let away = RoomPage::join(&server, "one", "Ben").await;
    let mut away = away;
    away.receives("eggs").await;
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
    newcomer.receives("eggs").await;
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
