//! How many views of one slug by one address are counted in an hour.
//!
//! To connect and to count are two things: at two handshakes a second one
//! address could add 172,800 views a day. What is beyond the quota reads on,
//! live, and adds nothing.

use crate::counter::{address::Neighbourhood, protocol::Slug};
use lru::LruCache;
use std::{
    hash::{BuildHasher, RandomState},
    num::NonZeroUsize,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Views are remembered by parts of an hour: exactly would take an instant each.
const PART: Duration = Duration::from_secs(600);
/// The parts that any hour touches.
const PARTS: usize = 7;

/// What each address has used up of each slug's quota.
#[derive(Debug)]
pub(super) struct Quotas {
    most: u32,
    begun: Instant,
    /// Keyed by a hash: slugs are long. Two pairs that share one share a quota,
    /// which is less likely than anything else that can go wrong.
    hasher: RandomState,
    hours: Mutex<LruCache<u64, Hour, RandomState>>,
}

impl Quotas {
    /// At most this many views in any hour. The last `remembered` pairs of an
    /// address and a slug are remembered.
    pub(super) fn new(most: u32, remembered: usize) -> Self {
        let remembered = NonZeroUsize::new(remembered).unwrap_or(NonZeroUsize::MIN);
        Self {
            most,
            begun: Instant::now(),
            hasher: RandomState::new(),
            hours: Mutex::new(LruCache::with_hasher(remembered, RandomState::new())),
        }
    }

    /// Whether one more view is to be counted. If so, it is used up.
    pub(super) fn take(&self, from: Neighbourhood, slug: &Slug) -> bool {
        self.take_at(self.begun.elapsed(), from, slug)
    }

    fn take_at(&self, elapsed: Duration, from: Neighbourhood, slug: &Slug) -> bool {
        let parts = elapsed.as_secs() / PART.as_secs();
        let key = self.hasher.hash_one((from, slug));
        let mut hours = self.hours.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = hours
            .get_or_insert_mut(key, Hour::default)
            .take(parts, self.most);
        while hours.peek_lru().is_some_and(|(_, h)| h.is_over(parts)) {
            hours.pop_lru();
        }
        taken
    }
}

/// The views of the last hour, by parts of it.
#[derive(Clone, Debug, Default)]
struct Hour {
    /// The part that the first number is of.
    part: u64,
    views: [u32; PARTS],
}

impl Hour {
    /// Whether all of it is more than an hour ago.
    fn is_over(&self, part: u64) -> bool {
        self.part + (PARTS as u64) <= part
    }

    /// Takes one view in this part, if fewer than `most` were taken in it and
    /// the six before. Every hour that ends in it lies in these.
    fn take(&mut self, part: u64, most: u32) -> bool {
        let passed = part.saturating_sub(self.part).min(PARTS as u64);
        for _ in 0..passed {
            self.views.rotate_right(1);
            self.views[0] = 0;
        }
        self.part = self.part.max(part);
        if self.views.iter().sum::<u32>() >= most {
            return false;
        }
        self.views[0] += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::IpAddr;

    fn address(text: &str) -> Neighbourhood {
        text.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn an_address_adds_sixty_views_to_a_slug_and_no_more() {
        let quotas = Quotas::new(60, 8);
        let slug = |text: &str| text.parse::<Slug>().unwrap();
        let one = address("203.0.113.9");
        let counted = |_: &i32| quotas.take(one, &slug("a"));
        assert_eq!((0..1_000).filter(counted).count(), 60);
        assert!(quotas.take(one, &slug("b")), "another slug");
        assert!(quotas.take(address("203.0.113.8"), &slug("a")), "another");
    }

    #[test]
    fn after_the_hour_it_may_again() {
        let mut hour = Hour::default();
        assert!(hour.take(3, 2));
        assert!(hour.take(5, 2));
        assert!(!hour.take(9, 2), "the first was less than an hour ago");
        assert!(hour.take(10, 2));
        assert!(!hour.take(11, 2));
        assert!(hour.take(1_000_000, 2));
    }

    #[test]
    fn the_table_is_bounded() {
        let quotas = Quotas::new(60, 8);
        let slug = "a".parse().unwrap();
        for n in 0..1_000_u32 {
            assert!(quotas.take(IpAddr::from(n.to_be_bytes()).into(), &slug));
        }
        assert_eq!(quotas.hours.lock().unwrap().len(), 8);
    }

    #[test]
    fn what_is_more_than_an_hour_ago_is_forgotten() {
        let quotas = Quotas::new(60, 100);
        let slug = "a".parse().unwrap();
        for n in 0..50_u32 {
            let from = IpAddr::from(n.to_be_bytes()).into();
            assert!(quotas.take_at(Duration::ZERO, from, &slug));
        }
        assert!(quotas.take_at(PART * 7, address("203.0.113.9"), &slug));
        assert_eq!(quotas.hours.lock().unwrap().len(), 1);
    }

    proptest! {
        #[test]
        fn no_hour_ever_has_more(
            steps in proptest::collection::vec(0..900_u64, 1..300),
            most in 0..20_u32,
        ) {
            let mut hour = Hour::default();
            let mut now = 0;
            let mut taken: Vec<u64> = Vec::new();
            for step in steps {
                now += step;
                let within = |since: &&u64| now - **since < 3600;
                let before = taken.iter().filter(within).count();
                if hour.take(now / PART.as_secs(), most) {
                    prop_assert!(before < most as usize);
                    taken.push(now);
                } else {
                    // Nor is it refused for much longer than the hour.
                    let lately = |since: &&u64| now - **since < 3600 + PART.as_secs();
                    prop_assert!(taken.iter().filter(lately).count() >= most as usize);
                }
            }
        }
    }
}
