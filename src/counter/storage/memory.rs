//! Totals in memory, for tests.

use super::{Batch, Corrected, Days, Storage, StorageFuture};
use crate::counter::{
    protocol::Slug,
    tally::{Delta, SavePolicy},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Keeps totals in memory, and loses them when it is dropped: for the tests of an application.
///
/// It answers at once and without a thread of its own, so it also works in a runtime of one
/// thread and while tokio's clock is paused, where a file cannot be read in time. Hubs one
/// after the other may share it, as a server that is started again shares a file.
///
/// ```
/// use std::sync::Arc;
/// use view_counter::{Hub, HubSettings, MemoryStorage, Slug};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let slug: Slug = "hello".parse()?;
/// let storage = MemoryStorage::with_totals([(slug.clone(), 41)]);
/// let hub = Hub::start(Arc::new(storage), HubSettings::default());
/// let _reader = hub.read(&slug).await?;
/// assert_eq!(hub.counts(&slug).await?.total, 42);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct MemoryStorage(Mutex<Stored>);

#[derive(Debug, Default)]
struct Stored {
    totals: HashMap<Slug, u64>,
    /// The views of known days.
    days: HashMap<Slug, Delta>,
}

impl MemoryStorage {
    /// A storage without a view.
    pub fn new() -> Self {
        Self::default()
    }

    /// A storage with these totals to begin with.
    pub fn with_totals(totals: impl IntoIterator<Item = (Slug, u64)>) -> Self {
        Self(Mutex::new(Stored {
            totals: totals.into_iter().collect(),
            ..Stored::default()
        }))
    }

    fn stored(&self) -> MutexGuard<'_, Stored> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for MemoryStorage {
    fn policy(&self) -> SavePolicy {
        SavePolicy::Debounced
    }

    fn total<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, u64> {
        Box::pin(async { Ok(self.stored().totals.get(slug).copied().unwrap_or(0)) })
    }

    fn totals(&self) -> StorageFuture<'_, HashMap<Slug, u64>> {
        Box::pin(async { Ok(self.stored().totals.clone()) })
    }

    fn days<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, Days> {
        Box::pin(async {
            let stored = self.stored();
            let days = stored.days.get(slug).map(|days| days.days().collect());
            Ok(Days {
                total: stored.totals.get(slug).copied().unwrap_or(0),
                days: days.unwrap_or_default(),
            })
        })
    }

    fn add<'a>(&'a self, batch: &'a Batch) -> StorageFuture<'a, HashMap<Slug, u64>> {
        Box::pin(async {
            // A batch is tried again only where its outcome is not known, which it always is
            // here. So its number says nothing, and another hub begins with the same ones.
            let mut stored = self.stored();
            let mut totals = HashMap::new();
            for (slug, delta) in &batch.deltas {
                stored.days.entry(slug.clone()).or_default().merge(delta);
                let total = stored.totals.entry(slug.clone()).or_default();
                *total += delta.views();
                totals.insert(slug.clone(), *total);
            }
            Ok(totals)
        })
    }

    fn corrected(&self, _: i64) -> StorageFuture<'_, Corrected> {
        // Nobody has a way to correct anything here.
        Box::pin(async { Ok(Corrected::default()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counter::{
        hub::{Hub, HubSettings},
        tally::Arrival,
    };
    use std::{sync::Arc, time::Duration};
    use tokio::time::sleep;

    fn slug() -> Slug {
        "a".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn views_are_saved_and_read_again_while_the_clock_is_paused() {
        let storage = Arc::new(MemoryStorage::with_totals([(slug(), 41)]));
        let hub = Hub::start(
            Arc::<MemoryStorage>::clone(&storage),
            HubSettings::default(),
        );
        let reader = hub.open(&slug()).await.unwrap().join(Arrival::default());
        let counts = hub.counts(&slug()).await.unwrap();
        assert_eq!((counts.live, counts.total), (1, 42));
        drop(reader);
        sleep(Duration::from_secs(30)).await;
        assert_eq!(storage.total(&slug()).await.unwrap(), 42);
        assert_eq!(storage.totals().await.unwrap()[&slug()], 42);
        let days = storage.days(&slug()).await.unwrap();
        assert_eq!(days.total, 42);
        assert_eq!(days.days.values().sum::<u64>(), 1);
        hub.save_and_stop(Duration::ZERO).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_hub_that_is_started_again_goes_on_from_the_same_totals() {
        let storage = Arc::new(MemoryStorage::new());
        for total in 1..=3 {
            let hub = Hub::start(
                Arc::<MemoryStorage>::clone(&storage),
                HubSettings::default(),
            );
            drop(hub.open(&slug()).await.unwrap().join(Arrival::default()));
            hub.save_and_stop(Duration::ZERO).await.unwrap();
            assert_eq!(storage.total(&slug()).await.unwrap(), total);
        }
    }
}
