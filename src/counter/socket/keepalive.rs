//! When a silent socket is pinged, and when it is dead.

use std::time::Duration;
use tokio::time::Instant;

/// A socket that was silent this long is pinged. Below the 60 s after which
/// common proxies drop an idle connection.
const PING_INTERVAL: Duration = Duration::from_secs(25);
/// A socket that does not answer a ping within this time is dead, if nothing
/// came from it after one more look…
const PONG_TIMEOUT: Duration = Duration::from_secs(9);
/// …so long after. A process that slept finds every timer due before the runtime
/// has heard from the kernel which sockets have something to read; by then it
/// has.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Whether the other side is still there.
pub(crate) struct Keepalive {
    due: Instant,
    next: Passed,
}

/// What has passed without a word from the other side.
#[derive(Clone, Copy)]
pub(crate) enum Passed {
    /// The time after which it is pinged.
    Silence,
    /// The time that it had to answer.
    Ping,
    /// And one more look.
    Look,
}

impl Keepalive {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            due: now + PING_INTERVAL,
            next: Passed::Silence,
        }
    }

    /// When something has passed.
    pub(crate) fn due(&self) -> Instant {
        self.due
    }

    /// [`Self::due`] has come. Says what has passed.
    pub(crate) fn passed(&mut self, now: Instant) -> Passed {
        let passed = self.next;
        (self.next, self.due) = match passed {
            Passed::Silence => (Passed::Ping, now + PONG_TIMEOUT),
            Passed::Ping | Passed::Look => (Passed::Look, now + LOOK_AGAIN),
        };
        passed
    }

    /// Anything that arrives shows that it is there.
    pub(crate) fn heard(&mut self, now: Instant) {
        *self = Self::new(now);
    }
}
