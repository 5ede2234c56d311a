//! Removes messages that are not to be kept any more.

use super::{Shared, now};
use crate::room::storage::Retention;
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Removes them at once and then every hour, until the hub stops.
pub(super) async fn run(shared: Arc<Shared>, retention: Retention) {
    loop {
        // A task of its own: a transaction is never cancelled.
        let storage = Arc::clone(&shared.storage);
        let cleaned = tokio::spawn(async move { storage.clean(retention, now().timestamp).await });
        match cleaned.await {
            Ok(Ok(0)) => {}
            Ok(Ok(messages)) => tracing::info!(messages, "old messages were removed"),
            Ok(Err(error)) => {
                tracing::warn!(%error, "old messages cannot be removed; it is tried again in an hour");
            }
            // A panic, which is logged; or the runtime shuts down.
            Err(_) => {}
        }
        tokio::select! {
            () = sleep(INTERVAL) => {}
            () = shared.stop.cancelled() => return,
        }
    }
}
