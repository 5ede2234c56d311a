//! Stores messages, and shows them when they are stored: all that wait in one transaction, and
//! one at a time.

use super::{Room, Shared, lock, now};
use crate::{
    counter::{protocol::Slug, storage::StorageError},
    room::{
        members::MemberId,
        protocol::{MessageId, RoomMessage},
        storage::{NewMessage, StoredMessage},
    },
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, mpsc},
    time::{Instant, sleep, sleep_until},
};

/// The most messages that wait to be stored: 4 MB of the largest.
pub(super) const MAX_WAITING: usize = 1_000;
/// The time between two transactions, each of which waits for the disk.
const INTERVAL: Duration = Duration::from_millis(50);
/// How often it is looked for what the owner removed, and for what another process stored, which
/// ends or begins. The contract: a message that is removed is off all pages within a second.
const FOLLOW_INTERVAL: Duration = Duration::from_millis(400);
/// The most messages of another process that are shown at once.
const MAX_FOLLOWED: u32 = 100;

/// What a room is shown at once, and then its pages have time to take it: a quarter of what they
/// may be behind.
const MAX_BURST: usize = 16;
const MAX_BURST_BYTES: usize = 16 * 1024;
/// The time that a page takes for one message, and the least and the most that all are given.
const PER_DELIVERY: Duration = Duration::from_micros(10);
const MIN_PAUSE: Duration = Duration::from_millis(2);
const MAX_PAUSE: Duration = Duration::from_millis(100);

/// A message that waits to be stored.
pub(super) struct Post {
    pub(super) room: Arc<Room>,
    pub(super) member: MemberId,
    pub(super) message: NewMessage,
}

/// Stores what is posted until the hub stops, and then what still waits.
pub(super) async fn run(shared: Arc<Shared>, posts: Arc<Mutex<mpsc::Receiver<Post>>>) {
    let mut posts = posts.lock().await;
    let mut waiting = Vec::new();
    let mut next_follow = Instant::now() + FOLLOW_INTERVAL;
    let mut last_action = shared
        .storage
        .removals(None)
        .await
        .ok()
        .map(|removals| removals.last);
    loop {
        tokio::select! {
            biased;
            received = posts.recv_many(&mut waiting, MAX_WAITING) => {
                if received == 0 {
                    return;
                }
            }
            () = shared.stop.cancelled() => {
                posts.close();
                while posts.recv_many(&mut waiting, MAX_WAITING).await > 0 {
                    store(&shared, std::mem::take(&mut waiting)).await;
                }
                return;
            }
            () = sleep_until(next_follow) => {
                follow(&shared, &mut last_action).await;
                next_follow = Instant::now() + FOLLOW_INTERVAL;
                continue;
            }
        }
        let began = Instant::now();
        store(&shared, std::mem::take(&mut waiting)).await;
        tokio::select! {
            () = sleep_until(began + INTERVAL) => {}
            () = shared.stop.cancelled() => {}
        }
    }
}

/// Stores these and shows them; or tells their senders that they are not stored.
async fn store(shared: &Arc<Shared>, posts: Vec<Post>) {
    let messages: Vec<_> = posts.iter().map(|post| post.message.clone()).collect();
    // A task of its own: a transaction is never cancelled, and a storage that panics ends no
    // other message.
    let storage = Arc::clone(&shared.storage);
    let stored = tokio::spawn(async move { storage.add(&messages, now().timestamp).await });
    let stored = stored.await.unwrap_or_else(|_| {
        Err(StorageError::new(
            "storing messages",
            "the storage failed unexpectedly",
        ))
    });
    match stored {
        Ok(stored) => {
            if let Some(lasted) = shared.storing_fails.ends() {
                tracing::info!(failed_for_s = lasted.as_secs(), "messages are stored again");
            }
            let mut bursts = Bursts::default();
            for (post, stored) in posts.iter().zip(&stored) {
                show(shared, &mut bursts, post, stored).await;
            }
        }
        Err(error) => {
            // Once, not for every message: it is the same failure.
            if shared.storing_fails.begins() {
                tracing::error!(%error, "messages of the reading rooms cannot be stored");
            }
            posts.iter().for_each(|post| refuse(shared, post));
        }
    }
}

