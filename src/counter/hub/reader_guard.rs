//! Readers that are no pages.

use super::{Hub, Subscription};
use crate::counter::{protocol::Slug, storage::StorageError, tally::Arrival};

/// A reader of one slug that is no page: an application's own, or a test's. Dropping it leaves.
#[must_use = "dropping it leaves at once"]
pub struct ReaderGuard {
    _subscription: Subscription,
}

impl Hub {
    /// Adds a reader that is no page, and its view. Pages of the slug see its numbers change.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use view_counter::{Hub, HubSettings, MemoryStorage, Slug};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let hub = Hub::start(Arc::new(MemoryStorage::new()), HubSettings::default());
    /// let slug: Slug = "hello".parse()?;
    /// let reader = hub.read(&slug).await?;
    /// assert_eq!(hub.counts(&slug).await?.live, 1);
    /// drop(reader);
    /// let counts = hub.counts(&slug).await?;
    /// assert_eq!((counts.live, counts.total), (0, 1));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the total is not loaded yet and the storage cannot be read.
    pub async fn read(&self, slug: &Slug) -> Result<ReaderGuard, StorageError> {
        let way_in = self.open(slug).await?;
        Ok(ReaderGuard {
            _subscription: way_in.join(Arrival::default()),
        })
    }
}
