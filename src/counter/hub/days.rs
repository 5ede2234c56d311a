//! A slug's views by their day, with those that are not saved yet.

use super::Hub;
use crate::counter::{protocol::Slug, storage::StorageError};
use jiff::civil::Date;
use std::collections::BTreeMap;

impl Hub {
    /// The views of each UTC day that had any. Those of no known day are in none; all
    /// others are, as [`Self::counts`] says them.
    ///
    /// # Errors
    /// If the storage cannot be read.
    pub async fn days(&self, slug: &Slug) -> Result<BTreeMap<Date, u64>, StorageError> {
        let stored = self.shared.storage.days(slug).await?;
        let mut days = stored.days;
        if let Some(room) = self.shared.room(slug) {
            let seats = room.seats();
            // A save that is under way may have been read or not. What is shown and was
            // not read are the last views that came.
            let mut missing = seats.tally.counts().total.saturating_sub(stored.total);
            for (day, views) in seats.tally.unsaved_days().days().rev() {
                let views = views.min(missing);
                missing -= views;
                if views > 0 {
                    *days.entry(day).or_default() += views;
                }
            }
        }
        Ok(days)
    }
}
