//! The program's commands, one file each.

pub(crate) mod agent;
pub(crate) mod backup;
mod changes;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod corrections;
pub(crate) mod days;
pub(crate) mod export;
pub(crate) mod health;
pub(crate) mod import;
#[cfg(feature = "embed")]
pub(crate) mod init;
mod printing;
mod progress;
pub(crate) mod rename;
pub(crate) mod room;
pub(crate) mod serve;
pub(crate) mod set;
pub(crate) mod totals;
