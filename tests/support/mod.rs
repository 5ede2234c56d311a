//! A server to test, and its clients.

#![allow(
    clippy::allow_attributes,
    dead_code,
    unused_imports,
    reason = "suites share this, and each uses its part"
)]

mod client;
mod lock;
mod page;
pub(crate) mod raw;
mod room;
mod server;
mod small_disk;
mod stored;

pub(crate) use client::{Client, counts, view_id};
pub(crate) use lock::Lock;
pub(crate) use page::Page;
pub(crate) use room::RoomPage;
pub(crate) use server::{Folder, Server, child, output_of, program};
pub(crate) use small_disk::{SmallDisk, on_small_disk};
pub(crate) use stored::Stored;

use std::time::Duration;

/// What takes longer has failed. No rule is tested by it: it only keeps a
/// broken server from hanging the suite.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until `done` says so.
pub(crate) async fn eventually(what: &str, done: impl AsyncFnMut() -> bool) {
    eventually_within(PATIENCE, what, done).await;
}

/// Waits that long until `done` says so.
pub(crate) async fn eventually_within(
    patience: Duration,
    what: &str,
    mut done: impl AsyncFnMut() -> bool,
) {
    let deadline = tokio::time::Instant::now() + patience;
    while !done().await {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
