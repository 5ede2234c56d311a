//! How many frames the other side of a socket may send.

use std::time::Duration;
use tokio::time::Instant;

/// How many it may send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameLimits {
    /// At once.
    pub(crate) burst: f64,
    /// The time in which it earns one more.
    pub(crate) interval: Duration,
}

/// How many frames the other side may still send. Fragments of one message are one frame here:
/// how many there are is bounded by their bytes.
pub(crate) struct FrameAllowance {
    limits: FrameLimits,
    frames: f64,
    at: Instant,
}

impl FrameAllowance {
    pub(crate) fn new(limits: FrameLimits, now: Instant) -> Self {
        Self {
            limits,
            frames: limits.burst,
            at: now,
        }
    }

    /// Takes one; returns whether there was one.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let earned = (now - self.at).div_duration_f64(self.limits.interval);
        self.at = now;
        self.frames = (self.frames + earned).min(self.limits.burst) - 1.0;
        if self.frames < 0.0 {
            self.frames = 0.0;
            return false;
        }
        true
    }
}
