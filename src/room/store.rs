//! Messages in the SQLite file, beside the totals.

use super::{
    protocol::MessageId,
    storage::{NewMessage, Removals, Retention, RoomStorage, StoredMessage},
};
use crate::counter::{protocol::Slug, storage::StorageFuture, store::Store};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::{collections::HashMap, ops::RangeInclusive};

/// The most messages that one transaction removes, and that one look at what was removed returns:
/// a save of views waits for no more.
const MAX_REMOVED: u32 = 1_000;

impl RoomStorage for Store {
    fn last_ids<'a>(&'a self, slugs: &'a [Slug]) -> StorageFuture<'a, HashMap<Slug, MessageId>> {
        Box::pin(self.read("reading rooms", async move |reading| {
            // A list of texts has a JSON text.
            let slugs = serde_json::to_string(slugs).unwrap_or_default();
            let rows = sqlx::query(
                "SELECT slug, last_id FROM rooms WHERE slug IN (SELECT value FROM json_each(?))",
            )
            .bind(slugs)
            .fetch_all(reading)
            .await?;
            let last = |row: &SqliteRow| {
                let slug = row.try_get::<&str, _>(0).ok()?.parse().ok()?;
                Some(row.try_get(1).map(|last| (slug, from_sql(last))))
            };
            rows.iter().filter_map(last).collect()
        }))
    }

    fn first<'a>(
        &'a self,
        slug: &'a Slug,
        ids: RangeInclusive<MessageId>,
        most: u32,
    ) -> StorageFuture<'a, Vec<StoredMessage>> {
        Box::pin(self.read("reading messages", async move |reading| {
            let rows = sqlx::query(
                "SELECT id, sent_at, sender, message FROM room_messages
                 WHERE slug = ? AND id BETWEEN ? AND ? AND state = 'shown'
                 ORDER BY id LIMIT ?",
            )
            .bind(slug.as_str())
            .bind(to_sql(*ids.start()))
            .bind(to_sql(*ids.end()))
            .bind(most)
            .fetch_all(reading)
            .await?;
            rows.iter().map(message).collect()
        }))
    }

    fn last<'a>(
        &'a self,
        slug: &'a Slug,
        ids: RangeInclusive<MessageId>,
        most: u32,
    ) -> StorageFuture<'a, Vec<StoredMessage>> {
        Box::pin(self.read("reading messages", async move |reading| {
            let rows = sqlx::query(
                "SELECT id, sent_at, sender, message FROM room_messages
                 WHERE slug = ? AND id BETWEEN ? AND ? AND state = 'shown'
                 ORDER BY id DESC LIMIT ?",
            )
            .bind(slug.as_str())
            .bind(to_sql(*ids.start()))
            .bind(to_sql(*ids.end()))
            .bind(most)
            .fetch_all(reading)
            .await?;
            rows.iter().rev().map(message).collect()
        }))
    }

    fn removed<'a>(
        &'a self,
        slug: &'a Slug,
        ids: RangeInclusive<MessageId>,
    ) -> StorageFuture<'a, Vec<MessageId>> {
        Box::pin(self.read("reading messages", async move |reading| {
            let removed: Vec<i64> = sqlx::query_scalar(
                "SELECT id FROM room_messages
                 WHERE slug = ? AND id BETWEEN ? AND ? AND state <> 'shown' ORDER BY id",
            )
            .bind(slug.as_str())
            .bind(to_sql(*ids.start()))
            .bind(to_sql(*ids.end()))
            .fetch_all(reading)
            .await?;
            Ok(removed.into_iter().map(from_sql).collect())
        }))
    }

    fn removals(&self, after: Option<i64>) -> StorageFuture<'_, Removals> {
        Box::pin(self.read("reading what was removed", async move |reading| {
            let Some(after) = after else {
                let last = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM room_actions");
                let last = last.fetch_one(reading).await?;
                return Ok(Removals {
                    last,
                    messages: Vec::new(),
                });
            };
            let rows = sqlx::query(
                "SELECT id, slug, message FROM room_actions WHERE id > ? ORDER BY id LIMIT ?",
            )
            .bind(after)
            .bind(MAX_REMOVED)
            .fetch_all(reading)
            .await?;
            let mut removals = Removals {
                last: after,
                messages: Vec::with_capacity(rows.len()),
            };
            for row in &rows {
                removals.last = row.try_get(0)?;
                if let Ok(slug) = row.try_get::<&str, _>(1)?.parse() {
                    removals.messages.push((slug, from_sql(row.try_get(2)?)));
                }
            }
            Ok(removals)
        }))
    }

    fn add<'a>(
        &'a self,
        messages: &'a [NewMessage],
        now: i64,
    ) -> StorageFuture<'a, Vec<StoredMessage>> {
        Box::pin(
            self.write_durably("storing messages", async move |connection| {
                let mut stored = Vec::with_capacity(messages.len());
                for message in messages {
                    let before = sent_before(connection, message).await?;
                    stored.push(match before {
                        Some(before) => before,
                        None => add(connection, message, now).await?,
                    });
                }
                Ok(stored)
            }),
        )
    }

    fn clean(&self, retention: Retention, now: i64) -> StorageFuture<'_, u64> {
        let age = i64::try_from(retention.age.as_millis()).unwrap_or(i64::MAX);
        let oldest = now.saturating_sub(age);
        Box::pin(async move {
            let mut removed = 0;
            loop {
                let part = self.write_durably("removing old messages", async |connection| {
                    Ok(remove_old(connection, oldest).await?
                        + remove_excess(connection, retention.per_room).await?)
                });
                let part = part.await?;
                removed += part;
                if part < u64::from(MAX_REMOVED) {
                    return Ok(removed);
                }
            }
        })
    }
}

