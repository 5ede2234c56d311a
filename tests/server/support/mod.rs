//! A server to test, and its clients.

mod client;
mod server;

pub(crate) use client::{Client, counts, view_id};
pub(crate) use server::{Folder, Server};

use std::time::Duration;

/// What takes longer has failed. No rule is tested by it: it only keeps a
/// broken server from hanging the suite.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until `done` says so.
pub(crate) async fn eventually(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !done().await {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
