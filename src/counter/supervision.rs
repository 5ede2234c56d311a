//! Background tasks that go on also when one of them panics.

use std::time::Duration;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

/// The wait before a task is started again. It doubles up to the longest, so that one
/// that fails each time does not fill the log.
const FIRST_RESTART: Duration = Duration::from_millis(100);
const LONGEST_RESTART: Duration = Duration::from_secs(60);

/// Runs a task until it returns, which it does at the `stop`, and starts it again where it
/// panics. `doing` says in the log what it is for.
pub(crate) fn supervise<F>(
    stop: CancellationToken,
    doing: &'static str,
    task: impl Fn() -> F + Send + 'static,
) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    tokio::spawn(async move {
        let mut wait = FIRST_RESTART;
        loop {
            let begun = Instant::now();
            match tokio::spawn(task()).await {
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
                () = stop.cancelled() => return,
            }
            wait = (wait * 2).min(LONGEST_RESTART);
        }
    })
}