/// The message that was stored when this one was sent before.
async fn sent_before(
    connection: &mut SqliteConnection,
    message: &NewMessage,
) -> Result<Option<StoredMessage>, sqlx::Error> {
    let Some(client) = message.client else {
        return Ok(None);
    };
    let row = sqlx::query(
        "SELECT id, sent_at, sender, message FROM room_messages WHERE slug = ? AND client = ?",
    )
    .bind(message.slug.as_str())
    .bind(&client.to_bytes()[..])
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(self::message).transpose()
}

async fn add(
    connection: &mut SqliteConnection,
    message: &NewMessage,
    now: i64,
) -> Result<StoredMessage, sqlx::Error> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO rooms (slug, last_id) VALUES (?, 1)
         ON CONFLICT (slug) DO UPDATE SET last_id = last_id + 1 RETURNING last_id",
    )
    .bind(message.slug.as_str())
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO room_messages (slug, id, sent_at, sender, message, client)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(message.slug.as_str())
    .bind(id)
    .bind(now)
    .bind(message.sender.as_str())
    .bind(message.text.as_str())
    .bind(message.client.map(|client| client.to_bytes().to_vec()))
    .execute(connection)
    .await?;
    Ok(StoredMessage {
        id: from_sql(id),
        sender: message.sender.as_str().to_owned(),
        text: message.text.as_str().to_owned(),
        timestamp: now,
    })
}

async fn remove_old(connection: &mut SqliteConnection, oldest: i64) -> Result<u64, sqlx::Error> {
    // What is removed is not to be found in the file.
    sqlx::query("PRAGMA secure_delete = ON")
        .execute(&mut *connection)
        .await?;
    let removed = sqlx::query(
        "DELETE FROM room_messages WHERE (slug, id) IN
         (SELECT slug, id FROM room_messages WHERE sent_at < ? LIMIT ?)",
    )
    .bind(oldest)
    .bind(MAX_REMOVED)
    .execute(connection)
    .await?;
    Ok(removed.rows_affected())
}

async fn remove_excess(
    connection: &mut SqliteConnection,
    per_room: u64,
) -> Result<u64, sqlx::Error> {
    let removed = sqlx::query(
        "DELETE FROM room_messages WHERE (slug, id) IN
         (SELECT slug, id FROM rooms JOIN room_messages USING (slug)
          WHERE id <= last_id - ? LIMIT ?)",
    )
    .bind(to_sql(per_room))
    .bind(MAX_REMOVED)
    .execute(connection)
    .await?;
    Ok(removed.rows_affected())
}

fn message(row: &SqliteRow) -> Result<StoredMessage, sqlx::Error> {
    Ok(StoredMessage {
        id: from_sql(row.try_get("id")?),
        timestamp: row.try_get("sent_at")?,
        sender: row.try_get("sender")?,
        text: row.try_get("message")?,
    })
}

fn to_sql(id: MessageId) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

fn from_sql(id: i64) -> MessageId {
    MessageId::try_from(id).unwrap_or(0)
}

#[cfg(test)]
mod tests {
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
}