fn refuse(shared: &Shared, post: &Post) {
    post.room.update(shared, |state, now| {
        let error = RoomMessage::Error {
            message: "the message could not be stored; try again in a minute".to_owned(),
            timestamp: now.timestamp,
            client: post.message.client,
        };
        state.reply(post.member, &error);
    });
}

/// Shows a message, after those that another process stored before it.
async fn show(shared: &Shared, bursts: &mut Bursts, post: &Post, stored: &StoredMessage) {
    let is_next = |last: MessageId| stored.id <= last + 1;
    if !is_next(post.room.last_id()) {
        catch_up(shared, bursts, &post.room, stored.id - 1).await;
    }
    if is_next(post.room.last_id()) {
        post.room.update(shared, |state, _| {
            state.show(stored, Some((post.member, post.message.client)));
        });
        bursts.shown(&post.room, stored).await;
    }
    // Else they could not be read, and all of them are shown when they can be.
}

/// Shows what other processes stored in the rooms that somebody is in, and removes what the owner
/// removed after the last action that is known. What fails is tried again.
async fn follow(shared: &Shared, last_action: &mut Option<i64>) {
    if let Ok(removals) = shared.storage.removals(*last_action).await {
        *last_action = Some(removals.last);
        for (slug, id) in removals.messages {
            if let Some(room) = shared.room(&slug) {
                room.update(shared, |state, now| state.delete(id, now));
            }
        }
    }

    let rooms: Vec<_> = {
        let rooms = lock(&shared.rooms);
        rooms
            .values()
            .filter_map(|entry| entry.room.get().cloned())
            .collect()
    };
    if rooms.is_empty() {
        return;
    }
    let slugs: Vec<_> = rooms.iter().map(|room| room.slug.clone()).collect();
    let Ok(last) = shared.storage.last_ids(&slugs).await else {
        return;
    };
    for room in rooms {
        if let Some(&last) = last.get(&room.slug).filter(|&&last| last > room.last_id()) {
            catch_up(shared, &mut Bursts::default(), &room, last).await;
        }
    }
}

/// Shows what is stored after the last message that was shown, up to this one. Does so for a part
/// of it if that is much, or cannot be read.
async fn catch_up(shared: &Shared, bursts: &mut Bursts, room: &Room, up_to: MessageId) {
    let missing = room.last_id() + 1..=up_to;
    let Ok(messages) = shared
        .storage
        .first(&room.slug, missing, MAX_FOLLOWED)
        .await
    else {
        return;
    };
    let is_rest = messages.len() < MAX_FOLLOWED as usize;
    for message in &messages {
        room.update(shared, |state, _| state.show(message, None));
        bursts.shown(room, message).await;
    }
    if is_rest {
        // Those between them are not shown any more.
        room.update(shared, |state, _| state.skip_to(up_to));
    }
}

/// What each room was shown since its pages had time to take it.
#[derive(Default)]
struct Bursts(HashMap<Slug, Burst>);

#[derive(Clone, Copy, Default)]
struct Burst {
    messages: usize,
    bytes: usize,
}

impl Bursts {
    /// A room was shown this. Waits if its pages need time: else a page would be too far behind
    /// that takes everything as fast as it can.
    async fn shown(&mut self, room: &Room, message: &StoredMessage) {
        let burst = self.0.entry(room.slug.clone()).or_default();
        burst.messages += 1;
        burst.bytes += message.text.len() + message.sender.len();
        if burst.messages < MAX_BURST && burst.bytes < MAX_BURST_BYTES {
            return;
        }
        let deliveries = burst.messages.saturating_mul(room.changed.receiver_count());
        let pause = PER_DELIVERY * u32::try_from(deliveries).unwrap_or(u32::MAX);
        *burst = Burst::default();
        sleep(pause.clamp(MIN_PAUSE, MAX_PAUSE)).await;
    }
}
