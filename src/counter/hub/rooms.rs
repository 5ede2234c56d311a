//! The rooms there are, by slug, and what was told of slugs that have none.

use super::{
    lately::{AllTotals, Lately},
    room::Room,
};
use crate::counter::{
    protocol::{Counts, Slug},
    shared_load::SharedLoad,
};
use std::{collections::HashMap, sync::Arc, time::Instant};

/// The rooms there are, by slug, and what was told of slugs that have none.
#[derive(Default)]
pub(super) struct Rooms {
    entries: HashMap<Slug, Entry>,
    lately: Lately,
}

/// What is known of a slug without waiting.
pub(super) enum Standing {
    /// It has a room, and these numbers.
    Open(Counts),
    /// Its room is being loaded.
    Coming,
    /// Nobody reads it; its total, if that was told a moment ago.
    Unread(Option<u64>),
}

#[derive(Default)]
struct Entry {
    room: Arc<SharedLoad<Arc<Room>>>,
    /// Those who are about to come in. They keep the room although it is empty.
    doors: usize,
}

impl Rooms {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, slug: &Slug) -> Option<Arc<Room>> {
        self.entries.get(slug)?.room.get().cloned()
    }

    /// Whether there is a room, or somebody is on the way in.
    pub(super) fn contains(&self, slug: &Slug) -> bool {
        self.entries.contains_key(slug)
    }

    /// The numbers of a slug, if they can be said at once: there is a room, or they
    /// were told a moment ago.
    pub(super) fn known(&self, slug: &Slug, now: Instant) -> Option<Counts> {
        match self.standing(slug, now) {
            Standing::Open(counts) => Some(counts),
            Standing::Coming => None,
            Standing::Unread(told) => told.map(unread),
        }
    }

    /// What is known of a slug without waiting.
    pub(super) fn standing(&self, slug: &Slug, now: Instant) -> Standing {
        match self.entries.get(slug).map(|entry| entry.room.get()) {
            Some(Some(room)) => Standing::Open(room.seats().tally.counts()),
            Some(None) => Standing::Coming,
            None => Standing::Unread(self.lately.total(slug, now)),
        }
    }

    /// All totals, if they were told a moment ago.
    pub(super) fn all_told(&self, now: Instant) -> Option<AllTotals> {
        self.lately.all(now).map(Arc::clone)
    }

    /// From now on these totals are told of slugs without a room, which were asked for at
    /// `read_at`.
    pub(super) fn tell_all(&mut self, totals: AllTotals, read_at: Instant) {
        self.lately.tell_all(totals, read_at);
    }

    /// Ends one [`Self::tell_all`].
    pub(super) fn forget_all_told(&mut self, totals: &AllTotals) {
        self.lately.forget_all(totals);
    }

    /// The numbers to tell of a slug without a room, whose stored total was asked
    /// for at `read_at` and is this one.
    pub(super) fn tell(
        &mut self,
        slug: &Slug,
        total: u64,
        read_at: Instant,
        now: Instant,
    ) -> Counts {
        unread(self.lately.tell(slug, total, read_at, now))
    }

    /// What was told of a slug is not so any more.
    pub(super) fn forget_told(&mut self, slug: &Slug) {
        self.lately.forget(slug);
    }

    /// The room of a slug that is there or being loaded.
    pub(super) fn loading(&self, slug: &Slug) -> Option<Arc<SharedLoad<Arc<Room>>>> {
        Some(Arc::clone(&self.entries.get(slug)?.room))
    }

    /// The room of a slug, made if there is none, and held until [`Self::shut`].
    pub(super) fn hold(&mut self, slug: &Slug) -> Arc<SharedLoad<Arc<Room>>> {
        let entry = self.entries.entry(slug.clone()).or_default();
        entry.doors += 1;
        Arc::clone(&entry.room)
    }

    /// Ends one [`Self::hold`].
    pub(super) fn shut(&mut self, slug: &Slug, now: Instant) {
        let Some(entry) = self.entries.get_mut(slug) else {
            return;
        };
        entry.doors -= 1;
        if entry.holds_nothing(now) {
            self.remove(slug, now);
        }
    }

    /// Removes the room if there is nothing in it and nobody on the way in.
    pub(super) fn retire(&mut self, slug: &Slug, now: Instant) {
        let entry = self.entries.get(slug);
        if entry.is_some_and(|entry| entry.holds_nothing(now)) {
            self.remove(slug, now);
        }
    }

    fn remove(&mut self, slug: &Slug, now: Instant) {
        let entry = self.entries.remove(slug);
        // Whoever was in it saw this total, and may have been told a smaller one
        // before it was there.
        if let Some(room) = entry.as_ref().and_then(|entry| entry.room.get()) {
            let total = room.seats().tally.counts().total;
            self.lately.tell(slug, total, now, now);
        }
    }

    /// Every room at this moment.
    pub(super) fn all(&self) -> Vec<Arc<Room>> {
        let rooms = self.entries.values();
        rooms
            .filter_map(|entry| entry.room.get().cloned())
            .collect()
    }
}

impl Entry {
    fn holds_nothing(&self, now: Instant) -> bool {
        let room = self.room.get();
        self.doors == 0 && room.is_none_or(|room| room.seats().tally.is_idle(now))
    }
}

/// The numbers of a slug that nobody reads.
pub(super) fn unread(total: u64) -> Counts {
    Counts { live: 0, total }
}
