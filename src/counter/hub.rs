//! The hub: the one place that knows every slug's readers and total.
//!
//! Around the pure [`Tally`](super::tally::Tally) of each slug it puts what a
//! tally must not know: the lock, the clock, the audience, and three background
//! tasks: one sends late frames, one saves, one follows what the owner corrects. One
//! that panics is started again.
//! A slug's tally exists while somebody reads or watches it, has views to save,
//! or is remembered; then it is dropped, so that memory follows the posts being
//! read and not the posts there are.

mod audience;
mod corrections;
mod days;
mod last_handle;
mod lately;
mod many;
mod overview;
mod reader_guard;
mod reading;
mod room;
mod rooms;
mod saver;
mod subscription;
mod unsaved;

#[cfg(test)]
mod save_steps;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

pub use audience::Outlet;
pub use overview::Overview;
pub use reader_guard::ReaderGuard;
pub use subscription::{Door, News, Subscription};
pub use unsaved::Unsaved;

use super::{
    budget::{Budget, DEFAULT_FRAMES_PER_SECOND},
    condition::Condition,
    metrics::Metrics,
    protocol::{Counts, Slug},
    schedule::Schedule,
    storage::{Storage, StorageError},
    supervision::supervise,
    tally::{Delta, SavePolicy},
};
use last_handle::LastHandle;
use reading::Reading;
use room::Room;
use rooms::Rooms;
use saver::Saver;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

/// What a hub can be told.
#[derive(Clone, Copy, Debug)]
pub struct HubSettings {
    /// Frames a second that all slugs together may send.
    pub frames_per_second: u32,
}

impl Default for HubSettings {
    fn default() -> Self {
        Self {
            frames_per_second: DEFAULT_FRAMES_PER_SECOND,
        }
    }
}

/// A handle to the hub; clones are the same hub.
#[derive(Clone)]
pub struct Hub {
    shared: Arc<Shared>,
    _last: Arc<LastHandle>,
}

/// Locks are taken in the order of the fields: `rooms`, a room's seats, those of the
/// site, `budget`.
struct Shared {
    storage: Arc<dyn Storage>,
    /// Where tasks are spawned: readers may come and go on threads without a runtime.
    runtime: Handle,
    reading: Reading,
    policy: SavePolicy,
    rooms: Mutex<Rooms>,
    /// The room of pages without a post, which is always there and none of `rooms`.
    site: Arc<Room>,
    budget: Mutex<Budget>,
    /// Ends of windows and of memories.
    wakes: Schedule,
    /// Deadlines of unsaved views.
    saves: Schedule,
    saver: tokio::sync::Mutex<Saver>,
    /// Why the last save failed; `None` when it did not.
    save_problem: Mutex<Option<String>>,
    save_fails: Condition,
    metrics: Metrics,
    /// The end of saving by itself, and the end of all.
    stop_saving: CancellationToken,
    stop: CancellationToken,
}

