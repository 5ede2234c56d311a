//! How many frames a second all slugs together may send, and how long a slug
//! therefore waits between two frames: its window.
//!
//! Pure: takes `now`.

use std::time::{Duration, Instant};

/// No window is shorter than this: 20 frames a second are all that an eye needs.
pub const SHORTEST_WINDOW: Duration = Duration::from_millis(50);
/// Frames a second by default: about a quarter of a core.
pub const DEFAULT_FRAMES_PER_SECOND: u32 = 20_000;

/// The budget of frames that all slugs share.
///
/// It is shared out by max-min fairness among the slugs whose window is open:
/// one that needs less than an equal share at the shortest window gets what it
/// needs, and the others share the rest equally. So a post with very many
/// readers slows itself, and not the others.
#[derive(Debug)]
pub struct Budget {
    frames_per_second: f64,
    /// The slugs whose window is open, by the power of two of their audience.
    active: [Group; 64],
}

/// Active slugs of like audience.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    slugs: u64,
    /// The audiences of these slugs, added up.
    frames: u64,
}

impl Budget {
    /// A budget of this many frames a second; at least one.
    pub fn new(frames_per_second: u32) -> Self {
        Self {
            frames_per_second: f64::from(frames_per_second.max(1)),
            active: [Group::default(); 64],
        }
    }

    /// A slug sends a frame to `audience` now, and did so to `previous` when
    /// its window opened, if it is open. Returns when it may send again.
    pub fn spend(&mut self, now: Instant, audience: u64, previous: Option<u64>) -> Instant {
        if let Some(previous) = previous {
            self.rest(previous);
        }
        let group = self.group(audience);
        group.slugs += 1;
        group.frames = group.frames.saturating_add(audience);
        let seconds = audience as f64 * self.seconds_per_frame();
        // An hour is more than any real audience needs, and cannot overflow.
        let window = Duration::from_secs_f64(seconds.min(3600.0));
        now + window.max(SHORTEST_WINDOW)
    }

    /// A slug's window ended and nothing had changed: it is quiet again. It
    /// was opened by a frame to `audience`.
    pub fn rest(&mut self, audience: u64) {
        let group = self.group(audience);
        group.slugs = group.slugs.saturating_sub(1);
        group.frames = group.frames.saturating_sub(audience);
    }

    fn group(&mut self, audience: u64) -> &mut Group {
        &mut self.active[audience.max(1).ilog2() as usize]
    }

    /// How much window each frame costs a slug that is not content with the
    /// shortest: water-filling, from the smallest audiences up.
    fn seconds_per_frame(&self) -> f64 {
        let shortest = SHORTEST_WINDOW.as_secs_f64();
        let mut sharing: u64 = self.active.iter().map(|group| group.slugs).sum();
        let mut left = self.frames_per_second;
        for group in self.active.iter().filter(|group| group.slugs > 0) {
            let mean = group.frames as f64 / group.slugs as f64;
            let needed = group.frames as f64 / shortest;
            let content = mean * sharing as f64 / left < shortest;
            if !content || group.slugs == sharing {
                break;
            }
            sharing -= group.slugs;
            left -= needed;
        }
        sharing as f64 / left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn window(budget: &mut Budget, audience: u64) -> Duration {
        let now = Instant::now();
        budget.spend(now, audience, None) - now
    }

    #[test]
    fn a_small_slug_waits_the_shortest_window() {
        assert_eq!(window(&mut Budget::new(20_000), 10), SHORTEST_WINDOW);
    }

    #[test]
    fn a_large_slug_waits_as_long_as_its_frames_take() {
        let mut budget = Budget::new(20_000);
        let half_second = Duration::from_millis(500);
        assert_eq!(window(&mut budget, 10_000), half_second);
        // The next frame is its own, not another slug's.
        let now = Instant::now();
        assert_eq!(budget.spend(now, 10_000, Some(10_000)) - now, half_second);
    }

    #[test]
    fn a_large_slug_does_not_slow_a_small_one() {
        let mut budget = Budget::new(20_000);
        window(&mut budget, 100_000);
        assert_eq!(window(&mut budget, 3), SHORTEST_WINDOW);
    }

    #[test]
    fn what_a_small_slug_leaves_of_its_share_is_the_large_one_s() {
        let mut budget = Budget::new(20_000);
        window(&mut budget, 100);
        // 100 readers at 20 frames a second leave 18,000 of 20,000.
        assert_eq!(window(&mut budget, 18_000), Duration::from_secs(1));
    }

    #[test]
    fn many_small_slugs_get_what_they_need() {
        let mut budget = Budget::new(20_000);
        for _ in 0..50 {
            window(&mut budget, 10);
        }
        // 500 readers at 20 frames a second leave 10,000 of 20,000.
        assert_eq!(window(&mut budget, 10_000), Duration::from_secs(1));
        assert_eq!(window(&mut budget, 10), SHORTEST_WINDOW);
    }

    #[test]
    fn equal_slugs_share_equally() {
        let mut budget = Budget::new(1_000);
        window(&mut budget, 1_000);
        window(&mut budget, 1_000);
        assert_eq!(window(&mut budget, 1_000), Duration::from_secs(3));
    }

    #[test]
    fn a_slug_that_rests_no_longer_shares() {
        let mut budget = Budget::new(1_000);
        window(&mut budget, 1_000);
        budget.rest(1_000);
        assert_eq!(window(&mut budget, 100), Duration::from_millis(100));
    }

    #[test]
    fn absurd_numbers_do_not_overflow() {
        let mut budget = Budget::new(0);
        for audience in [u64::MAX, u64::MAX, 0, 1] {
            assert!(window(&mut budget, audience) <= Duration::from_secs(3600));
        }
    }

    proptest! {
        /// Slugs that change all the time, each sending whenever its window
        /// ends: over ten minutes they keep to the budget, but for the frames
        /// with which they begin, and use it.
        #[test]
        fn busy_slugs_together_keep_to_the_budget(
            audiences in prop::collection::vec(1u64..3_000, 1..40),
            rate in 1_000u32..30_000,
        ) {
            let start = Instant::now();
            let seconds = 600;
            let end = start + Duration::from_secs(seconds);
            let mut budget = Budget::new(rate);
            let mut due: Vec<_> = audiences.iter().map(|_| (start, None)).collect();
            let mut sent = 0;
            while let Some((i, (now, previous))) = due
                .iter()
                .copied()
                .enumerate()
                .min_by_key(|(_, (at, _))| *at)
                .filter(|(_, (at, _))| *at < end)
            {
                sent += audiences[i];
                due[i] = (budget.spend(now, audiences[i], previous), Some(audiences[i]));
            }
            let beginning: u64 = audiences.iter().sum::<u64>() * 3;
            let allowed = u64::from(rate) * seconds;
            prop_assert!(sent <= allowed + beginning, "{} frames, {} allowed", sent, allowed);
            let wanted: u64 = audiences.iter().map(|n| n * 20 * seconds).sum();
            let used = sent as f64 / wanted.min(allowed) as f64;
            prop_assert!(used > 0.7, "only {} of the budget", used);
        }
    }
}
