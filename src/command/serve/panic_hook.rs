//! Panics in the log. The standard hook prints a panic's message as it is, and what a
//! stranger sent may be part of it.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    panic::{PanicHookInfo, set_hook},
};

/// From now on each panic is one event of the log, with its message escaped; and with a
/// backtrace if `RUST_BACKTRACE` asks for one.
pub(super) fn install() {
    set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no text");
    let location = panic.location().map(tracing::field::display);
    let backtrace = Backtrace::capture();
    let captured = backtrace.status() == BacktraceStatus::Captured;
    let backtrace = captured.then(|| tracing::field::display(&backtrace));
    tracing::error!(
        ?message,
        location,
        backtrace,
        "a task panicked, which is a bug; what it was asked for is answered with an error"
    );
}
