//! The signals that a server hears. None that people or systems usually send ends it
//! without a save.

use std::{fs, io};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGXFSZ: a file became as large as `ulimit -f` allows. The write that was too long
/// also fails with an error. (Linux and the BSDs, signal.h.)
const FILE_SIZE: SignalKind = SignalKind::from_raw(25);

/// Signals that end a program by default, and that this one has no use for.
const IGNORED: [SignalKind; 4] = [
    SignalKind::user_defined1(),
    SignalKind::user_defined2(),
    SignalKind::alarm(),
    FILE_SIZE,
];

/// The signals that stop the server: SIGTERM, SIGINT (Ctrl-C), SIGHUP (its terminal was
/// closed) and SIGQUIT (Ctrl-\).
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
    /// `None` where whoever started the server had it ignore the signal, as `nohup` does.
    hang_up: Option<Signal>,
    quit: Option<Signal>,
}

impl StopSignals {
    /// Listens from now on, and ignores signals that it has no use for.
    ///
    /// # Errors
    /// If the system does not allow it.
    pub(super) fn listen() -> io::Result<Self> {
        for kind in IGNORED {
            // Once heard, a signal never again does what it does by default.
            drop(signal(kind)?);
        }
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let unless_ignored = |kind: SignalKind| match is_ignored(kind, &status) {
            true => Ok(None),
            false => signal(kind).map(Some),
        };
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: unless_ignored(SignalKind::hangup())?,
            quit: unless_ignored(SignalKind::quit())?,
        })
    }

    /// Resolves with the name of the next signal that asks for a stop.
    pub(super) async fn stop(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
            () = next(&mut self.hang_up) => "SIGHUP",
            () = next(&mut self.quit) => "SIGQUIT",
        }
    }

    /// Resolves when somebody who asked for a stop does not want to wait for it: with
    /// the exit code of a program that the signal ended (128 and its number). SIGHUP and
    /// SIGQUIT are no such sign: systems send the first one several times.
    pub(super) async fn stop_at_once(&mut self) -> i32 {
        let kind = tokio::select! {
            _ = self.terminate.recv() => SignalKind::terminate(),
            _ = self.interrupt.recv() => SignalKind::interrupt(),
        };
        128 + kind.as_raw_value()
    }
}

/// The next of these signals; never, if they are ignored.
async fn next(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

/// Whether this process was started with the signal ignored, by what Linux says of it
/// (proc_pid_status(5), `SigIgn`: a bit for each signal, the first for signal 1).
fn is_ignored(kind: SignalKind, status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let bit = u32::try_from(kind.as_raw_value() - 1).ok();
    let bit = bit.and_then(|bit| 1_u64.checked_shl(bit));
    mask.zip(bit).is_some_and(|(mask, bit)| mask & bit != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_nohup_ignores_is_known_by_its_bit() {
        let status = "Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        assert!(is_ignored(SignalKind::hangup(), status));
        assert!(!is_ignored(SignalKind::quit(), status));
        assert!(!is_ignored(SignalKind::hangup(), "no such line"));
    }
}
