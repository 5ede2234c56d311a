//! One load from the storage that everyone who comes meanwhile shares, also if it fails: a
//! storage that hangs is not asked once for each of them, one after the other.

use super::storage::StorageError;
use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering::SeqCst},
};
use tokio::sync::Mutex;

/// A value, once it has been loaded.
pub(crate) struct SharedLoad<T> {
    value: OnceLock<T>,
    /// Why the last load failed. Held by the one that loads.
    last_error: Mutex<Option<StorageError>>,
    /// How many loads failed, for those who begin to wait.
    failures: AtomicU64,
}

impl<T> Default for SharedLoad<T> {
    fn default() -> Self {
        Self {
            value: OnceLock::new(),
            last_error: Mutex::default(),
            failures: AtomicU64::default(),
        }
    }
}

impl<T: Clone> SharedLoad<T> {
    /// The value, if it is loaded.
    pub(crate) fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// The value: loads it, or waits for the load that is under way.
    ///
    /// # Errors
    /// If that load failed. Whoever comes after it tries anew.
    pub(crate) async fn wait(
        &self,
        load: impl AsyncFnOnce() -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        if let Some(value) = self.value.get() {
            return Ok(value.clone());
        }
        let failures = self.failures.load(SeqCst);
        let mut last_error = self.last_error.lock().await;
        if let Some(value) = self.value.get() {
            return Ok(value.clone());
        }
        if self.failures.load(SeqCst) != failures
            && let Some(error) = &*last_error
        {
            return Err(error.clone());
        }
        match load().await {
            Ok(value) => Ok(self.value.get_or_init(|| value).clone()),
            Err(error) => {
                *last_error = Some(error.clone());
                self.failures.fetch_add(1, SeqCst);
                Err(error)
            }
        }
    }
}
