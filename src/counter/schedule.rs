//! Which slug is due when: one task sleeps until the earliest moment, however
//! many slugs there are.

use super::protocol::Slug;
use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// Moments by slug, at most one each.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    /// A std mutex: it is held for a few instructions and never across an await.
    moments: Mutex<BTreeSet<(std::time::Instant, Slug)>>,
    earlier: Notify,
}

impl Schedule {
    /// Moves a slug from one moment to another. `current` is kept by the
    /// caller, beside what the moment is derived from.
    pub(crate) fn set(
        &self,
        slug: &Slug,
        current: &mut Option<std::time::Instant>,
        next: Option<std::time::Instant>,
    ) {
        if *current == next {
            return;
        }
        let mut moments = self.lock();
        if let Some(at) = current.take() {
            moments.remove(&(at, slug.clone()));
        }
        if let Some(at) = next {
            let first = moments.first().is_none_or(|(earliest, _)| at < *earliest);
            moments.insert((at, slug.clone()));
            *current = next;
            if first {
                self.earlier.notify_one();
            }
        }
    }

    /// Waits until some slug is due, and takes out all that are or will be so `soon`.
    /// Cancelling this loses none.
    pub(crate) async fn due(&self, soon: Duration) -> Vec<Slug> {
        loop {
            let earlier = self.earlier.notified();
            let (due, next) = self.take_due(Instant::now().into_std(), soon);
            if !due.is_empty() {
                return due;
            }
            match next {
                Some(at) => tokio::select! {
                    () = sleep_until(Instant::from_std(at)) => {}
                    () = earlier => {}
                },
                None => earlier.await,
            }
        }
    }

    /// Nothing is due before the moment that is returned, if there is one.
    fn take_due(
        &self,
        now: std::time::Instant,
        soon: Duration,
    ) -> (Vec<Slug>, Option<std::time::Instant>) {
        let mut moments = self.lock();
        let first = moments.first().map(|(at, _)| *at);
        if first.is_none_or(|at| at > now) {
            return (Vec::new(), first);
        }
        let mut due = Vec::new();
        while moments.first().is_some_and(|(at, _)| *at <= now + soon) {
            due.extend(moments.pop_first().map(|(_, slug)| slug));
        }
        (due, None)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<(std::time::Instant, Slug)>> {
        // Nothing panics while it is held; and a set is whole at every step.
        self.moments.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
