//! What the owner of a site sees and removes of its rooms, also while a server serves them.

use super::protocol::MessageId;
use crate::counter::{
    protocol::Slug,
    store::{OpenError, OwnerTransaction, Snapshot},
};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::path::Path;

/// The rooms of a database file at one moment.
pub struct RoomSnapshot {
    snapshot: Snapshot,
    /// An older version wrote the file, which knew no rooms.
    has_rooms: bool,
}

/// A room that has messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomSummary {
    /// The post.
    pub slug: String,
    /// How many messages are shown.
    pub messages: u64,
    /// When the last of them was stored, in UTC.
    pub last_at: Timestamp,
}

/// A message, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeptMessage {
    /// Which message.
    pub id: MessageId,
    /// When it was stored, in UTC.
    pub at: Timestamp,
    /// The name of whoever said it.
    pub from: String,
    /// What was said.
    pub message: String,
}

impl RoomSnapshot {
    /// The file as it is now.
    ///
    /// # Errors
    /// If there is no such file, or it is not a database of this program, or is one of a newer
    /// version.
    pub async fn of(file: &Path) -> Result<Self, OpenError> {
        let mut snapshot = Snapshot::of(file).await?;
        let has_rooms = sqlx::query_scalar(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'room_messages'",
        )
        .fetch_one(snapshot.connection())
        .await;
        let has_rooms: i64 = has_rooms.map_err(|e| snapshot.failed(&e))?;
        Ok(Self {
            snapshot,
            has_rooms: has_rooms > 0,
        })
    }

    /// All rooms that have messages, the one that was used last first.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn rooms(&mut self) -> Result<Vec<RoomSummary>, OpenError> {
        if !self.has_rooms {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(
            "SELECT slug, count(*), max(sent_at) FROM room_messages WHERE state = 'shown'
             GROUP BY slug ORDER BY max(sent_at) DESC, slug",
        )
        .fetch_all(self.snapshot.connection())
        .await;
        let summary = |row: &SqliteRow| {
            Ok(RoomSummary {
                slug: row.try_get(0)?,
                messages: u64::try_from(row.try_get::<i64, _>(1)?).unwrap_or(0),
                last_at: timestamp(row.try_get(2)?),
            })
        };
        let rooms = rows.and_then(|rows| rows.iter().map(summary).collect());
        rooms.map_err(|e| self.snapshot.failed(&e))
    }

    /// The messages of a room that are shown, in their order.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn messages(&mut self, slug: &Slug) -> Result<Vec<KeptMessage>, OpenError> {
        if !self.has_rooms {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(
            "SELECT id, sent_at, sender, message FROM room_messages
             WHERE slug = ? AND state = 'shown' ORDER BY id",
        )
        .bind(slug.as_str())
        .fetch_all(self.snapshot.connection())
        .await;
        let messages = rows.and_then(|rows| rows.iter().map(kept).collect());
        messages.map_err(|e| self.snapshot.failed(&e))
    }
}

/// A change to rooms that is being made: all of it or nothing. Until [`Self::commit`] nobody
/// sees any of it, and dropping it changes nothing.
pub struct Moderation {
    change: OwnerTransaction,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ModerationError {
    /// A message is not there to be removed.
    #[error("the room of {slug} has no message {id}; `view-counter room show {slug}` lists them")]
    NoSuchMessage {
        /// The room.
        slug: Slug,
        /// The message.
        id: MessageId,
    },
    /// The database cannot be used.
    #[error("the database cannot be changed: {0}")]
    Database(#[from] sqlx::Error),
}

impl Moderation {
    /// Begins to change this file, which must exist.
    ///
    /// # Errors
    /// If it cannot be written, or is not a database of this program.
    pub async fn begin(file: &Path) -> Result<Self, OpenError> {
        let change = OwnerTransaction::begin(file).await?;
        Ok(Self { change })
    }

    /// Deletes these messages: their names and texts are gone, and a running server takes them
    /// off all pages. Returns them.
    ///
    /// # Errors
    /// If one of them is not there.
    pub async fn delete(
        &mut self,
        slug: &Slug,
        ids: &[MessageId],
        why: &str,
    ) -> Result<Vec<KeptMessage>, ModerationError> {
        let mut deleted = Vec::with_capacity(ids.len());
        for &id in ids {
            let row = sqlx::query(
                "SELECT id, sent_at, sender, message FROM room_messages
                 WHERE slug = ? AND id = ? AND state <> 'deleted'",
            )
            .bind(slug.as_str())
            .bind(i64::try_from(id).unwrap_or(i64::MAX))
            .fetch_optional(self.change.connection())
            .await?;
            let Some(row) = row else {
                let slug = slug.clone();
                return Err(ModerationError::NoSuchMessage { slug, id });
            };
            deleted.push(kept(&row)?);
            remove(self.change.connection(), "delete", slug, id, why).await?;
        }
        Ok(deleted)
    }

    /// Deletes all messages of a room. Returns them.
    ///
    /// # Errors
    /// If they cannot be read or written.
    pub async fn clear(
        &mut self,
        slug: &Slug,
        why: &str,
    ) -> Result<Vec<KeptMessage>, ModerationError> {
        let rows = sqlx::query(
            "SELECT id, sent_at, sender, message FROM room_messages
             WHERE slug = ? AND state <> 'deleted' ORDER BY id",
        )
        .bind(slug.as_str())
        .fetch_all(self.change.connection())
        .await?;
        let deleted: Vec<_> = rows.iter().map(kept).collect::<Result<_, _>>()?;
        for message in &deleted {
            remove(self.change.connection(), "clear", slug, message.id, why).await?;
        }
        Ok(deleted)
    }

    /// Makes the change.
    ///
    /// # Errors
    /// If it cannot be written. Then nothing was changed.
    pub async fn commit(self) -> Result<(), ModerationError> {
        Ok(self.change.commit().await?)
    }

    /// Changes nothing, and lets others write again.
    pub async fn give_up(self) {
        self.change.give_up().await;
    }
}

/// Empties a message, and enters that in the audit, which is also how a running server hears of
/// it.
async fn remove(
    connection: &mut SqliteConnection,
    command: &str,
    slug: &Slug,
    id: MessageId,
    why: &str,
) -> Result<(), sqlx::Error> {
    let id = i64::try_from(id).unwrap_or(i64::MAX);
    sqlx::query(
        "UPDATE room_messages SET sender = '', message = '', state = 'deleted'
         WHERE slug = ? AND id = ?",
    )
    .bind(slug.as_str())
    .bind(id)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO room_actions (made_at, command, slug, message, why) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(now())
    .bind(command)
    .bind(slug.as_str())
    .bind(id)
    .bind(why)
    .execute(connection)
    .await?;
    Ok(())
}

/// UTC, to the second.
fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn kept(row: &SqliteRow) -> Result<KeptMessage, sqlx::Error> {
    Ok(KeptMessage {
        id: MessageId::try_from(row.try_get::<i64, _>("id")?).unwrap_or(0),
        at: timestamp(row.try_get("sent_at")?),
        from: row.try_get("sender")?,
        message: row.try_get("message")?,
    })
}

fn timestamp(milliseconds: i64) -> Timestamp {
    // Out of range in a file that somebody else wrote.
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}
