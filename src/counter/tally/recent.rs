//! The views that left within the last minute, so that a reader who comes back
//! is known to be the same one.

use crate::counter::protocol::ViewId;
use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

/// How long a view that left is the same reader when it comes back.
pub(super) const REMEMBERED_FOR: Duration = Duration::from_secs(60);
/// How many views that left are remembered a slug; then the oldest goes first.
pub(super) const REMEMBERED_MOST: usize = 10_000;

/// Views that left, in the order of leaving.
#[derive(Debug, Default)]
pub(super) struct Recent {
    order: BTreeMap<u64, (ViewId, Instant)>,
    places: HashMap<ViewId, u64>,
    next: u64,
}

impl Recent {
    /// This view has just left.
    pub(super) fn remember(&mut self, view: ViewId, now: Instant) {
        self.forget(now);
        if let Some(place) = self.places.insert(view, self.next) {
            self.order.remove(&place);
        }
        self.order.insert(self.next, (view, now));
        self.next += 1;
        if self.order.len() > REMEMBERED_MOST {
            self.pop_oldest();
        }
    }

    /// Whether this view left within the last minute.
    pub(super) fn contains(&self, view: ViewId, now: Instant) -> bool {
        let left = self.places.get(&view).and_then(|p| self.order.get(p));
        left.is_some_and(|(_, left)| now < *left + REMEMBERED_FOR)
    }

    /// Whether this view left within the last minute. If so it is taken out:
    /// it is here again.
    pub(super) fn take(&mut self, view: ViewId, now: Instant) -> bool {
        self.forget(now);
        match self.places.remove(&view) {
            Some(place) => self.order.remove(&place).is_some(),
            None => false,
        }
    }

    /// Drops what left more than a minute ago.
    pub(super) fn forget(&mut self, now: Instant) {
        while self.forgets_at().is_some_and(|at| at <= now) {
            self.pop_oldest();
        }
    }

    /// When the oldest is no longer remembered.
    pub(super) fn forgets_at(&self) -> Option<Instant> {
        let (_, (_, left)) = self.order.first_key_value()?;
        Some(*left + REMEMBERED_FOR)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    fn pop_oldest(&mut self) {
        if let Some((_, (view, _))) = self.order.pop_first() {
            self.places.remove(&view);
        }
    }
}
