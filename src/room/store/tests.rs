//! Messages in a real file.

use super::*;
use crate::counter::tally::SavePolicy;
use crate::room::{
    protocol::ClientId,
    text::{MessageText, Name},
};
use std::time::Duration;
use tempfile::TempDir;

const DAY_MS: i64 = 86_400_000;

struct Fixture {
    store: Store,
    folder: TempDir,
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("views.db"), SavePolicy::default()).await;
        Self {
            store: store.unwrap(),
            folder,
        }
    }

    async fn add(&self, messages: &[NewMessage], now: i64) -> Vec<MessageId> {
        let stored = self.store.add(messages, now).await.unwrap();
        stored.iter().map(|message| message.id).collect()
    }

    async fn last_id(&self, slug: &Slug) -> MessageId {
        last_id(&self.store, slug).await
    }

    async fn ids(&self, slug: &Slug) -> Vec<MessageId> {
        let stored = self.store.first(slug, 0..=u64::MAX, 10_000).await.unwrap();
        stored.iter().map(|message| message.id).collect()
    }
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

async fn last_id(store: &Store, slug: &Slug) -> MessageId {
    let last = store.last_ids(std::slice::from_ref(slug)).await.unwrap();
    last.get(slug).copied().unwrap_or(0)
}

fn new(room: &str, text: &str, client: Option<u128>) -> NewMessage {
    NewMessage {
        slug: slug(room),
        sender: Name::parse("Ann").unwrap(),
        text: MessageText::parse(text).unwrap(),
        client: client.map(ClientId::from_bits),
    }
}

#[tokio::test]
async fn ids_rise_by_one_in_each_room() {
    let fixture = Fixture::new().await;
    let (a, b) = (new("a", "hi", None), new("b", "hi", None));
    assert_eq!(fixture.last_id(&slug("a")).await, 0);
    let ids = fixture.add(&[a.clone(), b, a.clone()], 1).await;
    assert_eq!(ids, [1, 1, 2]);
    assert_eq!(fixture.add(&[a], 2).await, [3]);
    assert_eq!(fixture.last_id(&slug("a")).await, 3);
    assert_eq!(fixture.ids(&slug("b")).await, [1]);
}

#[tokio::test]
async fn a_message_that_is_sent_twice_is_stored_once() {
    let fixture = Fixture::new().await;
    let sent = new("a", "hi", Some(7));
    let twice = [sent.clone(), sent.clone(), new("a", "ho", Some(8))];
    assert_eq!(fixture.add(&twice, 1).await, [1, 1, 2]);
    let again = fixture.store.add(&[sent], 9).await.unwrap();
    assert_eq!((again[0].id, again[0].timestamp), (1, 1));
    assert_eq!(
        fixture.add(&[new("b", "hi", Some(7))], 1).await,
        [1],
        "another room"
    );
    assert_eq!(fixture.ids(&slug("a")).await, [1, 2]);
}

#[tokio::test]
async fn messages_are_read_in_their_order() {
    let fixture = Fixture::new().await;
    let messages: Vec<_> = (1..=5).map(|n| new("a", &n.to_string(), None)).collect();
    fixture.add(&messages, 1).await;
    let room = slug("a");
    let texts = |messages: Vec<StoredMessage>| {
        messages
            .into_iter()
            .map(|message| message.text)
            .collect::<Vec<_>>()
    };
    let first = fixture.store.first(&room, 2..=4, 2).await.unwrap();
    assert_eq!(texts(first), ["2", "3"]);
    let last = fixture.store.last(&room, 0..=4, 2).await.unwrap();
    assert_eq!(texts(last), ["3", "4"]);
    let none = fixture.store.first(&room, 6..=u64::MAX, 2).await.unwrap();
    assert_eq!(none, []);
}

#[tokio::test]
async fn what_was_removed_is_not_read_and_is_named() {
    let fixture = Fixture::new().await;
    let messages: Vec<_> = (1..=3).map(|n| new("a", &n.to_string(), None)).collect();
    fixture.add(&messages, 1).await;
    let state = async |id: i64, state: &'static str| {
        let update = fixture
            .store
            .write_durably("test", async move |connection| {
                sqlx::query("UPDATE room_messages SET state = ? WHERE id = ?")
                    .bind(state)
                    .bind(id)
                    .execute(connection)
                    .await
            });
        update.await.unwrap();
    };
    state(1, "hidden").await;
    state(3, "deleted").await;
    assert_eq!(fixture.ids(&slug("a")).await, [2]);
    let removed = fixture
        .store
        .removed(&slug("a"), 0..=u64::MAX)
        .await
        .unwrap();
    assert_eq!(removed, [1, 3]);
}

#[tokio::test]
async fn what_is_old_or_too_much_is_removed_and_no_id_is_used_again() {
    let fixture = Fixture::new().await;
    let message = new("a", "hi", None);
    fixture.add(&vec![message.clone(); 1_500], 0).await;
    fixture.add(&vec![message.clone(); 1_500], 2 * DAY_MS).await;
    let retention = Retention {
        age: Duration::from_secs(86_400),
        per_room: 100,
    };
    let removed = fixture.store.clean(retention, 2 * DAY_MS).await.unwrap();
    assert_eq!(removed, 2_900);
    let kept = fixture.ids(&slug("a")).await;
    assert_eq!(kept, (2_901..=3_000).collect::<Vec<_>>());
    assert_eq!(
        fixture.store.clean(retention, 4 * DAY_MS).await.unwrap(),
        100
    );
    assert_eq!(fixture.add(&[message], 4 * DAY_MS).await, [3_001]);
}

#[tokio::test]
async fn what_is_stored_is_in_the_file_for_good() {
    let fixture = Fixture::new().await;
    let durable = async || {
        let pragma = fixture.store.write_durably("test", async |connection| {
            sqlx::query_scalar::<_, i64>("PRAGMA synchronous")
                .fetch_one(connection)
                .await
        });
        pragma.await.unwrap()
    };
    assert_eq!(durable().await, 2, "FULL");
    fixture.add(&[new("a", "hi", None)], 1).await;
    fixture.store.close().await;
    let path = fixture.folder.path().join("views.db");
    let store = Store::open(&path, SavePolicy::default()).await.unwrap();
    assert_eq!(last_id(&store, &slug("a")).await, 1);
}
