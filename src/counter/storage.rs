//! What the hub asks of a place that keeps totals. [`Store`](super::store::Store)
//! is the real one, and [`MemoryStorage`] the one for tests.

mod error;
mod memory;

pub use error::{StorageError, StorageErrorKind};
pub use memory::MemoryStorage;

use super::{
    protocol::Slug,
    tally::{Delta, SavePolicy},
};
use jiff::civil::Date;
use std::{
    collections::{BTreeMap, HashMap},
    future::Future,
    pin::Pin,
};

/// A future that a [`Storage`] returns.
pub type StorageFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StorageError>> + Send + 'a>>;

/// Views to be added in one step: all of them or none.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Rises by one with each batch. A batch that failed is tried again under
    /// its number, and a number that was committed is not applied again.
    pub number: i64,
    /// What to add, each slug once.
    pub deltas: Vec<(Slug, Delta)>,
}

/// Totals that changed otherwise than by a [`Batch`]: their owner corrected them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corrected {
    /// The number of the last correction there is; 0 if there never was one.
    pub last: i64,
    /// The total of each slug that was corrected, as it is stored now.
    pub totals: HashMap<Slug, u64>,
}

/// The views of a slug by their UTC day, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// All its views then, those of no known day too.
    pub total: u64,
    /// The days that had any.
    pub days: BTreeMap<Date, u64>,
}

/// Keeps totals, and adds each batch as a whole or not at all.
///
/// A database of your own may keep them. This one counts how often it is asked, over another:
///
/// ```
/// use std::{collections::HashMap, sync::{Arc, atomic::{AtomicUsize, Ordering}}};
/// use view_counter::{
///     Batch, Corrected, Days, Hub, HubSettings, MemoryStorage, SavePolicy, Slug, Storage,
///     StorageFuture,
/// };
///
/// #[derive(Default)]
/// struct Counted {
///     inner: MemoryStorage,
///     reads: AtomicUsize,
/// }
///
/// impl Storage for Counted {
///     fn policy(&self) -> SavePolicy {
///         self.inner.policy()
///     }
///     fn total<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, u64> {
///         self.reads.fetch_add(1, Ordering::Relaxed);
///         self.inner.total(slug)
///     }
///     fn totals(&self) -> StorageFuture<'_, HashMap<Slug, u64>> {
///         self.inner.totals()
///     }
///     fn days<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, Days> {
///         self.inner.days(slug)
///     }
///     fn add<'a>(&'a self, batch: &'a Batch) -> StorageFuture<'a, HashMap<Slug, u64>> {
///         self.inner.add(batch)
///     }
///     fn corrected(&self, after: i64) -> StorageFuture<'_, Corrected> {
///         self.inner.corrected(after)
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let hub = Hub::start(Arc::new(Counted::default()), HubSettings::default());
/// assert_eq!(hub.counts(&"hello".parse()?).await?.total, 0);
/// # Ok(())
/// # }
/// ```
pub trait Storage: Send + Sync + 'static {
    /// When views are to be handed to it.
    fn policy(&self) -> SavePolicy;

    /// All views of this slug that are saved; 0 for one that never had any.
    fn total<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, u64>;

    /// The totals of all slugs that ever had a view.
    fn totals(&self) -> StorageFuture<'_, HashMap<Slug, u64>>;

    /// The views of a slug by their day.
    fn days<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, Days>;

    /// Adds a batch and returns the new total of each slug in it.
    fn add<'a>(&'a self, batch: &'a Batch) -> StorageFuture<'a, HashMap<Slug, u64>>;

    /// What was corrected after the correction of this number.
    fn corrected(&self, after: i64) -> StorageFuture<'_, Corrected>;
}
