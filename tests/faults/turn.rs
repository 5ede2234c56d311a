//! Tests that keep every core busy take turns, so that none is slow because of
//! another. A test that only waits takes none.

use tokio::sync::{Mutex, MutexGuard};

static TURN: Mutex<()> = Mutex::const_new(());

/// Waits for this test's turn, which ends when what is returned is dropped.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}

/// Lets this process hold the sockets of thousands of readers.
pub(crate) fn many_sockets() {
    let limit = rlimit::increase_nofile_limit(u64::MAX).unwrap();
    assert!(limit >= 8_192, "at most {limit} open files are allowed");
}
