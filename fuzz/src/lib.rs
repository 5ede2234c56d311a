//! What several targets need: a counter whose totals are in memory, and a runtime
//! for it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::runtime::{Builder, Runtime};
use view_counter::counter::{
    admission::Admission,
    hub::{Hub, HubSettings},
    limits::{LimitSettings, Limits},
    protocol::Slug,
    route::Counter,
    storage::{Batch, Corrected, Days, Storage, StorageFuture},
    tally::SavePolicy,
};

/// One thread, and a clock that jumps to the next deadline when nothing else is to
/// be done: no target ever waits.
pub fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without I/O")
}

/// A counter of the slug `one`, without limits of one address. To be made inside
/// the [`runtime`].
pub fn counter() -> Counter {
    let hub = Hub::start(Arc::<Memory>::default(), HubSettings::default());
    let admission = Admission {
        slugs: ["one".parse().expect("a slug")].into_iter().collect(),
        limits: Limits::new(LimitSettings {
            per_address: None,
            sockets: 16,
        }),
        ..Admission::default()
    };
    Counter::new(hub, admission)
}

/// Totals that are gone when the process is.
#[derive(Default)]
struct Memory(Mutex<HashMap<Slug, u64>>);

impl Storage for Memory {
    fn policy(&self) -> SavePolicy {
        SavePolicy::Debounced
    }

    fn total<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, u64> {
        Box::pin(async { Ok(self.all().get(slug).copied().unwrap_or(0)) })
    }

    fn totals(&self) -> StorageFuture<'_, HashMap<Slug, u64>> {
        Box::pin(async { Ok(self.all()) })
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
            let mut totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (slug, delta) in &batch.deltas {
                *totals.entry(slug.clone()).or_default() += delta.views();
            }
            Ok(totals.clone())
        })
    }

    fn corrected(&self, last: i64) -> StorageFuture<'_, Corrected> {
        let totals = HashMap::new();
        Box::pin(async move { Ok(Corrected { last, totals }) })
    }
}

impl Memory {
    fn all(&self) -> HashMap<Slug, u64> {
        let totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        totals.clone()
    }
}
