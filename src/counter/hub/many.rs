//! The numbers of many slugs at once. No lock is held for more than a few of them, and
//! other tasks have their turn between: a site may have millions of pages.

use super::{
    Hub,
    lately::{AllTotals, HOLDS},
    lock, now,
    rooms::{Standing, unread},
};
use crate::counter::{
    protocol::{Counts, Slug, SlugCounts},
    storage::StorageError,
};
use std::{collections::HashMap, sync::Arc};
use tokio::{task::yield_now, time::sleep};

/// Slugs that are looked up before the lock is let go and other tasks have their turn:
/// less than a tenth of a millisecond.
const IN_A_ROW: usize = 256;

impl Hub {
    /// The numbers of all these slugs, in the same order, asked at once.
    ///
    /// # Errors
    /// If the storage cannot be read.
    pub async fn counts_of(
        &self,
        slugs: impl IntoIterator<Item = Slug>,
    ) -> Result<Vec<SlugCounts>, StorageError> {
        let slugs: Vec<Slug> = slugs.into_iter().collect();
        let counts = self.counts_in_order(slugs.iter()).await?;
        let all = slugs.into_iter().zip(counts);
        Ok(all
            .map(|(slug, counts)| SlugCounts { slug, counts })
            .collect())
    }

    /// As [`Self::counts_of`], of a few slugs: asks for each by itself.
    ///
    /// # Errors
    /// If the storage cannot be read.
    pub(crate) async fn counts_of_each(
        &self,
        slugs: impl IntoIterator<Item = Slug>,
    ) -> Result<Vec<SlugCounts>, StorageError> {
        let mut all = Vec::new();
        for slug in slugs {
            let counts = self.counts(&slug).await?;
            all.push(SlugCounts { slug, counts });
        }
        Ok(all)
    }

    /// The numbers of all these slugs, in the same order, as [`Self::counts`] would
    /// say them now; none if it would have to wait for any of them.
    pub(crate) fn known(&self, slugs: &[Slug]) -> Option<Vec<Counts>> {
        let mut all = Vec::with_capacity(slugs.len());
        for row in slugs.chunks(IN_A_ROW) {
            let (rooms, now) = (lock(&self.shared.rooms), now());
            for slug in row {
                all.push(rooms.known(slug, now)?);
            }
        }
        Some(all)
    }

    /// As [`Self::counts_of`], without the slugs.
    pub(in crate::counter) async fn counts_in_order<'s>(
        &self,
        slugs: impl Iterator<Item = &'s Slug> + Clone,
    ) -> Result<Vec<Counts>, StorageError> {
        if let Some(known) = self.known_in_order(slugs.clone()).await {
            return Ok(known);
        }
        let totals = self.all_totals().await?;
        let mut slugs = slugs.peekable();
        let mut all = Vec::new();
        while slugs.peek().is_some() {
            // Those whose room is being loaded: they are waited for when the lock is free.
            let mut coming = Vec::new();
            {
                let (rooms, now) = (lock(&self.shared.rooms), now());
                for slug in slugs.by_ref().take(IN_A_ROW) {
                    let stored = totals.get(slug).copied().unwrap_or(0);
                    all.push(match rooms.standing(slug, now) {
                        Standing::Open(counts) => counts,
                        Standing::Unread(told) => unread(told.unwrap_or(0).max(stored)),
                        Standing::Coming => {
                            coming.push((all.len(), slug));
                            unread(stored)
                        }
                    });
                }
            }
            for (index, slug) in coming {
                let counts = self.counts(slug).await?;
                if let Some(place) = all.get_mut(index) {
                    *place = counts;
                }
            }
            yield_now().await;
        }
        Ok(all)
    }

    /// As [`Self::known`], of very many.
    async fn known_in_order<'s>(
        &self,
        slugs: impl Iterator<Item = &'s Slug>,
    ) -> Option<Vec<Counts>> {
        let mut slugs = slugs.peekable();
        let mut all = Vec::new();
        while slugs.peek().is_some() {
            {
                let (rooms, now) = (lock(&self.shared.rooms), now());
                for slug in slugs.by_ref().take(IN_A_ROW) {
                    all.push(rooms.known(slug, now)?);
                }
            }
            yield_now().await;
        }
        Some(all)
    }

    /// All totals, as they are stored, or as they were shown since. They are read once a
    /// second at most, and held no longer.
    async fn all_totals(&self) -> Result<AllTotals, StorageError> {
        if let Some(all) = lock(&self.shared.rooms).all_told(now()) {
            return Ok(all);
        }
        // What the hub has now may be saved and dropped while the storage is read, too
        // late to be in it.
        let open = lock(&self.shared.rooms).all();
        let mut shown = HashMap::with_capacity(open.len());
        for row in open.chunks(IN_A_ROW) {
            for room in row {
                shown.insert(room.slug.clone(), room.seats().tally.counts().total);
            }
            yield_now().await;
        }
        let read_at = now();
        let mut totals = self.shared.reading.totals().await?;
        for (slug, shown) in shown {
            let total = totals.entry(slug).or_default();
            *total = shown.max(*total);
        }
        let totals = Arc::new(totals);
        lock(&self.shared.rooms).tell_all(Arc::clone(&totals), read_at);
        let (shared, told) = (Arc::downgrade(&self.shared), Arc::clone(&totals));
        tokio::spawn(async move {
            sleep(HOLDS).await;
            if let Some(shared) = shared.upgrade() {
                lock(&shared.rooms).forget_all_told(&told);
            }
        });
        Ok(totals)
    }
}
