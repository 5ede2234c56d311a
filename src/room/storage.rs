//! What the rooms ask of a place that keeps messages. [`Store`](crate::counter::store::Store) is
//! the real one.

use super::{
    protocol::{ClientId, MessageId},
    text::{MessageText, Name},
};
use crate::counter::{protocol::Slug, storage::StorageFuture};
use std::{collections::HashMap, ops::RangeInclusive, time::Duration};

/// A message as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredMessage {
    pub(crate) id: MessageId,
    /// The name of whoever said it.
    pub(crate) sender: String,
    /// What was said.
    pub(crate) text: String,
    /// When it was stored, in milliseconds since 1970.
    pub(crate) timestamp: i64,
}

/// A message that is to be stored.
#[derive(Clone, Debug)]
pub(crate) struct NewMessage {
    pub(crate) slug: Slug,
    pub(crate) sender: Name,
    pub(crate) text: MessageText,
    /// One that was stored with this id is not stored again.
    pub(crate) client: Option<ClientId>,
}

/// What the owner removed after some action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Removals {
    /// The number of the last action that this knows of.
    pub(crate) last: i64,
    /// The messages that were removed.
    pub(crate) messages: Vec<(Slug, MessageId)>,
}

/// Which messages are kept.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Those that are not older than this.
    pub age: Duration,
    /// And of each room the last so many.
    pub per_room: u64,
}

impl Default for Retention {
    /// Thirty days, and 10,000 messages of each room.
    fn default() -> Self {
        Self {
            age: Duration::from_secs(30 * 24 * 60 * 60),
            per_room: 10_000,
        }
    }
}

/// Keeps the messages of all rooms.
pub(crate) trait RoomStorage: Send + Sync + 'static {
    /// The id of the last message of each of these rooms; those that never had one are left out.
    fn last_ids<'a>(&'a self, slugs: &'a [Slug]) -> StorageFuture<'a, HashMap<Slug, MessageId>>;

    /// The first `most` messages of these that are shown, in their order.
    fn first<'a>(
        &'a self,
        slug: &'a Slug,
        ids: RangeInclusive<MessageId>,
        most: u32,
    ) -> StorageFuture<'a, Vec<StoredMessage>>;

    /// The last `most` messages of these that are shown, in their order.
    fn last<'a>(
        &'a self,
        slug: &'a Slug,
        ids: RangeInclusive<MessageId>,
        most: u32,
    ) -> StorageFuture<'a, Vec<StoredMessage>>;

    /// Which of these are not shown any more, of those of which something is kept.
    fn removed<'a>(
        &'a self,
        slug: &'a Slug,
        ids: RangeInclusive<MessageId>,
    ) -> StorageFuture<'a, Vec<MessageId>>;

    /// What the owner removed after the action of this number, a part of it if it is much; `None`
    /// asks for the number of the last action alone.
    fn removals(&self, after: Option<i64>) -> StorageFuture<'_, Removals>;

    /// Stores these messages at this moment, in milliseconds since 1970: all of them or none, and
    /// so that not even a power failure takes them back. Returns them as they are stored, in
    /// the same order; one whose [`NewMessage::client`] is known is returned as it was stored
    /// the first time.
    fn add<'a>(
        &'a self,
        messages: &'a [NewMessage],
        now: i64,
    ) -> StorageFuture<'a, Vec<StoredMessage>>;

    /// Removes what is not to be kept, a part of it at a time; returns how many messages were
    /// removed.
    fn clean(&self, retention: Retention, now: i64) -> StorageFuture<'_, u64>;
}
