//! What a process has used, from /proc.

use anyhow::{Context, Result};
use procfs::process::{Process, all_processes};
use std::{collections::HashSet, time::Duration};

/// What a process and its children have used so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// In user mode and in the kernel, to 10 ms.
    pub cpu: Duration,
    /// Resident memory, in bytes.
    pub memory: u64,
}

/// Of this process and all that it started and that still run.
pub fn usage(pid: u32) -> Result<Usage> {
    let pid = i32::try_from(pid)?;
    let mut stats: Vec<_> = all_processes()?
        .flatten()
        .filter_map(|process| process.stat().ok())
        .collect();
    // A parent has a smaller number than its children, but for those few after
    // numbers began anew.
    stats.sort_by_key(|stat| stat.pid);
    let mut family = HashSet::from([pid]);
    let mut usage = Usage::default();
    for stat in stats {
        if family.contains(&stat.pid) || family.contains(&stat.ppid) {
            family.insert(stat.pid);
            let ticks = stat.utime + stat.stime;
            let per_second = procfs::ticks_per_second();
            usage.cpu += Duration::from_secs(ticks) / u32::try_from(per_second)?;
            usage.memory += stat.rss * procfs::page_size();
        }
    }
    Ok(usage)
}

/// CPU that this process has used.
pub fn own_cpu() -> Result<Duration> {
    let stat = Process::myself()?
        .stat()
        .context("cannot read /proc/self/stat")?;
    let ticks = stat.utime + stat.stime;
    Ok(Duration::from_secs(ticks) / u32::try_from(procfs::ticks_per_second())?)
}
