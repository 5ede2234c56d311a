//! One load of a room that everyone who comes meanwhile shares, also if it fails: a
//! storage that hangs is not asked once for each of them, one after the other.

use super::room::Room;
use crate::counter::storage::StorageError;
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU64, Ordering::SeqCst},
};
use tokio::sync::Mutex;

/// A room, once its total has been loaded.
#[derive(Default)]
pub(super) struct RoomLoad {
    room: OnceLock<Arc<Room>>,
    /// Why the last load failed. Held by the one that loads.
    last_error: Mutex<Option<StorageError>>,
    /// How many loads failed, for those who begin to wait.
    failures: AtomicU64,
}

impl RoomLoad {
    /// The room, if it is loaded.
    pub(super) fn get(&self) -> Option<&Arc<Room>> {
        self.room.get()
    }

    /// The room: loads it, or waits for the load that is under way.
    ///
    /// # Errors
    /// If that load failed. Whoever comes after it tries anew.
    pub(super) async fn wait(
        &self,
        load: impl AsyncFnOnce() -> Result<Arc<Room>, StorageError>,
    ) -> Result<Arc<Room>, StorageError> {
        if let Some(room) = self.room.get() {
            return Ok(Arc::clone(room));
        }
        let failures = self.failures.load(SeqCst);
        let mut last_error = self.last_error.lock().await;
        if let Some(room) = self.room.get() {
            return Ok(Arc::clone(room));
        }
        if self.failures.load(SeqCst) != failures
            && let Some(error) = &*last_error
        {
            return Err(error.clone());
        }
        match load().await {
            Ok(room) => Ok(Arc::clone(self.room.get_or_init(|| room))),
            Err(error) => {
                *last_error = Some(error.clone());
                self.failures.fetch_add(1, SeqCst);
                Err(error)
            }
        }
    }
}
