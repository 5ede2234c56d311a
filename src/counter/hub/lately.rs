//! Totals of slugs that nobody reads, for a moment after they were told. So the
//! storage is asked at most once a second for each, and whoever asks within it is
//! told the same: also by what was made of the number before.

use crate::counter::protocol::Slug;
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

/// Nothing but the owner's correction changes such a total meanwhile, and that is seen
/// this much later at most.
pub(super) const HOLDS: Duration = Duration::from_secs(1);
/// As many totals are kept before those are looked for that hold no longer.
const TIDIED_FROM: usize = 64;

/// All totals, as they were stored at one moment.
pub(super) type AllTotals = Arc<HashMap<Slug, u64>>;

/// What was told lately.
#[derive(Default)]
pub(super) struct Lately {
    totals: HashMap<Slug, Told>,
    /// All of them, where somebody asked for a list, and when they were asked for. A slug
    /// that is not among them has no views.
    all: Option<(AllTotals, Instant)>,
    /// How many there were when what holds no longer was last removed.
    tidied: usize,
}

struct Told {
    total: u64,
    read_at: Instant,
}

impl Told {
    fn holds(&self, now: Instant) -> bool {
        holds(self.read_at, now)
    }
}

fn holds(read_at: Instant, now: Instant) -> bool {
    now.saturating_duration_since(read_at) <= HOLDS
}

impl Lately {
    /// A total that was told and still holds; the larger one if it was told twice.
    pub(super) fn total(&self, slug: &Slug, now: Instant) -> Option<u64> {
        let told = self.totals.get(slug).filter(|told| told.holds(now));
        let in_all = self.all(now);
        let in_all = in_all.map(|all| all.get(slug).copied().unwrap_or(0));
        told.map(|told| told.total).max(in_all)
    }

    /// All totals, if they were told and still hold.
    pub(super) fn all(&self, now: Instant) -> Option<&AllTotals> {
        let (all, read_at) = self.all.as_ref()?;
        holds(*read_at, now).then_some(all)
    }

    /// From now on these are told, which were asked for at `read_at`.
    pub(super) fn tell_all(&mut self, totals: AllTotals, read_at: Instant) {
        self.all = Some((totals, read_at));
    }

    /// Gives these totals up, if they are those that were told last: nothing is to keep
    /// the memory of all totals longer than they hold.
    pub(super) fn forget_all(&mut self, totals: &AllTotals) {
        self.all.take_if(|(all, _)| Arc::ptr_eq(all, totals));
    }

    /// What was told holds no longer.
    pub(super) fn forget(&mut self, slug: &Slug) {
        self.totals.remove(slug);
        // The others are read again.
        self.all = None;
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
    fn a_list_of_all_totals_holds_for_a_second_and_makes_none_fall() {
        let (mut lately, began) = (Lately::default(), Instant::now());
        let at = |ms| began + Duration::from_millis(ms);
        lately.tell(&slug(1), 8, at(100), at(100));
        let all = Arc::new(HashMap::from([(slug(1), 7), (slug(2), 5)]));
        lately.tell_all(Arc::clone(&all), at(0));
        assert_eq!(lately.total(&slug(1), at(200)), Some(8), "told since");
        assert_eq!(lately.total(&slug(2), at(200)), Some(5));
        assert_eq!(lately.total(&slug(3), at(200)), Some(0), "it has no views");
        assert_eq!(lately.tell(&slug(2), 4, at(0), at(200)), 5);
        assert_eq!(lately.total(&slug(1), at(1_001)), Some(8));
        assert_eq!(lately.total(&slug(3), at(1_001)), None);
        // The owner corrected one of them.
        lately.tell_all(Arc::clone(&all), at(2_000));
        lately.forget(&slug(2));
        assert_eq!(lately.total(&slug(2), at(2_000)), None);
        lately.tell_all(Arc::clone(&all), at(3_000));
        lately.forget_all(&all);
        assert!(lately.all.is_none());
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
