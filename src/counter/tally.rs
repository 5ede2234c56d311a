//! One slug's numbers: who reads, what counts, and what is due to be shown and
//! to be saved.
//!
//! Pure: no clock, no socket, no database. Every method takes `now`, and the
//! hub around it does what it says. It knows one slug and no other, but for how many
//! read elsewhere if that is told it; what slugs share is the [`Budget`] that it is
//! handed.

mod recent;

#[cfg(test)]
mod ledger_tests;
#[cfg(test)]
mod tests;

use super::{
    budget::Budget,
    protocol::{Counts, ViewId},
};
use jiff::civil::Date;
use recent::Recent;
use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

/// When views are saved, and shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SavePolicy {
    /// A view is shown at once, and saved when its slug has been quiet for
    /// [`SAVE_QUIET`], or after [`SAVE_LATEST`]. A crash loses what was not.
    #[default]
    Debounced,
    /// A view is saved at once, and in the total when it is: no number that
    /// anyone has seen is ever lost.
    BeforeShown,
}

/// Totals are saved when no view was counted for this long…
pub const SAVE_QUIET: Duration = Duration::from_secs(5);
/// …and at the latest this long after the first unsaved view, so that a post
/// that is never quiet is saved all the same.
pub const SAVE_LATEST: Duration = Duration::from_secs(15);

/// A reader's socket, unique within its slug's tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReaderId(u64);

/// What a handshake says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arrival {
    /// The showing of the page; none for the plain reference client.
    pub view: Option<ViewId>,
    /// The page was connected before and is not to be counted again.
    pub again: bool,
}

/// What became of an [`Arrival`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The newcomer.
    pub reader: ReaderId,
    /// The older socket of the same view. It is no longer a reader.
    pub replaced: Option<ReaderId>,
    /// Whether this was a view.
    pub counted: bool,
}

/// Views to be added to what is stored, by the UTC day of their handshake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta(BTreeMap<Date, u64>);

impl Delta {
    /// The views of all days together.
    pub fn views(&self) -> u64 {
        self.0.values().sum()
    }

    /// The views of each day, oldest first.
    pub fn days(&self) -> impl DoubleEndedIterator<Item = (Date, u64)> {
        self.0.iter().map(|(day, views)| (*day, *views))
    }

    fn add(&mut self, day: Date) {
        *self.0.entry(day).or_default() += 1;
    }

    /// Adds the views of another one, each to its day.
    pub(super) fn merge(&mut self, other: &Self) {
        for (day, views) in other.days() {
            *self.0.entry(day).or_default() += views;
        }
    }
}

/// Views that are not known to be saved.
#[derive(Debug)]
struct Unsaved {
    delta: Delta,
    first: Instant,
    last: Instant,
}

/// The time after a frame in which no other is sent.
#[derive(Clone, Copy, Debug)]
struct Window {
    opened: Instant,
    until: Instant,
    /// To how many the frame went that opened it.
    audience: u64,
}

/// One slug's readers, watchers, total and deadlines.
///
/// Three places hold the total together: what is stored, what a save that is
/// under way will add, and what none has been handed yet. A view is in exactly
/// one of them at any time.
#[derive(Debug)]
pub struct Tally {
    policy: SavePolicy,
    stored: u64,
    saving: Option<Unsaved>,
    unsaved: Option<Unsaved>,

    readers: HashMap<ReaderId, Option<ViewId>>,
    /// How many are in `live` and read no page of this tally's own.
    elsewhere: u64,
    connected: HashMap<ViewId, ReaderId>,
    recent: Recent,
    watchers: u64,
    last_reader: u64,

    /// `None` on a quiet slug.
    window: Option<Window>,
    /// The numbers changed since the last frame to all.
    changed: bool,
}

impl Tally {
    /// A slug that nobody reads, with the total that is stored.
    pub fn new(stored: u64, policy: SavePolicy) -> Self {
        Self {
            policy,
            stored,
            saving: None,
            unsaved: None,
            readers: HashMap::new(),
            elsewhere: 0,
            connected: HashMap::new(),
            recent: Recent::default(),
            watchers: 0,
            last_reader: 0,
            window: None,
            changed: false,
        }
    }

    /// The numbers as everyone may see them now.
    pub fn counts(&self) -> Counts {
        Counts {
            live: self.live(),
            total: match self.policy {
                SavePolicy::Debounced => self.stored + self.unsaved(),
                SavePolicy::BeforeShown => self.stored,
            },
        }
    }

    /// How many read now.
    pub fn live(&self) -> u64 {
        self.readers.len() as u64 + self.elsewhere
    }

    /// Of those who read elsewhere and are in `live` here, as many as `before` are now
    /// `after`: on the tally of the whole site those are the readers of its posts. On a
    /// post's there are none.
    pub fn move_elsewhere(&mut self, before: u64, after: u64) {
        self.changed |= before != after;
        self.elsewhere = (self.elsewhere + after).saturating_sub(before);
    }

    /// How many views are not known to be saved.
    pub fn unsaved(&self) -> u64 {
        [&self.saving, &self.unsaved]
            .into_iter()
            .flatten()
            .map(|unsaved| unsaved.delta.views())
            .sum()
    }

    /// The views that are not known to be saved, by their day.
    pub fn unsaved_days(&self) -> Delta {
        let mut all = Delta::default();
        for unsaved in [&self.saving, &self.unsaved].into_iter().flatten() {
            all.merge(&unsaved.delta);
        }
        all
    }

    /// When the first of the views came that are not known to be saved.
    pub fn unsaved_since(&self) -> Option<Instant> {
        let oldest = self.saving.as_ref().or(self.unsaved.as_ref());
        oldest.map(|unsaved| unsaved.first)
    }

