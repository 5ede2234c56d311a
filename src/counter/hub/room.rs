//! One slug in the hub: its tally behind a lock, and its audience.

use super::{
    Shared,
    audience::{Audience, Place, ReplacedFrom},
    lately::{AllTotals, Lately},
    load::RoomLoad,
    lock,
};
use crate::counter::{
    address::Neighbourhood,
    frame::Frame,
    protocol::{Counts, Slug},
    storage::StorageError,
    tally::{Delta, Joined, ReaderId, SavePolicy, Tally},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Instant,
};

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
    room: Arc<RoomLoad>,
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
    pub(super) fn loading(&self, slug: &Slug) -> Option<Arc<RoomLoad>> {
        Some(Arc::clone(&self.entries.get(slug)?.room))
    }

    /// The room of a slug, made if there is none, and held until [`Self::shut`].
    pub(super) fn hold(&mut self, slug: &Slug) -> Arc<RoomLoad> {
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

/// One slug.
pub(super) struct Room {
    pub(super) slug: Slug,
    /// A std mutex: it is held for a few instructions and never across an await.
    seats: Mutex<Seats>,
    pub(super) audience: Arc<Audience>,
}

/// What a room's lock guards.
pub(super) struct Seats {
    pub(super) tally: Tally,
    /// How to tell the socket of a view that a newer one took its place, and where that
    /// socket comes from.
    replaceable: HashMap<ReaderId, (Arc<Place>, Option<Neighbourhood>)>,
    /// How many of the site's visitors are here, as the site was told last.
    visitors: u64,
    wakes_at: Option<Instant>,
    saves_at: Option<Instant>,
}

impl Room {
    /// A room that nobody is in yet, with the total that is stored.
    pub(super) async fn load(shared: &Shared, slug: Slug) -> Result<Arc<Self>, StorageError> {
        let total = shared.reading.total(&slug).await?;
        Ok(Self::new(slug, Tally::new(total, shared.policy)))
    }

    /// The room of the whole site: in it are pages without a post, and in its `live` the
    /// readers of all rooms. Nothing is ever saved of it.
    pub(super) fn of_site() -> Arc<Self> {
        Self::new(Slug::site(), Tally::new(0, SavePolicy::default()))
    }

    fn new(slug: Slug, tally: Tally) -> Arc<Self> {
        Arc::new(Self {
            slug,
            seats: Mutex::new(Seats {
                tally,
                replaceable: HashMap::new(),
                visitors: 0,
                wakes_at: None,
                saves_at: None,
            }),
            audience: Audience::new(),
        })
    }

    /// These numbers, as they are told in this room.
    pub(super) fn frame(&self, counts: Counts) -> Frame {
        match self.slug.is_site() {
            true => Frame::of_visitors(counts.live),
            false => Frame::of(counts),
        }
    }

    pub(super) fn seats(&self) -> MutexGuard<'_, Seats> {
        lock(&self.seats)
    }

    /// Does what a change made due: sends a frame, and moves the deadlines.
    pub(super) fn settle(&self, shared: &Shared, seats: &mut Seats, now: Instant) {
        let frame = seats.tally.frame_due(now, &mut lock(&shared.budget));
        if let Some(counts) = frame {
            let sent = &shared.metrics.frames_sent;
            self.audience
                .tell(self.frame(counts), sent, &shared.runtime);
        }
        let wakes_at = seats.tally.wakes_at();
        shared.wakes.set(&self.slug, &mut seats.wakes_at, wakes_at);
        let saves_at = seats.tally.save_at();
        shared.saves.set(&self.slug, &mut seats.saves_at, saves_at);
        self.tell_site(shared, seats, now);
    }

    /// Who comes or goes here does so on the site, too.
    fn tell_site(&self, shared: &Shared, seats: &mut Seats, now: Instant) {
        if self.slug.is_site() {
            return;
        }
        let visitors = seats.tally.live();
        let before = std::mem::replace(&mut seats.visitors, visitors);
        if visitors != before {
            let mut of_site = shared.site.seats();
            of_site.tally.move_elsewhere(before, visitors);
            shared.site.settle(shared, &mut of_site, now);
        }
    }

    /// The moment that the tally asked for has come. Returns whether the room
    /// has nothing left to hold.
    pub(super) fn woken(&self, shared: &Shared, now: Instant) -> bool {
        let mut seats = self.seats();
        // The schedule took it out; settling may put it back.
        seats.wakes_at = None;
        seats.tally.forget(now);
        self.settle(shared, &mut seats, now);
        seats.tally.is_idle(now)
    }

    /// The schedule took this room's save out.
    pub(super) fn save_is_due(&self) {
        self.seats().saves_at = None;
    }

    /// Enters this room's deadlines in the schedules, whether they are there or not.
    pub(super) fn reschedule(&self, shared: &Shared, now: Instant) {
        let mut seats = self.seats();
        (seats.wakes_at, seats.saves_at) = (None, None);
        self.settle(shared, &mut seats, now);
    }

    /// Hands the unsaved views to a save.
    pub(super) fn start_save(&self, shared: &Shared, now: Instant) -> Option<Delta> {
        let mut seats = self.seats();
        let delta = seats.tally.start_save();
        self.settle(shared, &mut seats, now);
        delta
    }

    /// The save is committed, and this is the new total.
    pub(super) fn saved(&self, shared: &Shared, total: u64, now: Instant) {
        let mut seats = self.seats();
        seats.tally.saved(total);
        self.settle(shared, &mut seats, now);
    }

    /// The owner corrected what is stored; no save is under way. Returns whether that
    /// changed anything.
    pub(super) fn correct(&self, shared: &Shared, total: u64, now: Instant) -> bool {
        let mut seats = self.seats();
        let before = seats.tally.counts();
        seats.tally.correct(total);
        self.settle(shared, &mut seats, now);
        seats.tally.counts() != before
    }
}

impl Seats {
    /// A reader comes, from this address if it is known. If it took the place of another,
    /// that one is told. Only a view with an id can be replaced.
    pub(super) fn seat(
        &mut self,
        joined: Joined,
        has_view: bool,
        from: Option<Neighbourhood>,
    ) -> Arc<Place> {
        let place = Arc::new(Place::default());
        let older = joined
            .replaced
            .and_then(|older| self.replaceable.remove(&older));
        if let Some((older, older_from)) = older {
            let is_same = older_from
                .zip(from)
                .is_none_or(|(older, newer)| older == newer);
            older.replace(match is_same {
                true => ReplacedFrom::SameAddress,
                false => ReplacedFrom::OtherAddress,
            });
        }
        if has_view {
            let replaceable = (Arc::clone(&place), from);
            self.replaceable.insert(joined.reader, replaceable);
        }
        place
    }

    /// A reader goes.
    pub(super) fn leave(&mut self, reader: ReaderId, now: Instant) {
        self.replaceable.remove(&reader);
        self.tally.leave(reader, now);
    }
}
