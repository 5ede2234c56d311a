//! A socket's seat in a room, and its member.

use super::{EnterError, Post, Room, RoomLoad, Shared, lock};
use crate::{
    counter::{
        protocol::{Slug, ViewId},
        storage::StorageError,
    },
    room::{
        MAX_MEMBERS,
        members::JoinRequest,
        protocol::{ClientId, MessageId},
        state::{Cursor, Next, deleted},
        storage::{NewMessage, StoredMessage},
        text::{MessageText, Name},
    },
};
use std::sync::Arc;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// What is sent to a page that has no message of the room yet.
const HISTORY: u32 = 100;
/// A page that returns is told which of so many messages before `since` were deleted: a page
/// shows no more.
const LOOKED_BACK: u64 = 1_000;

/// A seat in a room. Dropping it makes room.
pub(in crate::room) struct Seat {
    room: Arc<Room>,
    guard: SeatGuard,
    socket: u64,
    changed: watch::Receiver<()>,
}

/// Counts a seat.
struct SeatGuard {
    shared: Arc<Shared>,
    slug: Slug,
}

/// A member that has a socket. Dropping it is losing the connection: its page may return.
pub(in crate::room) struct Member {
    seat: Seat,
    cursor: Cursor,
}

/// A message cannot wait to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many messages wait to be stored; try again in a minute")]
pub(in crate::room) struct Busy;

/// What a page that joins is sent before what happens from then on.
pub(in crate::room) struct History {
    since: Option<MessageId>,
    up_to: MessageId,
}

impl Seat {
    pub(super) async fn take(shared: Arc<Shared>, slug: &Slug) -> Result<Self, EnterError> {
        let (load, guard) = SeatGuard::take(shared, slug)?;
        let shared = &guard.shared;
        let load_room = async || {
            let last = shared.storage.last_ids(std::slice::from_ref(slug)).await?;
            let last_id = last.get(slug).copied().unwrap_or(0);
            Ok(Room::new(slug.clone(), last_id))
        };
        let room = load.wait(load_room).await?;
        Ok(Self {
            changed: room.changed.subscribe(),
            room,
            socket: shared.next_socket(),
            guard,
        })
    }

    /// Makes the page a member. `is_back` says that it was one before, as far as the page knows.
    ///
    /// # Errors
    /// If the storage cannot be read.
    pub(in crate::room) async fn join(
        self,
        name: Name,
        view: Option<ViewId>,
        is_back: bool,
        since: Option<MessageId>,
    ) -> Result<(Member, History), StorageError> {
        let shared = Arc::clone(&self.guard.shared);
        let since = self.known(since).await?;
        let request = JoinRequest {
            name,
            view,
            socket: self.socket,
        };
        let silently = is_back && shared.has_just_started();
        let (cursor, up_to) = self.room.update(&shared, |state, now| {
            let up_to = state.last_id();
            let cursor = state.join(request, silently, since.unwrap_or(0), now);
            (cursor, up_to)
        });
        let member = Member { seat: self, cursor };
        Ok((member, History { since, up_to }))
    }

    /// `since`, unless there is no such message yet: then the page knows another room.
    async fn known(&self, since: Option<MessageId>) -> Result<Option<MessageId>, StorageError> {
        let Some(since) = since else { return Ok(None) };
        if since <= self.room.last_id() {
            return Ok(Some(since));
        }
        // Another process, which ends or begins, may have stored it.
        let slug = &self.room.slug;
        let last = self
            .guard
            .shared
            .storage
            .last_ids(std::slice::from_ref(slug))
            .await?;
        Ok(last
            .get(slug)
            .is_some_and(|&last| since <= last)
            .then_some(since))
    }
}

impl History {
    /// The next part of what the page is sent; `None` at the end.
    ///
    /// # Errors
    /// If the storage cannot be read.
    pub(in crate::room) async fn next(
        &mut self,
        member: &Member,
    ) -> Result<Option<Vec<Utf8Bytes>>, StorageError> {
        let (room, storage) = (&member.seat.room, &member.seat.guard.shared.storage);
        let Some(since) = self.since else {
            let messages = storage.last(&room.slug, 1..=self.up_to, HISTORY).await?;
            self.since = Some(self.up_to);
            return Ok(Some(encode(&messages)));
        };
        if since >= self.up_to {
            return Ok(None);
        }
        let messages = storage
            .first(&room.slug, since + 1..=self.up_to, HISTORY)
            .await?;
        let is_rest = messages.len() < HISTORY as usize;
        let last = messages.last().filter(|_| !is_rest);
        self.since = Some(last.map_or(self.up_to, |last| last.id));
        Ok(Some(encode(&messages)))
    }

