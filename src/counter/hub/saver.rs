//! Saving: the slugs that are due, in batches of a bounded size, one batch at a time,
//! and a batch that failed again and again until it is known to be committed.
//!
//! Each try of a batch is a task of its own. Whoever gives up waiting for it, the stop
//! for example, does not cancel it in the middle of a COMMIT; the next one who saves
//! waits for the same try. A storage that panics is a try that failed.

use super::{Shared, lock, now, room::Room, unsaved::Unsaved};
use crate::counter::{
    protocol::Slug,
    storage::{Batch, StorageError, StorageErrorKind},
    tally::{Delta, SavePolicy},
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    task::{JoinError, JoinHandle},
    time::{Instant, sleep, sleep_until, timeout, timeout_at},
};

/// The first wait after a failed save; it doubles up to the longest.
const FIRST_RETRY: Duration = Duration::from_millis(250);
const LONGEST_RETRY: Duration = Duration::from_secs(10);
/// The longest wait while the hub stops: there is no time to sleep through.
const LONGEST_RETRY_AT_STOP: Duration = Duration::from_secs(1);

/// What may be left of a try that runs when the time to save is over. SQLite waits 5 s
/// for another process's lock.
const LAST_TRY_TIMEOUT: Duration = Duration::from_secs(6);

/// Where views are saved before they are shown, a batch begins this long after
/// the one before at the earliest: a rush shares its commits, each of which
/// waits for the disk.
const GROUP_EVERY: Duration = Duration::from_millis(50);

/// A batch takes along what would be due within this time: many slugs with few views
/// each would else be a transaction each. So there are at most four a second, and
/// none is late for it.
const DUE_SOON: Duration = Duration::from_millis(250);

/// The most slugs of one transaction. Where time runs out, those of the transactions
/// before are saved; and no other process waits long for the lock.
const MAX_BATCH_SLUGS: usize = 1_000;

/// The batch that is under way, if there is one.
#[derive(Default)]
pub(super) struct Saver {
    last_number: i64,
    pending: Option<Pending>,
}

struct Pending {
    batch: Arc<Batch>,
    rooms: Vec<Arc<Room>>,
    running: Option<Try>,
}

/// A try to commit a batch.
struct Try {
    task: JoinHandle<Result<HashMap<Slug, u64>, StorageError>>,
    began: Instant,
}

/// Saves what is due, until the hub stops.
pub(super) async fn run(shared: Arc<Shared>) {
    shared.reschedule();
    tokio::select! {
        biased;
        () = shared.stop_saving.cancelled() => return,
        // A batch that a run before this one left, if it failed.
        () = save(&shared, Vec::new()) => {}
    }
    loop {
        let due = tokio::select! {
            biased;
            () = shared.stop_saving.cancelled() => return,
            due = shared.saves.due(DUE_SOON) => due,
        };
        let began = Instant::now();
        let rooms: Vec<_> = due.iter().filter_map(|slug| shared.room(slug)).collect();
        rooms.iter().for_each(|room| room.save_is_due());
        tokio::select! {
            () = save(&shared, rooms) => {}
            // A batch that is under way stays, and the last save takes it up.
            () = shared.stop_saving.cancelled() => return,
        }
        if shared.policy == SavePolicy::BeforeShown {
            tokio::select! {
                () = sleep_until(began + GROUP_EVERY) => {}
                () = shared.stop_saving.cancelled() => return,
            }
        }
    }
}

/// Saves these rooms, however long it takes.
async fn save(shared: &Shared, rooms: Vec<Arc<Room>>) {
    let mut saver = shared.saver.lock().await;
    saver.persist(shared, LONGEST_RETRY).await;
    let mut rooms = rooms.into_iter();
    while saver.collect(shared, &mut rooms) {
        saver.persist(shared, LONGEST_RETRY).await;
    }
}

/// Saves all there is, and begins no try after `deadline`. One that runs then goes on,
/// and is waited for by the next who saves.
pub(super) async fn save_until(shared: &Shared, deadline: Instant) -> Result<(), Unsaved> {
    let Ok(mut saver) = timeout_at(deadline, shared.saver.lock()).await else {
        return Err(Unsaved::of(shared, "another save has not ended"));
    };
    let all_saved = saver.save_all(shared);
    if timeout_at(deadline, all_saved).await.is_err() {
        return Err(saver.unsaved(shared));
    }
    Ok(())
}

