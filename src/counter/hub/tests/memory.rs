//! A storage that keeps totals in memory, and fails on command.

use super::*;
use crate::counter::storage::{Batch, Corrected, Days, StorageFuture};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Keeps totals in memory, by the rules of the real store.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) policy: SavePolicy,
    pub(super) totals: Mutex<HashMap<Slug, u64>>,
    pub(super) batches: Mutex<Vec<Batch>>,
    pub(super) last_number: Mutex<i64>,
    pub(super) corrections: Mutex<Vec<Slug>>,
    pub(super) faults: Mutex<Vec<Fault>>,
    /// How often a save was begun.
    pub(super) tries: Mutex<u32>,
    /// What the next reads of corrections do, the last of the list first.
    pub(super) corrected_faults: Mutex<Vec<Option<Fault>>>,
    /// How long the next read of a total takes; the later ones take no time.
    pub(super) slow_read: Mutex<Option<Duration>>,
    /// How long reads of a total take before they fail, while they do.
    pub(super) reads_fail_after: Mutex<Option<Duration>>,
    /// How often all totals were read.
    pub(super) lists_read: AtomicUsize,
}

/// What the next saves do; the last of the list first.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Fault {
    /// Nothing is written, and it says so.
    Fails,
    /// All is written, and it says that it failed.
    CommitsUnheard,
    /// Never answers.
    Hangs,
    /// Takes this long, and is well.
    IsSlow(Duration),
    Panics,
}

/// What happens before anything is done.
async fn befalls(fault: Option<Fault>) {
    match fault {
        Some(Fault::Hangs) => std::future::pending().await,
        Some(Fault::IsSlow(time)) => sleep(time).await,
        Some(Fault::Panics) => panic!("as this test asks for"),
        Some(Fault::Fails | Fault::CommitsUnheard) | None => {}
    }
}

impl Memory {
    pub(super) fn with(slug: &str, total: u64) -> Arc<Self> {
        Self::that_saves(SavePolicy::Debounced, slug, total)
    }

    pub(super) fn that_saves(policy: SavePolicy, slug: &str, total: u64) -> Arc<Self> {
        let memory = Self {
            policy,
            ..Self::default()
        };
        lock(&memory.totals).insert(slug.parse().unwrap(), total);
        Arc::new(memory)
    }

    pub(super) fn total_of(&self, slug: &str) -> u64 {
        lock(&self.totals)
            .get(&slug.parse().unwrap())
            .copied()
            .unwrap_or(0)
    }

    /// The owner sets a total.
    pub(super) fn correct(&self, slug: &str, total: u64) {
        let slug: Slug = slug.parse().unwrap();
        lock(&self.totals).insert(slug.clone(), total);
        lock(&self.corrections).push(slug);
    }

    pub(super) fn saves(&self) -> usize {
        lock(&self.batches).len()
    }
}

impl Storage for Memory {
    fn policy(&self) -> SavePolicy {
        self.policy
    }

    fn total<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, u64> {
        Box::pin(async {
            let fails_after = *lock(&self.reads_fail_after);
            if let Some(delay) = fails_after {
                sleep(delay).await;
                return Err(StorageError::new("reading a total", "no answer"));
            }
            let delay = lock(&self.slow_read).take();
            let total = self.total_of(slug.as_str());
            if let Some(delay) = delay {
                sleep(delay).await;
            }
            Ok(total)
        })
    }

    fn totals(&self) -> StorageFuture<'_, HashMap<Slug, u64>> {
        self.lists_read.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Ok(lock(&self.totals).clone()) })
    }

    fn days<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, Days> {
        Box::pin(async move {
            let delay = lock(&self.slow_read).take();
            let mut days = BTreeMap::new();
            for batch in lock(&self.batches).iter() {
                let of_slug = batch.deltas.iter().filter(|(s, _)| s == slug);
                for (day, views) in of_slug.flat_map(|(_, delta)| delta.days()) {
                    *days.entry(day).or_default() += views;
                }
            }
            let total = self.total_of(slug.as_str());
            if let Some(delay) = delay {
                sleep(delay).await;
            }
            Ok(Days { total, days })
        })
    }

    fn add<'a>(&'a self, batch: &'a Batch) -> StorageFuture<'a, HashMap<Slug, u64>> {
        Box::pin(async {
            *lock(&self.tries) += 1;
            let fault = lock(&self.faults).pop();
            befalls(fault).await;
            if fault == Some(Fault::Fails) {
                return Err(StorageError::new("saving views", "disk full"));
            }
            let mut totals = lock(&self.totals);
            let first_time = *lock(&self.last_number) < batch.number;
            if first_time {
                *lock(&self.last_number) = batch.number;
                lock(&self.batches).push(batch.clone());
                for (slug, delta) in &batch.deltas {
                    *totals.entry(slug.clone()).or_default() += delta.views();
                }
            }
            if fault == Some(Fault::CommitsUnheard) {
                return Err(StorageError::new("saving views", "connection lost"));
            }
            Ok(totals.clone())
        })
    }

    fn corrected(&self, after: i64) -> StorageFuture<'_, Corrected> {
        Box::pin(async move {
            let fault = lock(&self.corrected_faults).pop();
            befalls(fault.flatten()).await;
            let corrections = lock(&self.corrections);
            let since = corrections.iter().skip(usize::try_from(after).unwrap());
            Ok(Corrected {
                last: corrections.len() as i64,
                totals: since
                    .map(|slug| (slug.clone(), self.total_of(slug.as_str())))
                    .collect(),
            })
        })
    }
}
