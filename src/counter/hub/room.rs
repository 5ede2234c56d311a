//! One slug in the hub: its tally behind a lock, and its audience.

use super::{
    Shared,
    audience::{Audience, Place, ReplacedFrom},
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
