//! All rooms there are: around the pure `RoomState` of each it puts the
//! lock, the clock, the storage, and the tasks that store messages, announce members and remove
//! what is old.

mod cleanup;
mod saver;
mod seat;
#[cfg(test)]
mod tests;

pub use super::storage::Retention;
pub(super) use seat::{History, Member, Seat};

use super::{
    protocol::MessageId,
    state::{Moment, RoomState},
    storage::RoomStorage,
};
use crate::counter::{
    condition::Condition, hub::lock, protocol::Slug, schedule::Schedule, shared_load::SharedLoad,
    storage::StorageError, store::Store, supervision::supervise,
};
use jiff::Timestamp;
use saver::Post;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// A handle to all reading rooms; clones are the same. They end when the last handle is dropped.
#[derive(Clone)]
pub struct RoomHub {
    shared: Arc<Shared>,
    saver: Arc<Mutex<Option<JoinHandle<()>>>>,
    _stop: Arc<DropGuard>,
}

struct Shared {
    storage: Arc<dyn RoomStorage>,
    /// Std mutexes, as in a [`Room`]: they are held for a few instructions and never across an
    /// await. This one is taken before a room's.
    rooms: Mutex<HashMap<Slug, Entry>>,
    posts: mpsc::Sender<Post>,
    /// When rooms have something to announce.
    wakes: Schedule,
    last_socket: AtomicU64,
    started: Instant,
    storing_fails: Condition,
    stop: CancellationToken,
}

/// A room, once its last message is known.
type RoomLoad = Arc<SharedLoad<Arc<Room>>>;

/// A room, and how many sockets have a seat in it.
#[derive(Default)]
struct Entry {
    room: RoomLoad,
    seats: usize,
}

/// One room.
struct Room {
    slug: Slug,
    state: Mutex<Scheduled>,
    /// Changes whenever there may be something to send.
    changed: watch::Sender<()>,
}

/// A room's state, and when it is due in [`Shared::wakes`].
struct Scheduled {
    state: RoomState,
    wake: Option<std::time::Instant>,
}

/// Why somebody cannot enter a room.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum EnterError {
    #[error("this room has as many members as it can have")]
    Full,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl RoomHub {
    /// Opens the rooms of this database. Their tasks run on the current tokio runtime until
    /// [`Self::stop`].
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(store: Store, retention: Retention) -> Self {
        Self::with_storage(Arc::new(store), retention)
    }

    fn with_storage(storage: Arc<dyn RoomStorage>, retention: Retention) -> Self {
        let (posts, receiver) = mpsc::channel(saver::MAX_WAITING);
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared {
            storage,
            rooms: Mutex::default(),
            posts,
            wakes: Schedule::default(),
            last_socket: AtomicU64::default(),
            started: Instant::now(),
            storing_fails: Condition::default(),
            stop: stop.clone(),
        });
        let task = Arc::clone(&shared);
        supervise(stop.clone(), "announcing members", move || {
            wake(Arc::clone(&task))
        });
        let task = Arc::clone(&shared);
        supervise(stop.clone(), "removing old messages", move || {
            cleanup::run(Arc::clone(&task), retention)
        });
        let task = Arc::clone(&shared);
        let receiver = Arc::new(tokio::sync::Mutex::new(receiver));
        let saver = supervise(stop.clone(), "storing messages", move || {
            saver::run(Arc::clone(&task), Arc::clone(&receiver))
        });
        Self {
            shared,
            saver: Arc::new(Mutex::new(Some(saver))),
            _stop: Arc::new(stop.drop_guard()),
        }
    }

    /// A seat for one more socket in the room of this slug.
    ///
    /// # Errors
    /// If the room is full, or cannot be read.
    pub(super) async fn enter(&self, slug: &Slug) -> Result<Seat, EnterError> {
        Seat::take(Arc::clone(&self.shared), slug).await
    }

    /// Stores the messages that wait, and stops. It is called when no socket is open any more,
    /// and takes as long as the storage, at most `limit`.
    pub async fn stop(&self, limit: Duration) {
        self.shared.stop.cancel();
        let saver = lock(&self.saver).take();
        let Some(saver) = saver else { return };
        if timeout(limit, saver).await.is_err() {
            tracing::error!(
                "messages of the reading rooms could not be stored in time; their pages say so"
            );
        }
    }

    /// How many rooms somebody is in.
    #[cfg(test)]
    fn rooms(&self) -> usize {
        lock(&self.shared.rooms).len()
    }
}

impl Shared {
    fn room(&self, slug: &Slug) -> Option<Arc<Room>> {
        lock(&self.rooms).get(slug)?.room.get().cloned()
    }

    /// Drops a room that nobody is in.
    fn retire(&self, slug: &Slug) {
        let mut rooms = lock(&self.rooms);
        let is_unused =
            |entry: &Entry| entry.seats == 0 && entry.room.get().is_none_or(|room| room.is_empty());
        if rooms.get(slug).is_some_and(is_unused) {
            rooms.remove(slug);
        }
    }

    /// Whether pages may return that were members before the server was restarted.
    fn has_just_started(&self) -> bool {
        self.started.elapsed() < super::members::RESUME_TIMEOUT
    }

    fn next_socket(&self) -> u64 {
        self.last_socket.fetch_add(1, Ordering::Relaxed)
    }
}

impl Room {
    fn new(slug: Slug, last_id: MessageId) -> Arc<Self> {
        Arc::new(Self {
            slug,
            state: Mutex::new(Scheduled {
                state: RoomState::new(last_id),
                wake: None,
            }),
            changed: watch::Sender::new(()),
        })
    }

    /// Does something with the room, and has its sockets look at what there is to send.
    fn update<T>(&self, shared: &Shared, update: impl FnOnce(&mut RoomState, Moment) -> T) -> T {
        let now = now();
        let mut scheduled = lock(&self.state);
        let updated = update(&mut scheduled.state, now);
        let due = scheduled.state.due(now.instant);
        shared.wakes.set(&self.slug, &mut scheduled.wake, due);
        drop(scheduled);
        self.changed.send_replace(());
        updated
    }

    fn last_id(&self) -> MessageId {
        lock(&self.state).state.last_id()
    }

    fn is_empty(&self) -> bool {
        lock(&self.state).state.is_empty()
    }
}

/// Announces what had to wait, and removes members who did not return.
async fn wake(shared: Arc<Shared>) {
    loop {
        let due = tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            due = shared.wakes.due(Duration::ZERO) => due,
        };
        for slug in due {
            if let Some(room) = shared.room(&slug) {
                // It was taken out of the schedule.
                lock(&room.state).wake = None;
                room.update(&shared, RoomState::tick);
                shared.retire(&slug);
            }
        }
    }
}

/// The moment, by tokio's clock, which tests can stop, and by the calendar.
fn now() -> Moment {
    Moment {
        instant: Instant::now().into_std(),
        timestamp: Timestamp::now().as_millisecond(),
    }
}
