//! The hub's background tasks go on also when one of them panics.

use super::Shared;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};

/// The wait before a task is started again. It doubles up to the longest, so that one
/// that fails each time does not fill the log.
const FIRST_RESTART: Duration = Duration::from_millis(100);
const LONGEST_RESTART: Duration = Duration::from_secs(60);

/// Runs a task until it returns, which it does when the hub stops, and starts it again
/// where it panics. `doing` says in the log what it is for.
pub(super) fn supervise<F>(
    shared: &Arc<Shared>,
    doing: &'static str,
    task: impl Fn(Arc<Shared>) -> F + Send + 'static,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let mut wait = FIRST_RESTART;
        loop {
            let begun = Instant::now();
            match tokio::spawn(task(Arc::clone(&shared))).await {
                Err(error) if error.is_panic() => {}
                // It stopped, or the runtime shuts down.
                Ok(()) | Err(_) => return,
            }
            tracing::error!("{doing} failed unexpectedly; it is started again");
            if begun.elapsed() > LONGEST_RESTART {
                // It went well: what failed long ago is no reason to wait.
                wait = FIRST_RESTART;
            }
            tokio::select! {
                () = sleep(wait) => {}
                () = shared.stop.cancelled() => return,
            }
            wait = (wait * 2).min(LONGEST_RESTART);
        }
    });
}
