//! Corrections: what the owner changed in the storage is what everyone sees, within
//! half a second or so.

use super::{Shared, lock, now};
use crate::counter::storage::StorageError;
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

/// How often it is asked whether there are any. It takes a lookup of one number.
const ASKED_EVERY: Duration = Duration::from_millis(400);

/// Follows the corrections until the hub stops to save by itself.
pub(super) async fn run(shared: Arc<Shared>) {
    // At first all there ever were: what is the total already changes nothing.
    let mut known = 0;
    loop {
        let applied = tokio::select! {
            biased;
            // What is to be saved at the end does not wait for a correction.
            () = shared.stop_saving.cancelled() => return,
            applied = apply(&shared, known) => applied,
        };
        // What fails is logged where it is read, and tried again.
        known = applied.unwrap_or(known);
        tokio::select! {
            () = shared.stop_saving.cancelled() => return,
            () = sleep(ASKED_EVERY) => {}
        }
    }
}

/// Corrects what is in memory by the corrections after this one; returns the last.
async fn apply(shared: &Shared, known: i64) -> Result<i64, StorageError> {
    if shared.reading.corrected(known).await?.last == known {
        return Ok(known);
    }
    // No save is under way from here on, so what is stored is known to the view: one that
    // fails holds this until it is known to be committed.
    let saver = shared.saver.lock().await;
    if saver.has_pending() {
        // Who saved it was interrupted, and saves it soon.
        return Ok(known);
    }
    let corrected = shared.reading.corrected(known).await?;
    let mut changed = 0;
    for (slug, total) in corrected.totals {
        if let Some(room) = shared.room_or_coming(&slug).await? {
            changed += usize::from(room.correct(shared, total, now()));
        }
        // Also of one with a room: it may be told of after everybody has left.
        lock(&shared.rooms).forget_told(&slug);
    }
    if changed > 0 {
        tracing::info!(slugs = changed, "totals were corrected by their owner");
    }
    Ok(corrected.last)
}
