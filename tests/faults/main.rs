//! Every way a server can fall, on the real binary as a child process: killed,
//! stopped in traffic, out of disk, locked out of its database, put to sleep,
//! with readers that vanish and clocks that jump. Each test keeps a ledger of
//! what its clients saw, and asks afterwards whether the numbers agree.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod asleep;
mod backup;
mod clock;
mod dice;
mod disk_full;
mod killed;
mod last_save;
mod ledger;
mod load;
mod locked;
mod log;
mod proxy;
mod read_only;
mod replaced;
mod restarted;
mod rooms;
mod schema;
mod signals;
mod stopped;
#[path = "../support/mod.rs"]
mod support;
mod tab;
mod turn;
mod vanished;
