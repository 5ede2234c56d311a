//! A condition that lasts for a while, such as a database that cannot be read: the log
//! says when it begins and when it ends, not each time it is met.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// A condition that comes and goes within this time of its last announcement is not
/// announced again: whoever can cause it could fill the log.
const QUIET: Duration = Duration::from_secs(60);

/// Tells its caller when a condition is to be logged. Any thread may report to it.
#[derive(Debug, Default)]
pub(crate) struct Condition {
    /// A std mutex: it is held for a few instructions and never across an await.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// `None` while the condition does not hold.
    since: Option<Instant>,
    /// Whether the beginning was announced, so that its end is announced too.
    announced: bool,
    last_announced: Option<Instant>,
}

impl Condition {
    /// Records that the condition holds. Returns whether to log it: the first time, or,
    /// where it began soon after an earlier one, as soon as [`QUIET`] has passed.
    pub(crate) fn begins(&self) -> bool {
        let now = Instant::now();
        let mut state = self.state();
        state.since.get_or_insert(now);
        let is_quiet = state
            .last_announced
            .is_none_or(|last| now.saturating_duration_since(last) >= QUIET);
        if state.announced || !is_quiet {
            return false;
        }
        state.announced = true;
        state.last_announced = Some(now);
        true
    }

    /// Records that the condition does not hold. Returns how long it held if it ended
    /// now and its beginning was logged, so that its end is to be logged too.
    pub(crate) fn ends(&self) -> Option<Duration> {
        let mut state = self.state();
        let since = state.since.take()?;
        std::mem::take(&mut state.announced).then(|| since.elapsed())
    }

    /// How long the condition has held; `None` if it does not.
    pub(crate) fn lasts(&self) -> Option<Duration> {
        self.state().since.map(|since| since.elapsed())
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_condition_is_logged_when_it_begins_and_when_it_ends() {
        let condition = Condition::default();
        assert_eq!(condition.ends(), None, "it never began");
        assert!(condition.begins());
        advance(Duration::from_secs(3)).await;
        assert!(!condition.begins(), "it holds already");
        assert_eq!(condition.lasts(), Some(Duration::from_secs(3)));
        assert_eq!(condition.ends(), Some(Duration::from_secs(3)));
        assert_eq!((condition.ends(), condition.lasts()), (None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_condition_that_comes_and_goes_is_logged_once_a_minute() {
        let condition = Condition::default();
        let mut lines = 0;
        for _ in 0..600 {
            lines += u32::from(condition.begins());
            lines += u32::from(condition.ends().is_some());
            advance(Duration::from_millis(100)).await;
        }
        assert_eq!(lines, 2);
        assert!(condition.begins(), "a minute later");
    }

    #[tokio::test(start_paused = true)]
    async fn a_condition_that_lasts_is_logged_although_it_began_soon_after_another() {
        let condition = Condition::default();
        assert!(condition.begins());
        advance(Duration::from_secs(1)).await;
        assert!(condition.ends().is_some());
        advance(Duration::from_secs(1)).await;
        assert!(!condition.begins());
        advance(QUIET).await;
        assert!(condition.begins(), "it lasts");
        assert!(!condition.begins());
        assert_eq!(condition.ends(), Some(QUIET));
    }
}
