//! Saving: all slugs that are due in one batch, one batch at a time, and a
//! batch that failed again and again until it is known to be committed.

use super::{Shared, Unsaved, lock, now, room::Room};
use crate::counter::{
    storage::{Batch, StorageError},
    tally::{Delta, SavePolicy},
};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

/// The first wait after a failed save; it doubles up to the longest.
const FIRST_RETRY: Duration = Duration::from_millis(250);
const LONGEST_RETRY: Duration = Duration::from_secs(10);

/// Where views are saved before they are shown, a batch begins this long after
/// the one before at the earliest: a rush shares its commits, each of which
/// waits for the disk.
const GROUP_EVERY: Duration = Duration::from_millis(50);

/// A batch takes along what would be due within this time: many slugs with few views
/// each would else be a transaction each. So there are at most four a second, and
/// none is late for it.
const DUE_SOON: Duration = Duration::from_millis(250);

/// The batch that is under way, if there is one.
#[derive(Default)]
pub(super) struct Saver {
    last_number: i64,
    pending: Option<Pending>,
}

struct Pending {
    batch: Batch,
    rooms: Vec<Arc<Room>>,
}

/// Saves what is due, until the hub stops.
pub(super) async fn run(shared: Arc<Shared>) {
    loop {
        let due = tokio::select! {
            biased;
            () = shared.stop_saving.cancelled() => return,
            due = shared.saves.due(DUE_SOON) => due,
        };
        let begun = Instant::now();
        let rooms: Vec<_> = due.iter().filter_map(|slug| shared.room(slug)).collect();
        rooms.iter().for_each(|room| room.save_is_due());
        let mut saver = shared.saver.lock().await;
        saver.collect(&shared, rooms);
        tokio::select! {
            () = saver.persist(&shared) => {}
            // The batch stays, and the last save takes it up.
            () = shared.stop_saving.cancelled() => return,
        }
        drop(saver);
        if shared.policy == SavePolicy::BeforeShown {
            tokio::select! {
                () = sleep_until(begun + GROUP_EVERY) => {}
                () = shared.stop_saving.cancelled() => return,
            }
        }
    }
}

/// Saves all there is, trying again until `patience` has passed.
pub(super) async fn save_all(shared: &Arc<Shared>, patience: Duration) -> Result<(), Unsaved> {
    let deadline = Instant::now() + patience;
    let Ok(mut saver) = timeout_at(deadline, shared.saver.lock()).await else {
        return Err(unsaved(shared));
    };
    // First what is under way, then all that came since.
    for _ in 0..2 {
        let rooms = lock(&shared.rooms).all();
        saver.collect(shared, rooms);
        if timeout_at(deadline, saver.persist(shared)).await.is_err() {
            return Err(unsaved(shared));
        }
    }
    Ok(())
}

fn unsaved(shared: &Shared) -> Unsaved {
    let rooms = lock(&shared.rooms).all();
    Unsaved {
        views: rooms.iter().map(|room| room.seats().tally.unsaved()).sum(),
        problem: lock(&shared.save_problem).clone().unwrap_or_default(),
    }
}

impl Saver {
    /// Makes a batch of the unsaved views of these rooms, unless one is still
    /// pending: that one goes first.
    fn collect(&mut self, shared: &Shared, rooms: Vec<Arc<Room>>) {
        if self.pending.is_some() {
            return;
        }
        let started: Vec<(Arc<Room>, Delta)> = rooms
            .into_iter()
            .filter_map(|room| {
                let delta = room.start_save(shared, now())?;
                Some((room, delta))
            })
            .collect();
        if started.is_empty() {
            return;
        }
        self.last_number += 1;
        let (rooms, deltas) = started
            .into_iter()
            .map(|(room, delta)| {
                let slug = room.slug.clone();
                (room, (slug, delta))
            })
            .unzip();
        let number = self.last_number;
        self.pending = Some(Pending {
            batch: Batch { number, deltas },
            rooms,
        });
    }

    /// Tries until the pending batch is committed. Cancelling this keeps it.
    async fn persist(&mut self, shared: &Shared) {
        let mut wait = FIRST_RETRY;
        while let Err(error) = self.attempt(shared).await {
            shared.metrics.save_failures.inc();
            // Once, not at every try: the retries are the same failure.
            let before = lock(&shared.save_problem).replace(error.to_string());
            if before.is_none() {
                tracing::error!(%error, "views cannot be saved; they are kept and tried again");
            }
            sleep(wait).await;
            wait = (wait * 2).min(LONGEST_RETRY);
        }
        if lock(&shared.save_problem).take().is_some() {
            tracing::info!("views are saved again");
        }
    }

    async fn attempt(&mut self, shared: &Shared) -> Result<(), StorageError> {
        let Some(pending) = &self.pending else {
            return Ok(());
        };
        let started = Instant::now();
        let totals = shared.storage.add(&pending.batch).await?;
        let took = started.elapsed();
        shared.metrics.save_seconds.observe(took.as_secs_f64());
        tracing::debug!(
            slugs = pending.rooms.len(),
            duration_ms = took.as_millis(),
            "saved"
        );
        for room in self.pending.take().into_iter().flat_map(|p| p.rooms) {
            let total = totals.get(&room.slug).copied().unwrap_or(0);
            room.saved(shared, total, now());
            shared.retire(&room.slug);
        }
        Ok(())
    }
}
