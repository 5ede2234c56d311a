//! The machine on which all is measured.

use anyhow::{Context, Result};
use procfs::{CpuInfo, Current, Meminfo};

/// In one line, for the report.
pub fn description() -> Result<String> {
    let cpus = CpuInfo::current()?;
    let model = cpus.model_name(0).unwrap_or("unknown processor");
    let memory = Meminfo::current()?.mem_total >> 30;
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let cores = cpus.num_cores();
    Ok(format!(
        "{model}, {cores} cores, {memory} GiB, Linux {}",
        kernel.trim()
    ))
}

/// What the kernel holds for sockets and all else that is not given to programs:
/// slabs and the buffers of sockets, in bytes.
pub fn kernel_memory() -> Result<u64> {
    let slab = Meminfo::current()?.slab;
    let sockets = std::fs::read_to_string("/proc/net/sockstat")?;
    let pages = sockets
        .lines()
        .find_map(|line| {
            line.strip_prefix("TCP: ")?
                .rsplit(' ')
                .next()?
                .parse::<u64>()
                .ok()
        })
        .context("no line on TCP in /proc/net/sockstat")?;
    Ok(slab + pages * procfs::page_size())
}