impl Hub {
    /// A hub over this storage. Its tasks run on the current tokio runtime
    /// until [`Self::save_and_stop`] or until the last handle is dropped.
    ///
    /// Call [`Self::save_and_stop`] at the end. Where the last handle is dropped without
    /// it, the drop saves what there is: it blocks its thread meanwhile, some
    /// milliseconds as a rule and at most twelve seconds, and logs what it could not save.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(storage: Arc<dyn Storage>, settings: HubSettings) -> Self {
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared {
            policy: storage.policy(),
            reading: Reading::of(Arc::clone(&storage)),
            storage,
            runtime: Handle::current(),
            rooms: Mutex::default(),
            site: Room::of_site(),
            budget: Mutex::new(Budget::new(settings.frames_per_second)),
            wakes: Schedule::default(),
            saves: Schedule::default(),
            saver: tokio::sync::Mutex::default(),
            save_problem: Mutex::default(),
            save_fails: Condition::default(),
            metrics: Metrics::new(),
            stop_saving: stop.child_token(),
            stop: stop.clone(),
        });
        shared.supervise("sending late frames", wake);
        shared.supervise("saving views", saver::run);
        shared.supervise("following corrections", corrections::run);
        Self {
            _last: Arc::new(LastHandle::new(Arc::clone(&shared))),
            shared,
        }
    }

    /// A slug's numbers: the hub's if it has them, else the stored, which are asked
    /// for once a second at most.
    ///
    /// # Errors
    /// If they are stored and the storage cannot be read.
    pub async fn counts(&self, slug: &Slug) -> Result<Counts, StorageError> {
        loop {
            if let Some(counts) = lock(&self.shared.rooms).known(slug, now()) {
                return Ok(counts);
            }
            if let Some(room) = self.shared.room_or_coming(slug).await? {
                return Ok(room.seats().tally.counts());
            }
            let read_at = now();
            let total = self.shared.reading.total(slug).await?;
            let mut rooms = lock(&self.shared.rooms);
            // Somebody may have come in meanwhile, with a total that was read a
            // moment before ours: then it is theirs that everyone sees.
            if !rooms.contains(slug) {
                return Ok(rooms.tell(slug, total, read_at, now()));
            }
        }
    }

    /// How many read anything on the site.
    pub fn visitors(&self) -> u64 {
        self.shared.site.seats().tally.live()
    }

    /// The way in to a slug, with its total loaded: a reader or watcher can
    /// then be added without waiting.
    ///
    /// # Errors
    /// If the total is not loaded yet and the storage cannot be read.
    #[doc(hidden)]
    pub async fn open(&self, slug: &Slug) -> Result<Door, StorageError> {
        Door::open(Arc::clone(&self.shared), slug).await
    }

    /// Why views are not being saved at present; none when all is well.
    pub(crate) fn save_problem(&self) -> Option<String> {
        lock(&self.shared.save_problem).clone()
    }

    /// Why the storage cannot be used in full at present: views are not saved, or cannot
    /// be read, or the file is not where it was. `None` when all is well.
    pub fn storage_problem(&self) -> Option<String> {
        self.save_problem()
            .or_else(|| self.shared.reading.problem())
    }

    /// The instruments of this hub and of what is around it.
    pub(super) fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// The views that are not known to be saved, by slug and UTC day.
    #[doc(hidden)]
    pub fn unsaved_views(&self) -> BTreeMap<Slug, Delta> {
        let rooms = lock(&self.shared.rooms).all();
        let unsaved = rooms.into_iter().filter_map(|room| {
            let delta = room.seats().tally.unsaved_days();
            (delta.views() > 0).then(|| (room.slug.clone(), delta))
        });
        unsaved.collect()
    }

    /// How many slugs are held in memory.
    pub(crate) fn slugs_held(&self) -> usize {
        lock(&self.shared.rooms).len()
    }

    /// Saves every view now, trying again until `patience` has passed; a try that runs
    /// then is waited for six seconds more, and is never cancelled. After it the hub
    /// saves nothing by itself any more: it is called when no new view can come, and
    /// once again when the last reader is gone. Frames are still sent.
    ///
    /// # Errors
    /// If some views could not be saved.
    pub async fn save_and_stop(&self, patience: Duration) -> Result<(), Unsaved> {
        self.shared.stop_saving.cancel();
        saver::save_to_the_end(&self.shared, deadline_after(patience)).await
    }

    /// As [`Self::save_and_stop`], where another save follows: a try that runs when
    /// `patience` has passed, or when this is cancelled, goes on.
    pub(super) async fn begin_to_save_and_stop(&self, patience: Duration) -> Result<(), Unsaved> {
        self.shared.stop_saving.cancel();
        saver::save_until(&self.shared, deadline_after(patience)).await
    }
}

/// So long from now, by tokio's clock.
fn deadline_after(patience: Duration) -> tokio::time::Instant {
    tokio::time::Instant::now() + patience
}

impl Shared {
    /// Runs a background task.
    fn supervise<F>(
        self: &Arc<Self>,
        doing: &'static str,
        task: impl Fn(Arc<Self>) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let shared = Arc::clone(self);
        supervise(self.stop.clone(), doing, move || task(Arc::clone(&shared)));
    }

    fn room(&self, slug: &Slug) -> Option<Arc<Room>> {
        if slug.is_site() {
            return Some(Arc::clone(&self.site));
        }
        lock(&self.rooms).get(slug)
    }

    /// The room of a slug, if there is one, or somebody is on the way in: then
    /// waits until its total has been loaded.
    async fn room_or_coming(&self, slug: &Slug) -> Result<Option<Arc<Room>>, StorageError> {
        let Some(loading) = lock(&self.rooms).loading(slug) else {
            return Ok(None);
        };
        let load = async || Room::load(self, slug.clone()).await;
        Ok(Some(loading.wait(load).await?))
    }

    /// Enters the deadlines of all rooms in the schedules again. A background task that
    /// failed took some of them out and did nothing about them.
    fn reschedule(&self) {
        let mut rooms = lock(&self.rooms).all();
        rooms.push(Arc::clone(&self.site));
        for room in rooms {
            room.reschedule(self, now());
        }
    }

    /// Drops a slug that has nothing left to hold.
    fn retire(&self, slug: &Slug) {
        lock(&self.rooms).retire(slug, now());
    }
}

/// Sends the frames that had to wait for their window, and forgets.
async fn wake(shared: Arc<Shared>) {
    shared.reschedule();
    loop {
        let due = tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            due = shared.wakes.due(Duration::ZERO) => due,
        };
        for slug in due {
            let Some(room) = shared.room(&slug) else {
                continue;
            };
            let idle = room.woken(&shared, now());
            if idle {
                shared.retire(&slug);
            }
        }
    }
}

/// The moment, by tokio's clock, which tests can stop.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Locks a mutex that no panic poisons: what it guards is whole at every step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
