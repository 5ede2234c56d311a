//! The program's commands, one file each.

pub(crate) mod agent;
pub(crate) mod backup;
pub(crate) mod health;
#[cfg(feature = "embed")]
pub(crate) mod init;
pub(crate) mod serve;
pub(crate) mod totals;
