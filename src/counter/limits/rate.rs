//! How often one address may make a handshake: a token bucket each.

use crate::counter::address::Neighbourhood;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, MonotonicClock},
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::StateStore,
};
use lru::LruCache;
use std::{
    hash::RandomState,
    num::{NonZeroU32, NonZeroUsize},
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The buckets.
#[derive(Debug)]
pub(super) struct Rate<C: Clock = MonotonicClock>(Limiter<C>);

type Limiter<C> = RateLimiter<Check, Buckets, C, NoOpMiddleware<<C as Clock>::Instant>>;

impl Rate {
    /// Full buckets of `burst` tokens, which earn `per_second`. The `most` that
    /// were used last are remembered; the others are full.
    pub(super) fn new(burst: NonZeroU32, per_second: NonZeroU32, most: usize) -> Self {
        Self::with_clock(burst, per_second, most, MonotonicClock)
    }
}

impl<C: Clock> Rate<C> {
    fn with_clock(burst: NonZeroU32, per_second: NonZeroU32, most: usize, clock: C) -> Self {
        let quota = Quota::per_second(per_second).allow_burst(burst);
        let fills_in = quota.burst_size_replenished_in();
        Self(RateLimiter::new(quota, Buckets::new(most, fills_in), clock))
    }

    /// Takes a token of this address; if there is none, how long until there is.
    pub(super) fn take(&self, from: Neighbourhood) -> Result<(), Duration> {
        self.ask(Check { from, takes: true })
    }

    /// What [`Self::take`] would say.
    pub(super) fn look(&self, from: Neighbourhood) -> Result<(), Duration> {
        self.ask(Check { from, takes: false })
    }

    fn ask(&self, asked: Check) -> Result<(), Duration> {
        let refused = self.0.check_key(&asked);
        refused.map_err(|until| until.wait_time_from(self.0.clock().now()))
    }
}

/// governor knows only taking. So the key says whether what it worked out is to
/// be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Check {
    from: Neighbourhood,
    takes: bool,
}

/// governor's own tables grow with the addresses there are.
#[derive(Debug)]
struct Buckets {
    /// When each bucket is full again, the one that was used last first.
    full_at: Mutex<LruCache<Neighbourhood, Nanos, RandomState>>,
    /// In what time an empty bucket fills.
    fills_in: Duration,
}

impl Buckets {
    fn new(most: usize, fills_in: Duration) -> Self {
        let most = NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN);
        // Not lru's own hasher: strangers choose the keys.
        let cache = LruCache::with_hasher(most, RandomState::new());
        Self {
            full_at: Mutex::new(cache),
            fills_in,
        }
    }
}

impl StateStore for Buckets {
    type Key = Check;

    fn measure_and_replace<T, F, E>(&self, key: &Check, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let (outcome, next) = f(buckets.get(&key.from).copied())?;
        if key.takes {
            buckets.put(key.from, next);
            // The time is not told here. This bucket is full at the latest when
            // an empty one would be: so this is not after the present.
            let past = Duration::from_nanos(next.as_u64()).saturating_sub(self.fills_in);
            let is_full = |full_at: &Nanos| Duration::from(*full_at) <= past;
            // A full bucket is as good as none, and an address less to keep.
            while buckets.peek_lru().is_some_and(|(_, at)| is_full(at)) {
                buckets.pop_lru();
            }
        }
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;
    use std::net::IpAddr;

    const SECOND: Duration = Duration::from_secs(1);

    fn rate(clock: &FakeRelativeClock, most: usize) -> Rate<FakeRelativeClock> {
        let number = |n| NonZeroU32::new(n).unwrap();
        Rate::with_clock(number(40), number(2), most, clock.clone())
    }

    fn address(n: u32) -> Neighbourhood {
        IpAddr::from(n.to_be_bytes()).into()
    }

    #[test]
    fn forty_at_once_and_two_a_second_after() {
        let clock = FakeRelativeClock::default();
        let rate = rate(&clock, 8);
        for n in 0..40 {
            assert_eq!(rate.take(address(1)), Ok(()), "{n}");
        }
        assert_eq!(rate.take(address(1)), Err(SECOND / 2));
        assert_eq!(rate.take(address(2)), Ok(()), "another address");
        clock.advance(SECOND);
        assert_eq!(rate.take(address(1)), Ok(()));
        assert_eq!(rate.take(address(1)), Ok(()));
        assert_eq!(rate.take(address(1)), Err(SECOND / 2));
        clock.advance(SECOND * 20);
        for _ in 0..40 {
            assert_eq!(rate.take(address(1)), Ok(()));
        }
        assert!(rate.take(address(1)).is_err());
    }

    #[test]
    fn looking_takes_nothing() {
        let clock = FakeRelativeClock::default();
        let rate = rate(&clock, 8);
        for _ in 0..100 {
            assert_eq!(rate.look(address(1)), Ok(()));
        }
        for _ in 0..40 {
            assert_eq!(rate.take(address(1)), Ok(()));
        }
        assert_eq!(rate.look(address(1)), Err(SECOND / 2));
    }

    #[test]
    fn the_table_is_bounded_and_forgets_the_oldest() {
        let rate = rate(&FakeRelativeClock::default(), 8);
        for n in 0..1_000 {
            assert_eq!(rate.take(address(n)), Ok(()));
        }
        for n in [999, 0] {
            for _ in 0..39 {
                assert_eq!(rate.take(address(n)), Ok(()));
            }
        }
        assert!(rate.take(address(999)).is_err(), "is remembered");
        assert!(rate.take(address(0)).is_ok(), "was forgotten");
        let table = rate.0.into_state_store();
        assert_eq!(table.full_at.lock().unwrap().len(), 8);
    }

    #[test]
    fn an_address_is_forgotten_when_its_bucket_is_full() {
        let clock = FakeRelativeClock::default();
        let rate = rate(&clock, 100);
        for n in 0..50 {
            assert_eq!(rate.take(address(n)), Ok(()));
        }
        clock.advance(SECOND * 30);
        assert_eq!(rate.take(address(50)), Ok(()));
        let table = rate.0.into_state_store();
        assert_eq!(table.full_at.lock().unwrap().len(), 1);
    }

    /// Whoever is refused is not forgotten for it, as if it had not asked.
    #[test]
    fn an_address_that_goes_on_asking_stays_refused() {
        let rate = rate(&FakeRelativeClock::default(), 2);
        for _ in 0..40 {
            assert_eq!(rate.take(address(1)), Ok(()));
        }
        for n in 2..10 {
            assert!(rate.take(address(1)).is_err());
            assert_eq!(rate.take(address(n)), Ok(()));
        }
    }
}