    /// Which messages the page may show and is to remove.
    ///
    /// # Errors
    /// If the storage cannot be read.
    pub(in crate::room) async fn deleted(
        &self,
        member: &Member,
    ) -> Result<Vec<Utf8Bytes>, StorageError> {
        let Some(since) = self.since else {
            return Ok(Vec::new());
        };
        let (room, storage) = (&member.seat.room, &member.seat.guard.shared.storage);
        let looked_at = since.saturating_sub(LOOKED_BACK) + 1..=since;
        let removed = storage.removed(&room.slug, looked_at).await?;
        let timestamp = super::now().timestamp;
        let encode = |id| deleted(id, timestamp).to_json().into();
        Ok(removed.into_iter().map(encode).collect())
    }
}

fn encode(messages: &[StoredMessage]) -> Vec<Utf8Bytes> {
    messages
        .iter()
        .map(|message| message.to_json(None))
        .collect()
}

impl Member {
    /// What the socket is to do next.
    pub(in crate::room) fn next(&mut self) -> Next {
        // Before looking: what changes from now on is not missed.
        self.seat.changed.mark_unchanged();
        lock(&self.seat.room.state).state.next(&mut self.cursor)
    }

    /// Waits until [`Self::next`] may say something else.
    pub(in crate::room) async fn changed(&mut self) {
        // The room lives as long as its seats.
        let _ = self.seat.changed.changed().await;
    }

    /// Says something. It is stored, and then everybody is sent it; if it cannot be, the page is
    /// told later.
    ///
    /// # Errors
    /// If too many messages wait to be stored.
    pub(in crate::room) fn say(
        &self,
        text: MessageText,
        client: Option<ClientId>,
    ) -> Result<(), Busy> {
        let (room, shared) = (&self.seat.room, &self.seat.guard.shared);
        let member = self.cursor.member;
        let name = lock(&room.state).state.name(member).cloned();
        // Its socket was replaced, and will be closed.
        let Some(sender) = name else { return Ok(()) };
        let message = NewMessage {
            slug: room.slug.clone(),
            sender,
            text,
            client,
        };
        let post = Post {
            room: Arc::clone(room),
            member,
            message,
        };
        shared.posts.try_send(post).map_err(|_| Busy)
    }

    /// Takes another name.
    pub(in crate::room) fn rename(&self, name: Name) {
        let (room, shared) = (&self.seat.room, &self.seat.guard.shared);
        room.update(shared, |state, now| {
            state.rename(self.cursor.member, name, now)
        });
    }

    /// Leaves the room for good.
    pub(in crate::room) fn leave(self) {
        let (room, shared) = (&self.seat.room, &self.seat.guard.shared);
        room.update(shared, |state, now| state.leave(&self.cursor, now));
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let (room, shared) = (&self.seat.room, &self.seat.guard.shared);
        room.update(shared, |state, now| state.disconnect(&self.cursor, now));
    }
}

impl SeatGuard {
    fn take(shared: Arc<Shared>, slug: &Slug) -> Result<(RoomLoad, Self), EnterError> {
        let load = {
            let mut rooms = lock(&shared.rooms);
            let entry = rooms.entry(slug.clone()).or_default();
            if entry.seats >= MAX_MEMBERS {
                return Err(EnterError::Full);
            }
            entry.seats += 1;
            Arc::clone(&entry.room)
        };
        let slug = slug.clone();
        Ok((load, Self { shared, slug }))
    }
}

impl Drop for SeatGuard {
    fn drop(&mut self) {
        if let Some(entry) = lock(&self.shared.rooms).get_mut(&self.slug) {
            entry.seats -= 1;
        }
        self.shared.retire(&self.slug);
    }
}
