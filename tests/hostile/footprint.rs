//! What a process takes of the machine, as Linux says in `/proc`.

use crate::support::Server;
use std::{fs, time::Duration};
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Footprint {
    /// Memory that is resident, in KiB.
    pub(crate) memory: u64,
    /// Open file descriptors.
    pub(crate) descriptors: u64,
}

impl Footprint {
    pub(crate) fn of(server: &Server) -> Self {
        Self::of_process(server.pid())
    }

    fn of_process(pid: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = resident.and_then(|text| text.split_whitespace().next());
        Self {
            memory: kib.expect("a size in kB").parse().unwrap(),
            descriptors: fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count() as u64,
        }
    }

    fn or_more(self, other: Self) -> Self {
        Self {
            memory: self.memory.max(other.memory),
            descriptors: self.descriptors.max(other.descriptors),
        }
    }
}

/// Looks at a server again and again; knows the most that it took.
pub(crate) struct Watch(JoinHandle<()>, tokio::sync::watch::Receiver<Footprint>);

impl Watch {
    pub(crate) fn over(server: &Server) -> Self {
        let pid = server.pid();
        let (show, most) = tokio::sync::watch::channel(Footprint::of_process(pid));
        let watching = tokio::spawn(async move {
            let mut tick = interval(Duration::from_millis(100));
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tick.tick().await;
                show.send_modify(|most| *most = most.or_more(Footprint::of_process(pid)));
            }
        });
        Self(watching, most)
    }

    /// The most until now.
    pub(crate) fn most(&self) -> Footprint {
        *self.1.borrow()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}