/// As [`save_until`], and waits for the try that runs at the deadline: the last save.
pub(super) async fn save_to_the_end(shared: &Shared, deadline: Instant) -> Result<(), Unsaved> {
    let Err(unsaved) = save_until(shared, deadline).await else {
        return Ok(());
    };
    let Ok(mut saver) = shared.saver.try_lock() else {
        return Err(unsaved);
    };
    let last = saver.finish_running_try(shared);
    // What is said below is said of what it left.
    let _ = timeout(LAST_TRY_TIMEOUT, last).await;
    let unsaved = saver.unsaved(shared);
    if unsaved.views > 0 {
        return Err(unsaved);
    }
    Ok(())
}

impl Saver {
    /// Whether the outcome of a batch is not known.
    pub(super) fn has_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Saves what is under way, and then all that came since.
    async fn save_all(&mut self, shared: &Shared) {
        self.persist(shared, LONGEST_RETRY_AT_STOP).await;
        let mut rooms = lock(&shared.rooms).all().into_iter();
        while self.collect(shared, &mut rooms) {
            self.persist(shared, LONGEST_RETRY_AT_STOP).await;
        }
    }

    /// Makes a batch of the unsaved views of the next of these rooms, as many as a
    /// transaction may have. Returns whether there are any. No batch may be pending.
    fn collect(&mut self, shared: &Shared, rooms: &mut impl Iterator<Item = Arc<Room>>) -> bool {
        let unsaved = rooms.filter_map(|room| {
            let delta: Delta = room.start_save(shared, now())?;
            let of_slug = (room.slug.clone(), delta);
            Some((room, of_slug))
        });
        let (rooms, deltas): (Vec<_>, Vec<_>) = unsaved.take(MAX_BATCH_SLUGS).unzip();
        if rooms.is_empty() {
            return false;
        }
        self.last_number += 1;
        self.pending = Some(Pending {
            batch: Arc::new(Batch {
                number: self.last_number,
                deltas,
            }),
            rooms,
            running: None,
        });
        true
    }

    /// Tries until the pending batch is committed. Cancelling this keeps it.
    async fn persist(&mut self, shared: &Shared, longest_retry: Duration) {
        let mut wait = FIRST_RETRY;
        while let Err(error) = self.attempt(shared).await {
            self.failed(shared, &error);
            sleep(wait).await;
            wait = (wait * 2).min(longest_retry);
        }
    }

    /// Waits for the try that is running, if there is one, and begins no other.
    async fn finish_running_try(&mut self, shared: &Shared) {
        let is_running = self.pending.as_ref().is_some_and(|p| p.running.is_some());
        if is_running && let Err(error) = self.attempt(shared).await {
            self.failed(shared, &error);
        }
    }

    fn failed(&self, shared: &Shared, error: &StorageError) {
        shared.metrics.save_failures.inc();
        *lock(&shared.save_problem) = Some(error.to_string());
        // Once, not at every try: the retries are the same failure.
        // And the store itself logs that its file is another one.
        if shared.save_fails.begins() && error.kind() != StorageErrorKind::Replaced {
            tracing::error!(%error, "views cannot be saved; they are kept and tried again");
        }
    }

    /// One try to commit the pending batch, or the one that is running. Cancelling this
    /// does not cancel the try.
    async fn attempt(&mut self, shared: &Shared) -> Result<(), StorageError> {
        let Some(pending) = &mut self.pending else {
            return Ok(());
        };
        let running = pending
            .running
            .get_or_insert_with(|| Try::start(shared, &pending.batch));
        let outcome = (&mut running.task).await;
        let took = running.began.elapsed();
        pending.running = None;
        let totals = outcome.unwrap_or_else(|error| Err(failure_of(error)))?;
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
        *lock(&shared.save_problem) = None;
        if let Some(lasted) = shared.save_fails.ends() {
            tracing::info!(failed_for_s = lasted.as_secs(), "views are saved again");
        }
        Ok(())
    }

    /// What is not saved, and why.
    fn unsaved(&self, shared: &Shared) -> Unsaved {
        let running = self.pending.as_ref().and_then(|p| p.running.as_ref());
        match running {
            Some(running) => {
                let seconds = running.began.elapsed().as_secs();
                let reason = format!("the database has not answered for {seconds} s");
                Unsaved::of(shared, &reason)
            }
            None => Unsaved::of(shared, "there was no time left"),
        }
    }
}

impl Try {
    fn start(shared: &Shared, batch: &Arc<Batch>) -> Self {
        let (storage, batch) = (Arc::clone(&shared.storage), Arc::clone(batch));
        Self {
            task: tokio::spawn(async move { storage.add(&batch).await }),
            began: Instant::now(),
        }
    }
}

/// What it means that a try ended without an answer. Whether it was committed is not
/// known: the next try has the same number.
fn failure_of(error: JoinError) -> StorageError {
    let problem = match error.is_panic() {
        true => "the storage panicked",
        false => "the runtime shut down",
    };
    StorageError::new("saving views", problem)
}
