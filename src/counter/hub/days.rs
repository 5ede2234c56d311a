//! A slug's views by their day, with those that are not saved yet.

use super::{Hub, lock, now};
use crate::counter::{
    protocol::Slug,
    storage::{Days, StorageError},
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// How often the days are read before they are told as they are: a save may end between
/// two of these, and is not under way for long.
const READ_MOST: usize = 3;

impl Hub {
    /// The views of each UTC day that had any. Those of no known day are in none; all
    /// others are, as [`Self::counts`] says them.
    ///
    /// # Errors
    /// If the storage cannot be read.
    pub async fn days(&self, slug: &Slug) -> Result<BTreeMap<Date, u64>, StorageError> {
        let mut days = BTreeMap::new();
        for _ in 0..READ_MOST {
            let stored = self.shared.reading.days(slug).await?;
            let missing;
            (days, missing) = self.with_unsaved(slug, stored);
            // Else they were saved since these were read.
            if missing == 0 {
                break;
            }
        }
        Ok(days)
    }

    /// What is stored, with the views that are shown and were not read: the last that
    /// came. And how many of these are not waiting to be saved either.
    fn with_unsaved(&self, slug: &Slug, stored: Days) -> (BTreeMap<Date, u64>, u64) {
        let rooms = lock(&self.shared.rooms);
        let shown = rooms.known(slug, now()).map_or(0, |counts| counts.total);
        let unsaved = rooms
            .get(slug)
            .map(|room| room.seats().tally.unsaved_days());
        let mut missing = shown.saturating_sub(stored.total);
        let mut days = stored.days;
        // A save that is under way may have been read or not.
        for (day, views) in unsaved.iter().flat_map(|delta| delta.days().rev()) {
            let views = views.min(missing);
            missing -= views;
            if views > 0 {
                *days.entry(day).or_default() += views;
            }
        }
        (days, missing)
    }
}
