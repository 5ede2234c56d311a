//! What happens when the last handle to a hub is dropped.

use super::{Shared, Unsaved, deadline_after, saver};
use std::{sync::Arc, thread, time::Duration};
use tokio::runtime;

/// How long a drop tries to save: longer than SQLite waits for another process's lock.
const PATIENCE: Duration = Duration::from_secs(6);

/// Shared by all handles to a hub. Its drop ends the hub's tasks, and saves what nobody
/// asked it to save before: an application's `main` that returns without a stop, as
/// after `axum::serve` with a graceful shutdown, is to lose no view.
pub(super) struct LastHandle {
    shared: Arc<Shared>,
}

impl LastHandle {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

impl Drop for LastHandle {
    fn drop(&mut self) {
        // Who stopped it was told what could not be saved.
        let was_stopped = self.shared.stop_saving.is_cancelled();
        self.shared.stop.cancel();
        let unsaved = Unsaved::of(&self.shared, "");
        if was_stopped || unsaved.views == 0 {
            return;
        }
        match save(&self.shared) {
            Ok(()) => tracing::info!(
                views = unsaved.views,
                "the hub was dropped without a stop; its views were saved"
            ),
            Err(problem) => tracing::error!(
                "the hub was dropped without a stop, which would have had more time: {problem}"
            ),
        }
    }
}

/// Saves on a thread and a runtime of its own: the hub's may be shutting down, which is
/// also when the last socket lets go of the hub.
fn save(shared: &Arc<Shared>) -> Result<(), String> {
    let shared = Arc::clone(shared);
    let unsaved = |problem: String| Unsaved::of(&shared, &problem).to_string();
    let saving = {
        let shared = Arc::clone(&shared);
        let save = move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| error.to_string())?;
            let saved = runtime.block_on(async {
                saver::save_to_the_end(&shared, deadline_after(PATIENCE)).await
            });
            Ok(saved.map_err(|unsaved| unsaved.to_string()))
        };
        thread::Builder::new()
            .name("last-save".to_owned())
            .spawn(save)
    };
    let saving = saving.map_err(|error| unsaved(error.to_string()))?;
    match saving.join() {
        Ok(Ok(saved)) => saved,
        Ok(Err(problem)) => Err(unsaved(problem)),
        Err(_) => Err(unsaved("the thread that saves panicked".to_owned())),
    }
}
