//! The way in and out of a running server: open until it stops, and then closed
//! in an order in which no view comes after the last save.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::time::timeout;
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// Lets sockets in, and knows which are inside.
pub(super) struct Gate {
    open: AtomicBool,
    inside: TaskTracker,
    closing: CancellationToken,
}

/// Held by a socket from before its handshake is answered until its end.
pub(crate) struct Pass {
    closing: CancellationToken,
    _inside: TaskTrackerToken,
}

impl Gate {
    /// An open one.
    pub(super) fn new() -> Self {
        Self {
            open: AtomicBool::new(true),
            inside: TaskTracker::new(),
            closing: CancellationToken::new(),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.load(Ordering::SeqCst)
    }

    /// The way in; none if nobody is let in any more.
    pub(super) fn enter(&self) -> Option<Pass> {
        // Before looking: whoever shuts the gate waits for all that took one
        // while it was open.
        let inside = self.inside.token();
        self.is_open().then(|| Pass {
            closing: self.closing.clone(),
            _inside: inside,
        })
    }

    /// Lets nobody in any more.
    pub(super) fn shut(&self) {
        self.open.store(false, Ordering::SeqCst);
    }

    /// Tells everyone inside to leave, and waits until they have, at most this
    /// long.
    pub(super) async fn clear(&self, patience: Duration) {
        self.inside.close();
        self.closing.cancel();
        let _ = timeout(patience, self.inside.wait()).await;
    }
}

impl Pass {
    /// Whether everyone was told to leave. A view that began now might come
    /// after the last save.
    pub(crate) fn is_closing(&self) -> bool {
        self.closing.is_cancelled()
    }

    /// Resolves when everyone is told to leave.
    pub(crate) async fn closing(&self) {
        self.closing.cancelled().await;
    }
}
