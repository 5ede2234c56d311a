//! Totals of slugs that nobody reads, for a moment after they were told. So the
//! storage is asked at most once a second for each, and whoever asks within it is
//! told the same: also by what was made of the number before.

use crate::counter::protocol::Slug;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// Nothing but the owner's correction changes such a total meanwhile, and that is seen
/// this much later at most.
const HOLDS: Duration = Duration::from_secs(1);
/// As many totals are kept before those are looked for that hold no longer.
const TIDIED_FROM: usize = 64;

/// What was told lately.
#[derive(Default)]
pub(super) struct Lately {
    totals: HashMap<Slug, Told>,
    /// How many there were when what holds no longer was last removed.
    tidied: usize,
}

struct Told {
    total: u64,
    read_at: Instant,
}

impl Told {
    fn holds(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.read_at) <= HOLDS
    }
}

impl Lately {
    /// A total that was told and still holds.
    pub(super) fn total(&self, slug: &Slug, now: Instant) -> Option<u64> {
        let told = self.totals.get(slug)?;
        told.holds(now).then_some(told.total)
    }

    /// What was told holds no longer.
    pub(super) fn forget(&mut self, slug: &Slug) {
        self.totals.remove(slug);
    }

    /// The total to tell where this one was read, which was asked for at `read_at`.
    /// A larger one was told if the reading began before it.
    pub(super) fn tell(&mut self, slug: &Slug, total: u64, read_at: Instant, now: Instant) -> u64 {
        if let Some(told) = self.total(slug, now)
            && told > total
        {
            return told;
        }
        if self.totals.len() >= TIDIED_FROM.max(2 * self.tidied) {
            self.totals.retain(|_, told| told.holds(now));
            self.tidied = self.totals.len();
        }
        self.totals.insert(slug.clone(), Told { total, read_at });
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(n: usize) -> Slug {
        format!("post-{n}").parse().unwrap()
    }

    #[test]
    fn a_total_holds_for_a_second_from_when_it_was_asked_for() {
        let (mut lately, began) = (Lately::default(), Instant::now());
        let at = |ms| began + Duration::from_millis(ms);
        assert_eq!(lately.total(&slug(1), at(0)), None);
        assert_eq!(lately.tell(&slug(1), 7, at(0), at(300)), 7);
        assert_eq!(lately.total(&slug(1), at(1_000)), Some(7));
        assert_eq!(lately.total(&slug(1), at(1_001)), None);
        assert_eq!(lately.total(&slug(2), at(300)), None);
    }

    #[test]
    fn what_was_read_too_late_is_not_told() {
        let (mut lately, began) = (Lately::default(), Instant::now());
        let at = |ms| began + Duration::from_millis(ms);
        assert_eq!(lately.tell(&slug(1), 8, at(100), at(100)), 8);
        assert_eq!(lately.tell(&slug(1), 7, at(0), at(200)), 8);
        assert_eq!(lately.total(&slug(1), at(1_101)), None, "as told at 100");
        // Somebody took views away: that is seen when it holds no longer.
        assert_eq!(lately.tell(&slug(1), 7, at(1_101), at(1_101)), 7);
    }

    #[test]
    fn what_holds_no_longer_does_not_add_up() {
        let (mut lately, began) = (Lately::default(), Instant::now());
        for n in 0..10_000 {
            let now = began + Duration::from_millis(100) * n as u32;
            lately.tell(&slug(n), 1, now, now);
            assert!(lately.totals.len() <= TIDIED_FROM);
        }
    }
}
