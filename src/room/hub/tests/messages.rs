//! A storage in memory that fails as a test asks.

use crate::{
    counter::{
        hub::lock,
        protocol::Slug,
        storage::{StorageError, StorageFuture},
    },
    room::{
        protocol::{ClientId, MessageId},
        storage::{NewMessage, Removals, Retention, RoomStorage, StoredMessage},
    },
};
use std::{
    collections::HashMap,
    ops::RangeInclusive,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Semaphore, time::sleep};

/// A message, and what its sender named it by.
type Sent = (StoredMessage, Option<ClientId>);

/// Messages in memory, and what the storage is to do with the next.
pub(super) struct Messages {
    rooms: Mutex<HashMap<Slug, Vec<Sent>>>,
    pub(super) fault: Mutex<Fault>,
    /// Reads wait for one of these, each.
    pub(super) reads: Semaphore,
    pub(super) reading: AtomicUsize,
    pub(super) transactions: AtomicUsize,
    /// What the owner removed.
    pub(super) removed: Mutex<Vec<(Slug, MessageId)>>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Fault {
    None,
    Fails,
    Panics,
    /// It is stored, and nobody is told.
    FailsAfterwards,
    /// Messages cannot be read.
    HidesThem,
    /// To look for messages panics.
    PanicsWhenRead,
}

impl Messages {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            rooms: Mutex::default(),
            fault: Mutex::new(Fault::None),
            reads: Semaphore::new(Semaphore::MAX_PERMITS),
            reading: AtomicUsize::default(),
            transactions: AtomicUsize::default(),
            removed: Mutex::default(),
        })
    }

    async fn read<T>(&self, slug: &Slug, read: impl FnOnce(&[Sent]) -> T) -> T {
        assert!(
            *lock(&self.fault) != Fault::PanicsWhenRead,
            "as this test asks for"
        );
        self.reading.fetch_add(1, Ordering::SeqCst);
        self.reads.acquire().await.unwrap().forget();
        read(lock(&self.rooms).get(slug).map_or(&[], Vec::as_slice))
    }

    pub(super) fn texts(&self, slug: &Slug) -> Vec<String> {
        let rooms = lock(&self.rooms);
        let messages = rooms.get(slug).map_or(&[][..], Vec::as_slice);
        messages
            .iter()
            .map(|(message, _)| message.text.clone())
            .collect()
    }

    fn store(&self, message: &NewMessage, now: i64) -> StoredMessage {
        let mut rooms = lock(&self.rooms);
        let room = rooms.entry(message.slug.clone()).or_default();
        let known = message.client.and_then(|client| {
            let known = room.iter().find(|(_, known)| *known == Some(client));
            known.map(|(message, _)| message.clone())
        });
        known.unwrap_or_else(|| {
            let stored = StoredMessage {
                id: room.len() as MessageId + 1,
                sender: message.sender.to_string(),
                text: message.text.as_str().to_owned(),
                timestamp: now,
            };
            room.push((stored.clone(), message.client));
            stored
        })
    }
}

impl RoomStorage for Messages {
    fn last_ids<'a>(&'a self, slugs: &'a [Slug]) -> StorageFuture<'a, HashMap<Slug, MessageId>> {
        Box::pin(async move {
            let mut last = HashMap::new();
            for slug in slugs {
                let id = self.read(slug, <[_]>::len).await as MessageId;
                if id > 0 {
                    last.insert(slug.clone(), id);
                }
            }
            Ok(last)
        })
    }

    fn first<'a>(
        &'a self,
        slug: &'a Slug,
        ids: RangeInclusive<MessageId>,
        most: u32,
    ) -> StorageFuture<'a, Vec<StoredMessage>> {
        Box::pin(async move {
            if *lock(&self.fault) == Fault::HidesThem {
                return Err(StorageError::new("reading messages", "the disk is gone"));
            }
            let first = self.read(slug, |messages| {
                let messages = messages.iter().map(|(message, _)| message.clone());
                let of_these = messages.filter(|message| ids.contains(&message.id));
                of_these.take(most as usize).collect()
            });
            Ok(first.await)
        })
    }

    fn last<'a>(
        &'a self,
        slug: &'a Slug,
        ids: RangeInclusive<MessageId>,
        most: u32,
    ) -> StorageFuture<'a, Vec<StoredMessage>> {
        Box::pin(async move {
            let mut last = self.first(slug, ids, u32::MAX).await?;
            last.drain(..last.len().saturating_sub(most as usize));
            Ok(last)
        })
    }

    fn removed<'a>(
        &'a self,
        _: &'a Slug,
        _: RangeInclusive<MessageId>,
    ) -> StorageFuture<'a, Vec<MessageId>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn removals(&self, after: Option<i64>) -> StorageFuture<'_, Removals> {
        let removed = lock(&self.removed);
        let last = removed.len() as i64;
        let after = after.map_or(removed.len(), |after| after as usize);
        let messages = removed[after..].to_vec();
        Box::pin(async move { Ok(Removals { last, messages }) })
    }

    fn add<'a>(
        &'a self,
        messages: &'a [NewMessage],
        now: i64,
    ) -> StorageFuture<'a, Vec<StoredMessage>> {
        Box::pin(async move {
            self.transactions.fetch_add(1, Ordering::SeqCst);
            sleep(Duration::from_millis(3)).await;
            let fault = *lock(&self.fault);
            assert!(fault != Fault::Panics, "as this test asks for");
            if fault == Fault::Fails {
                return Err(StorageError::new("storing messages", "the disk is full"));
            }
            let stored = messages
                .iter()
                .map(|message| self.store(message, now))
                .collect();
            if fault == Fault::FailsAfterwards {
                return Err(StorageError::new("storing messages", "nobody knows"));
            }
            Ok(stored)
        })
    }

    fn clean(&self, _: Retention, _: i64) -> StorageFuture<'_, u64> {
        Box::pin(async { Ok(0) })
    }
}
