//! Reading from the storage: what fails is logged once when it begins and once when it
//! ends, because whoever asks can ask as often as they like, and `/healthz` shows it.

use super::lock;
use crate::counter::{
    condition::Condition,
    protocol::Slug,
    storage::{
        Corrected, Days, Storage, StorageError,
        StorageErrorKind::{Damaged, Replaced},
    },
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// The stored totals.
pub(super) struct Reading {
    storage: Arc<dyn Storage>,
    fails: Condition,
    /// The failure that lasts; `None` while all can be read.
    problem: Mutex<Option<StorageError>>,
}

/// How much a read that succeeded shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// One slug can be read.
    Slug,
    /// Every total can be read.
    Totals,
    /// The file is there. It is looked at all the time.
    File,
}

impl Reading {
    pub(super) fn of(storage: Arc<dyn Storage>) -> Self {
        Self {
            storage,
            fails: Condition::default(),
            problem: Mutex::default(),
        }
    }

    /// The stored total of a slug, 0 if it has none.
    pub(super) async fn total(&self, slug: &Slug) -> Result<u64, StorageError> {
        self.noted(self.storage.total(slug).await, Extent::Slug)
    }

    /// All stored totals.
    pub(super) async fn totals(&self) -> Result<HashMap<Slug, u64>, StorageError> {
        self.noted(self.storage.totals().await, Extent::Totals)
    }

    /// The views of a slug by their day.
    pub(super) async fn days(&self, slug: &Slug) -> Result<Days, StorageError> {
        self.noted(self.storage.days(slug).await, Extent::Slug)
    }

    /// What was corrected after the correction of this number.
    pub(super) async fn corrected(&self, after: i64) -> Result<Corrected, StorageError> {
        self.noted(self.storage.corrected(after).await, Extent::File)
    }

    /// Why something cannot be read at present.
    pub(super) fn problem(&self) -> Option<String> {
        lock(&self.problem).as_ref().map(ToString::to_string)
    }

    fn noted<T>(&self, read: Result<T, StorageError>, extent: Extent) -> Result<T, StorageError> {
        let mut problem = lock(&self.problem);
        match (&read, problem.as_ref().map(StorageError::kind)) {
            (Err(error), _) => {
                // The store itself logs that its file is another one.
                if error.kind() != Replaced && self.fails.begins() {
                    tracing::error!(%error, "totals cannot be read; pages show none, and new readers are refused");
                }
                *problem = Some(error.clone());
            }
            (Ok(_), None) => {}
            // A slug that can be read says nothing of one that is damaged.
            (Ok(_), Some(Damaged)) if extent != Extent::Totals => {}
            // What is open can be read although the file was moved.
            (Ok(_), Some(Replaced)) if extent != Extent::File => {}
            (Ok(_), Some(_)) => {
                if let Some(lasted) = self.fails.ends() {
                    tracing::info!(failed_for_s = lasted.as_secs(), "totals can be read again");
                }
                *problem = None;
            }
        }
        drop(problem);
        read
    }
}
