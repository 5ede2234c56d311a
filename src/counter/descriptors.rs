//! How many connections and sockets the process can hold: every one takes a
//! file descriptor.

use tokio::sync::Semaphore;

/// Kept free for the database, the site's files and the rest: SQLite must
/// always be able to open a file.
const RESERVE: u64 = 128;
/// The part of all connections that sockets leave to pages and files…
const LEFT_TO_REQUESTS: usize = 32;
/// …and the most that these need.
const REQUESTS_MOST: usize = 1024;

/// Connections at once: the limit of file descriptors, raised as far as the
/// system allows, less a reserve.
pub fn most_connections() -> usize {
    let limit = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1024);
    let most = limit.saturating_sub(RESERVE).max(64);
    usize::try_from(most)
        .unwrap_or(usize::MAX)
        .min(Semaphore::MAX_PERMITS)
}

/// Sockets at once, of [`most_connections`]: however many read, pages can be
/// asked for.
pub fn most_sockets() -> usize {
    let connections = most_connections();
    connections - (connections / LEFT_TO_REQUESTS).min(REQUESTS_MOST)
}
