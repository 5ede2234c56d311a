//! A storage that is slow, and fails now and then.

use super::*;
use crate::counter::storage::{Batch, Corrected, Days, StorageFuture};
use std::collections::{BTreeMap, HashMap};

/// Keeps totals in memory, by the rules of the real store; slowly, and failing
/// before or after the commit.
pub(super) struct Unreliable {
    pub(super) policy: SavePolicy,
    pub(super) state: Mutex<Stored>,
    /// From some moment on the disk is well again.
    pub(super) healed: AtomicBool,
}

pub(super) struct Stored {
    rng: StdRng,
    pub(super) totals: HashMap<Slug, u64>,
    /// What the owner added and took away.
    pub(super) corrected: HashMap<Slug, i64>,
    /// Which slug each correction was of.
    corrections: Vec<Slug>,
    last_number: i64,
}

impl Unreliable {
    pub(super) fn new(policy: SavePolicy, seed: u64) -> Arc<Self> {
        Arc::new(Self {
            policy,
            state: Mutex::new(Stored {
                rng: StdRng::seed_from_u64(seed),
                totals: HashMap::new(),
                corrected: HashMap::new(),
                corrections: Vec::new(),
                last_number: 0,
            }),
            healed: false.into(),
        })
    }

    fn total_of(&self, slug: &Slug) -> u64 {
        lock(&self.state).totals.get(slug).copied().unwrap_or(0)
    }

    /// Takes a while, and now and then a long while.
    async fn dawdle(&self) {
        let millis = {
            let rng = &mut lock(&self.state).rng;
            match rng.random_range(0..20) {
                0 => rng.random_range(0..3_000),
                _ => rng.random_range(0..30),
            }
        };
        sleep(Duration::from_millis(millis)).await;
    }

    fn fails(&self) -> bool {
        let ill = !self.healed.load(Ordering::SeqCst);
        ill && lock(&self.state).rng.random_bool(0.2)
    }

    pub(super) fn correct(&self, slug: &Slug, by: i64) {
        let mut state = lock(&self.state);
        let total = state.totals.entry(slug.clone()).or_default();
        // As `total >= 0` in the schema.
        let by = by.max(-i64::try_from(*total).unwrap());
        *total = total.saturating_add_signed(by);
        *state.corrected.entry(slug.clone()).or_default() += by;
        state.corrections.push(slug.clone());
    }
}

impl Storage for Unreliable {
    fn policy(&self) -> SavePolicy {
        self.policy
    }

    fn total<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, u64> {
        Box::pin(async {
            self.dawdle().await;
            if self.fails() {
                return Err(StorageError::new("reading a total", "interrupted"));
            }
            let total = self.total_of(slug);
            // What was read is old by the time it arrives.
            self.dawdle().await;
            Ok(total)
        })
    }

    fn totals(&self) -> StorageFuture<'_, HashMap<Slug, u64>> {
        Box::pin(async {
            self.dawdle().await;
            let totals = lock(&self.state).totals.clone();
            self.dawdle().await;
            Ok(totals)
        })
    }

    fn days<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, Days> {
        Box::pin(async {
            let total = self.total(slug).await?;
            let days = BTreeMap::new();
            Ok(Days { total, days })
        })
    }

    fn add<'a>(&'a self, batch: &'a Batch) -> StorageFuture<'a, HashMap<Slug, u64>> {
        Box::pin(async {
            self.dawdle().await;
            if self.fails() {
                return Err(StorageError::new("saving views", "disk full"));
            }
            let totals = {
                let mut state = lock(&self.state);
                let first_time = state.last_number < batch.number;
                state.last_number = state.last_number.max(batch.number);
                for (slug, delta) in batch.deltas.iter().filter(|_| first_time) {
                    *state.totals.entry(slug.clone()).or_default() += delta.views();
                }
                state.totals.clone()
            };
            self.dawdle().await;
            if self.fails() {
                return Err(StorageError::new("saving views", "connection lost"));
            }
            Ok(totals)
        })
    }

    fn corrected(&self, after: i64) -> StorageFuture<'_, Corrected> {
        Box::pin(async move {
            self.dawdle().await;
            if self.fails() {
                return Err(StorageError::new("reading corrections", "interrupted"));
            }
            let corrected = {
                let state = lock(&self.state);
                let since = &state.corrections[usize::try_from(after).unwrap()..];
                Corrected {
                    last: state.corrections.len() as i64,
                    totals: since
                        .iter()
                        .map(|slug| (slug.clone(), state.totals[slug]))
                        .collect(),
                }
            };
            self.dawdle().await;
            Ok(corrected)
        })
    }
}
