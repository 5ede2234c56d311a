//! Reading totals, and telling once when that fails: whoever asks can ask as often
//! as they like, and is not to fill the log.

use crate::counter::{
    condition::Condition,
    protocol::Slug,
    storage::{Days, Storage, StorageError},
};
use std::{collections::HashMap, sync::Arc};

/// The stored totals.
pub(super) struct Reading {
    storage: Arc<dyn Storage>,
    fails: Condition,
}

impl Reading {
    pub(super) fn of(storage: Arc<dyn Storage>) -> Self {
        Self {
            storage,
            fails: Condition::default(),
        }
    }

    /// The stored total of a slug, 0 if it has none.
    pub(super) async fn total(&self, slug: &Slug) -> Result<u64, StorageError> {
        self.told(self.storage.total(slug).await)
    }

    /// All stored totals.
    pub(super) async fn totals(&self) -> Result<HashMap<Slug, u64>, StorageError> {
        self.told(self.storage.totals().await)
    }

    /// The views of a slug by their day.
    pub(super) async fn days(&self, slug: &Slug) -> Result<Days, StorageError> {
        self.told(self.storage.days(slug).await)
    }

    fn told<T>(&self, read: Result<T, StorageError>) -> Result<T, StorageError> {
        match &read {
            Err(error) if self.fails.begins() => {
                tracing::error!(%error, "totals cannot be read; pages show none, and new readers are refused");
            }
            Err(_) => {}
            Ok(_) => {
                if let Some(lasted) = self.fails.ends() {
                    tracing::info!(failed_for_s = lasted.as_secs(), "totals can be read again");
                }
            }
        }
        read
    }
}
