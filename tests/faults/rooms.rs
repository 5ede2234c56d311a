//! Reading rooms whose server is killed: nobody has seen a message that is lost then.

use crate::{
    dice::Dice,
    support::{Folder, RoomPage, Server},
    turn::turn,
};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

const ROUNDS: u32 = 20;
const PAGES: u32 = 6;
/// In which the server is killed.
const LIFE_MS: u64 = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_that_anybody_saw_is_lost_by_kill_9() {
    let folder = Folder::new();
    let mut dice = Dice::new();
    let seed = dice.seed();
    let mut seen = BTreeMap::new();
    for round in 0..ROUNDS {
        let _turn = turn().await;
        let server = Server::start_with(&folder, &["--rooms", "on"]).await;
        let mut pages = Vec::new();
        for page in 0..PAGES {
            let name = format!("Reader {page}");
            pages.push(RoomPage::join(&server, "one", &name).await);
        }
        // What was seen before is there, before anything else is said.
        let kept = history(&server, &seen).await;
        for (id, text) in &seen {
            assert_eq!(kept.get(id), Some(text), "seed {seed}, round {round}");
        }
        let chats: Vec<_> = pages
            .into_iter()
            .enumerate()
            .map(|(page, mine)| tokio::spawn(chat(mine, format!("{round} {page}"))))
            .collect();
        sleep(Duration::from_millis(dice.bits() % LIFE_MS)).await;
        server.signal("KILL");
        for chat in chats {
            for (id, text) in chat.await.unwrap() {
                let before = seen.insert(id, text.clone());
                assert!(
                    before.is_none_or(|before| before == text),
                    "seed {seed}: {id}"
                );
            }
        }
    }
    assert!(seen.len() > ROUNDS as usize, "seed {seed}: {}", seen.len());
}

/// Sends and reads until the server is gone; returns what was seen.
async fn chat(mut page: RoomPage, name: String) -> Vec<(u64, String)> {
    let mut sent = 0;
    loop {
        if sent < 30 {
            let text = json!({"type": "chat", "message": format!("{name} {sent}")});
            page.send_raw(Message::text(text.to_string())).await;
            sent += 1;
        }
        let received = timeout(Duration::from_millis(20), page.next_if_open()).await;
        if received == Ok(None) {
            return page.said;
        }
    }
}

/// All that the room has.
async fn history(server: &Server, seen: &BTreeMap<u64, String>) -> BTreeMap<u64, String> {
    let mut page = RoomPage::connect(server, "one", "").await;
    let join = json!({"type": "join", "name": "Auditor", "since": 0});
    page.send(join).await;
    let last = seen.last_key_value().map_or(0, |(id, _)| *id);
    while page.said.last().map_or(0, |(id, _)| *id) < last {
        page.next_of("chat").await;
    }
    let said = std::mem::take(&mut page.said);
    page.leave().await;
    said.into_iter().collect()
}
