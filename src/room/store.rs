//! Messages in the SQLite file, beside the totals.

use super::{
    protocol::MessageId,
    storage::{NewMessage, Removals, Retention, RoomStorage, StoredMessage},
};
use crate::counter::{
    protocol::Slug,
    storage::{StorageError, StorageFuture},
    store::Store,
};
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
        let first = "SELECT id, sent_at, sender, message FROM room_messages
             WHERE slug = ? AND id BETWEEN ? AND ? AND state = 'shown'
             ORDER BY id LIMIT ?";
        Box::pin(shown(self, first, slug, ids, most))
    }

    fn last<'a>(
        &'a self,
        slug: &'a Slug,
        ids: RangeInclusive<MessageId>,
        most: u32,
    ) -> StorageFuture<'a, Vec<StoredMessage>> {
        let last = "SELECT id, sent_at, sender, message FROM room_messages
             WHERE slug = ? AND id BETWEEN ? AND ? AND state = 'shown'
             ORDER BY id DESC LIMIT ?";
        Box::pin(async move {
            let mut messages = shown(self, last, slug, ids, most).await?;
            messages.reverse();
            Ok(messages)
        })
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

/// The messages that this statement selects.
async fn shown(
    store: &Store,
    select: &'static str,
    slug: &Slug,
    ids: RangeInclusive<MessageId>,
    most: u32,
) -> Result<Vec<StoredMessage>, StorageError> {
    let messages = store.read("reading messages", async move |reading| {
        let rows = sqlx::query(select)
            .bind(slug.as_str())
            .bind(to_sql(*ids.start()))
            .bind(to_sql(*ids.end()))
            .bind(most)
            .fetch_all(reading)
            .await?;
        rows.iter().map(message).collect()
    });
    messages.await
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
mod tests;
