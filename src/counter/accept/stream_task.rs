//! The tasks in which HTTP/2 streams are answered, so that one of them can be ended.
//!
//! hyper answers each stream in a task of its own and says nothing of it to the code that
//! makes the answer. So the task has a word about itself, which that code finds.

use hyper::rt::Executor;
use std::sync::{Arc, OnceLock};
use tokio::task::AbortHandle;

tokio::task_local! {
    static CURRENT: StreamTask;
}

/// A task that answers a stream of HTTP/2. Clones are the same task.
#[derive(Clone, Debug, Default)]
pub(super) struct StreamTask(Arc<OnceLock<AbortHandle>>);

impl StreamTask {
    /// The one that runs this code; `None` in HTTP/1.
    pub(super) fn current() -> Option<Self> {
        CURRENT.try_with(Self::clone).ok()
    }

    /// Ends it. What is left of its stream is reset (RFC 9113 §5.4.2).
    pub(super) fn end(&self) {
        if let Some(task) = self.0.get() {
            task.abort();
        }
    }
}

/// Spawns tasks for hyper, each as a [`StreamTask`].
#[derive(Clone, Copy)]
pub(super) struct StreamExecutor;

impl<F> Executor<F> for StreamExecutor
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, future: F) {
        let task = StreamTask::default();
        let spawned = tokio::spawn(CURRENT.scope(task.clone(), future));
        // It is set once, here.
        let _ = task.0.set(spawned.abort_handle());
    }
}