    /// How many see the numbers without being in them.
    pub fn watchers(&self) -> u64 {
        self.watchers
    }

    /// How long the window is that the last frame opened; none on a quiet slug.
    pub fn window(&self) -> Option<Duration> {
        self.window.map(|window| window.until - window.opened)
    }

    /// A reader comes, on this UTC day. The handshake is the view, unless the
    /// same view is connected, or was within the last minute, or says that it
    /// was here before.
    pub fn join(&mut self, arrival: Arrival, now: Instant, day: Date) -> Joined {
        self.last_reader += 1;
        let reader = ReaderId(self.last_reader);
        let mut returned = arrival.again;
        let mut replaced = None;
        if let Some(view) = arrival.view {
            replaced = self.connected.insert(view, reader);
            if let Some(older) = replaced {
                self.readers.remove(&older);
            }
            returned |= self.recent.take(view, now) || replaced.is_some();
        }
        self.readers.insert(reader, arrival.view);
        if !returned {
            self.count(now, day);
        }
        // A replacement changes neither number: the older socket was counted.
        self.changed |= replaced.is_none();
        Joined {
            reader,
            replaced,
            counted: !returned,
        }
    }

    /// Whether this arrival would be a new view, as far as [`Self::join`] can
    /// tell.
    pub fn is_new(&self, arrival: Arrival, now: Instant) -> bool {
        let known = arrival.view.is_some_and(|view| {
            self.connected.contains_key(&view) || self.recent.contains(view, now)
        });
        !arrival.again && !known
    }

    fn count(&mut self, now: Instant, day: Date) {
        let unsaved = self.unsaved.get_or_insert_with(|| Unsaved {
            delta: Delta::default(),
            first: now,
            last: now,
        });
        unsaved.delta.add(day);
        unsaved.last = now;
    }

    /// A reader goes. One that was replaced has gone already: nothing changes.
    pub fn leave(&mut self, reader: ReaderId, now: Instant) {
        let Some(view) = self.readers.remove(&reader) else {
            return;
        };
        if let Some(view) = view {
            self.connected.remove(&view);
            self.recent.remember(view, now);
        }
        self.changed = true;
    }

    /// Somebody sees the numbers without being in them.
    pub fn watch(&mut self) {
        self.watchers += 1;
    }

    /// A watcher goes.
    pub fn unwatch(&mut self) {
        self.watchers = self.watchers.saturating_sub(1);
    }

    /// The frame that everyone is to be sent now, if one is due.
    ///
    /// To be called after every change and when [`Self::wakes_at`] has come:
    /// the first change on a quiet slug is due at once, later ones when the
    /// window that the `budget` gave has passed, and then as the latest state.
    pub fn frame_due(&mut self, now: Instant, budget: &mut Budget) -> Option<Counts> {
        if self.window.is_some_and(|window| now < window.until) {
            return None;
        }
        let audience = self.readers.len() as u64 + self.watchers;
        if self.changed && audience > 0 {
            let previous = self.window.map(|window| window.audience);
            let until = budget.spend(now, audience, previous);
            self.window = Some(Window {
                opened: now,
                until,
                audience,
            });
            self.changed = false;
            return Some(self.counts());
        }
        self.changed = false;
        if let Some(window) = self.window.take() {
            budget.rest(window.audience);
        }
        None
    }

    /// When the unsaved views are to be saved; none while a save is under way.
    pub fn save_at(&self) -> Option<Instant> {
        match (&self.saving, &self.unsaved) {
            (None, Some(u)) => Some(match self.policy {
                SavePolicy::Debounced => (u.last + SAVE_QUIET).min(u.first + SAVE_LATEST),
                SavePolicy::BeforeShown => u.first,
            }),
            _ => None,
        }
    }

    /// Hands the unsaved views to a save. They stay in the total, and no other
    /// save gets any, until [`Self::saved`]: a save that failed is repeated
    /// with the same views, so that one whose outcome is unknown cannot be
    /// applied twice.
    pub fn start_save(&mut self) -> Option<Delta> {
        if self.saving.is_some() {
            return None;
        }
        self.saving = self.unsaved.take();
        self.saving.as_ref().map(|unsaved| unsaved.delta.clone())
    }

    /// The save is committed and the stored total is now this one.
    pub fn saved(&mut self, total: u64) {
        let shown = self.counts().total;
        let saving = self.saving.take().map_or(0, |saved| saved.delta.views());
        // Another process may have added views; nobody may see a total fall.
        self.stored = (self.stored + saving).max(total);
        self.changed |= self.counts().total != shown;
    }

    /// The owner corrected what is stored: it is this total now, and nobody's to
    /// question if it is a smaller one. To be called while no save is under way, since
    /// one whose outcome is unknown may be in that total or not.
    pub fn correct(&mut self, total: u64) {
        self.changed |= self.stored != total;
        self.stored = total;
    }

    /// When something is due that is not a save: the end of a window, or the
    /// moment the oldest remembered id may be forgotten.
    pub fn wakes_at(&self) -> Option<Instant> {
        [self.window.map(|w| w.until), self.recent.forgets_at()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Forgets the views that left long enough ago.
    pub fn forget(&mut self, now: Instant) {
        self.recent.forget(now);
    }

    /// Whether dropping this tally loses nothing: no reader, watcher, view to
    /// save, remembered id or open window.
    pub fn is_idle(&mut self, now: Instant) -> bool {
        self.forget(now);
        self.readers.is_empty()
            && self.watchers == 0
            && self.unsaved.is_none()
            && self.saving.is_none()
            && self.recent.is_empty()
            && self.window.is_none()
    }
}
