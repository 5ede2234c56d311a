//! The tasks without which a server only seems to run. Where one of them ends before the
//! stop, the server stops as well, for whoever watches it to start it again.

use std::collections::HashMap;
use tokio::task::{Id, JoinSet};

/// The running tasks, by what each does: "the accept loop".
#[derive(Default)]
pub(super) struct VitalTasks {
    tasks: JoinSet<()>,
    names: HashMap<Id, &'static str>,
}

/// A task ended that should have run until the stop.
#[derive(Debug, thiserror::Error)]
#[error(
    "{name} {what} unexpectedly, so the server stopped; start it again, and please report this with its log"
)]
pub(super) struct TaskEnded {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
}

impl VitalTasks {
    /// Runs a task. It is to end when the server stops, and not before.
    pub(super) fn spawn(
        &mut self,
        name: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        let id = self.tasks.spawn(task).id();
        self.names.insert(id, name);
    }

    /// Resolves when one of them has ended.
    pub(super) async fn any_ended(&mut self) -> TaskEnded {
        let (id, what) = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => (id, "ended"),
            Some(Err(error)) => (error.id(), "panicked"),
            None => std::future::pending().await,
        };
        let name = self.names.get(&id).copied().unwrap_or("a task");
        TaskEnded { name, what }
    }

    /// Waits until all have ended.
    pub(super) async fn all_ended(mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            // A panic is in the log already.
            let _ = ended;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_or_returns_is_named() {
        let mut tasks = VitalTasks::default();
        tasks.spawn("the accept loop", std::future::pending());
        tasks.spawn("the metrics", async { panic!("a bug") });
        let ended = tasks.any_ended().await.to_string();
        assert!(ended.starts_with("the metrics panicked"), "{ended}");
        tasks.spawn("the list", async {});
        let ended = tasks.any_ended().await.to_string();
        assert!(ended.starts_with("the list ended"), "{ended}");
    }
}
