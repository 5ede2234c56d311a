//! What follows for a machine: arithmetic on what was measured at the largest sizes.

use super::{Dimension, EMPTY, FRAME, KERNEL, MEMORY, PING, VISIT, thousands};
use crate::report::{Report, short};
use anyhow::Result;
use std::fmt::Write;

/// Frames a second that the server sends at most: its budget when nothing else is said
/// (`src/counter/budget.rs`).
const BUDGET: f64 = 20_000.0;
/// Seconds between two frames at least.
const SHORTEST_WINDOW: f64 = 0.05;
/// What the server leaves to the database and files, and what sockets leave to pages
/// (`src/counter/descriptors.rs`).
const RESERVE: f64 = 128.0;
const LEFT_TO_REQUESTS: f64 = 32.0;
const REQUESTS_MOST: f64 = 1024.0;
/// How long a reader stays, in seconds. Not measured: three minutes are assumed.
const STAY: f64 = 180.0;
/// The part of a machine's memory that readers may have; the rest is the system's, the
/// proxy's and the database's.
const MEMORY_USED: f64 = 0.5;
/// The part of its cores that they may have.
const CORES_USED: f64 = 0.5;

/// What one of each costs.
#[derive(Clone, Debug)]
pub struct Costs {
    /// The server without readers, in bytes.
    empty: f64,
    /// A reader in the server, in bytes.
    server: f64,
    /// A reader in the kernel, in bytes.
    kernel: f64,
    /// A delivered frame, in µs of CPU.
    frame: f64,
    /// To ask a reader whether it is there, in µs of CPU a second.
    ping: f64,
    /// A join and a leave, in µs of CPU, at each number of joins a second that was
    /// measured: they cost less where they are many.
    visits: Vec<(f64, f64)>,
}

impl Costs {
    /// As measured at the largest size of each dimension, if all were.
    pub fn of(report: &Report) -> Option<Self> {
        let joins = Dimension::Joins;
        let visits = joins.sizes().iter().map(|&size| {
            let cost = report.median(joins.title(), &joins.row(size), VISIT)?;
            Some((f64::from(size), cost))
        });
        let at_most = |dimension: Dimension, figure| {
            let size = *dimension.sizes().last()?;
            report.median(dimension.title(), &dimension.row(size), figure)
        };
        Some(Self {
            empty: at_most(Dimension::Readers, EMPTY)? * 1e6,
            server: at_most(Dimension::Readers, MEMORY)?,
            kernel: at_most(Dimension::Readers, KERNEL)?,
            frame: at_most(Dimension::Readers, FRAME)?,
            ping: at_most(Dimension::Pings, PING)?,
            visits: visits.collect::<Option<_>>()?,
        })
    }

    /// What a join and a leave cost where there are so many joins a second: as at the
    /// nearest smaller number that was measured, so that it is rather too much.
    fn visit(&self, joins: f64) -> f64 {
        let smaller = self
            .visits
            .iter()
            .rfind(|&&(measured, _)| measured <= joins);
        let (_, cost) = smaller.or(self.visits.first()).copied().unwrap_or_default();
        cost
    }

    /// What so many readers of one slug need.
    fn need(&self, readers: f64) -> Need {
        let share = |micros: f64| micros / 1e6 * 100.0;
        let window = (readers / BUDGET).max(SHORTEST_WINDOW);
        let joins = readers / STAY;
        Need {
            server: self.empty + readers * self.server,
            kernel: readers * self.kernel,
            descriptors: descriptors(readers),
            window,
            frame_to_all: readers * self.frame / 1e6,
            pings: share(readers * self.ping),
            fan_out: share(readers / window * self.frame),
            joins,
            coming: share(joins * self.visit(joins)),
        }
    }

    /// How many readers a machine carries: by its memory in bytes, and by its cores.
    fn carried(&self, memory: f64, cores: f64) -> (f64, f64) {
        let by_memory = (memory * MEMORY_USED - self.empty) / (self.server + self.kernel);
        let left = cores * CORES_USED * 1e6 - BUDGET * self.frame;
        let by_visits = |cost: f64| left / (self.ping + cost / STAY);
        let at_that_many = |&&(joins, cost): &&(f64, f64)| by_visits(cost) / STAY >= joins;
        let visits = self.visits.iter().rfind(at_that_many);
        let (_, cost) = visits.or(self.visits.first()).copied().unwrap_or_default();
        (by_memory.max(0.0), by_visits(cost).max(0.0))
    }
}

/// Of memory in bytes, of time in seconds, of CPU in percent of a core.
struct Need {
    server: f64,
    kernel: f64,
    descriptors: f64,
    window: f64,
    frame_to_all: f64,
    pings: f64,
    fan_out: f64,
    joins: f64,
    coming: f64,
}

/// The limit of open files with which so many readers get in.
fn descriptors(readers: f64) -> f64 {
    // Of all connections a 32nd is left to requests, but not more than is ever needed.
    let requests = (readers / (LEFT_TO_REQUESTS - 1.0)).min(REQUESTS_MOST);
    (readers + requests + RESERVE).ceil()
}

/// What 10,000, 100,000 and 1,000,000 readers need, with the arithmetic.
pub fn needs(costs: &Costs) -> Result<String> {
    let Costs {
        empty,
        server,
        kernel,
        frame,
        ping,
        ..
    } = *costs;
    let crowds = [10_000, 100_000, 1_000_000];
    let needs = crowds.map(|readers| costs.need(f64::from(readers)));
    let mut text = String::from("| readers of one slug |");
    for readers in crowds {
        write!(text, " {} |", thousands(readers))?;
    }
    text.push_str(" arithmetic, for N readers |\n|---|--:|--:|--:|---|\n");
    let mut row = |name: &str, of: &dyn Fn(&Need) -> String, how: &str| {
        let [few, many, most] = needs.each_ref().map(of);
        writeln!(text, "| {name} | {few} | {many} | {most} | {how} |")
    };
    row(
        "the server’s memory",
        &|need| bytes(need.server),
        &format!("{} + N × {} B", bytes(empty), short(server)),
    )?;
    row(
        "the kernel’s, for its sockets",
        &|need| bytes(need.kernel),
        &format!("N × {} B", short(kernel)),
    )?;
    row(
        "limit of open files",
        &|need| whole(need.descriptors),
        &format!(
            "N + {RESERVE} + a 32nd for pages, at most {}",
            whole(REQUESTS_MOST)
        ),
    )?;
    row(
        "window",
        &|need| seconds(need.window),
        &format!("N / {}, at least 50 ms", whole(BUDGET)),
    )?;
    row(
        "one frame to all takes",
        &|need| seconds(need.frame_to_all),
        &format!("N × {} µs", short(frame)),
    )?;
    row(
        "CPU of pings",
        &|need| percent(need.pings),
        &format!("N × {} µs a second", short(ping)),
    )?;
    row(
        "CPU of frames, at most",
        &|need| percent(need.fan_out),
        &format!("{} × {} µs", whole(BUDGET), short(frame)),
    )?;
    row(
        "joins a second",
        &|need| whole(need.joins),
        &format!("N / {STAY}, if each stays three minutes"),
    )?;
    row(
        "CPU of joins and leaves",
        &|need| percent(need.coming),
        "joins × their CPU in the row of so many joins, or of the next fewer",
    )?;
    row(
        "CPU in all",
        &|need| percent(need.pings + need.fan_out + need.coming),
        "the sum, in % of a core",
    )?;
    Ok(text)
}

/// What machines of some sizes carry.
pub fn machines(costs: &Costs) -> Result<String> {
    let mut text = String::from(
        "| machine | by half its memory | by half its cores | limit of open files |\n\
         |---|--:|--:|--:|\n",
    );
    for (gibibytes, cores) in [(0.5, 1.0), (2.0, 1.0), (4.0, 2.0), (16.0, 4.0)] {
        let (by_memory, by_cores) = costs.carried(gibibytes * f64::from(1 << 30), cores);
        let plural = if cores > 1.0 { "s" } else { "" };
        writeln!(
            text,
            "| {gibibytes} GiB, {cores} core{plural} | {} | {} | {} |",
            whole(rounded(by_memory)),
            whole(rounded(by_cores)),
            whole(descriptors(rounded(by_memory.min(by_cores)))),
        )?;
    }
    Ok(text)
}

fn bytes(bytes: f64) -> String {
    if bytes >= 999.5e6 {
        format!("{} GB", short(bytes / 1e9))
    } else {
        format!("{} MB", short(bytes / 1e6))
    }
}

fn seconds(seconds: f64) -> String {
    if seconds >= 0.9995 {
        format!("{} s", short(seconds))
    } else {
        format!("{} ms", short(seconds * 1e3))
    }
}

fn percent(percent: f64) -> String {
    format!("{} %", short(percent))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "readers and descriptors: positive, and far below 2^32"
)]
fn whole(number: f64) -> String {
    thousands(number.round() as u32)
}

/// To two digits, downwards: more would look as if it were known.
fn rounded(number: f64) -> f64 {
    let unit = 10_f64.powf(number.max(10.0).log10().floor() - 1.0);
    (number / unit).floor() * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs() -> Costs {
        Costs {
            empty: 50e6,
            server: 5_000.0,
            kernel: 3_000.0,
            frame: 5.0,
            ping: 1.0,
            visits: vec![(100.0, 360.0), (1_000.0, 180.0)],
        }
    }

    #[test]
    fn a_crowd_needs_what_each_of_it_costs() {
        let need = costs().need(100_000.0);
        assert_eq!(need.server, 550e6);
        assert_eq!(need.kernel, 300e6);
        assert_eq!(need.window, 5.0);
        assert_eq!(need.frame_to_all, 0.5);
        assert_eq!(need.pings.round(), 10.0);
        // The budget bounds it: 20,000 frames a second of 5 µs.
        assert_eq!(need.fan_out.round(), 10.0);
        // 556 joins a second, and what they cost is known for 100.
        assert_eq!(need.coming.round(), 20.0);
    }

    #[test]
    fn a_small_crowd_does_not_use_the_budget_up() {
        let need = costs().need(100.0);
        assert_eq!(need.window, SHORTEST_WINDOW);
        assert_eq!(need.fan_out.round(), 1.0);
    }

    #[test]
    fn descriptors_are_what_the_server_asks_back_for_its_sockets() {
        // As `most_sockets` has it, the other way round.
        for readers in [1_000.0, 18_000.0, 100_000.0, 1_000_000.0_f64] {
            let connections = descriptors(readers) - RESERVE;
            let sockets = connections - (connections / LEFT_TO_REQUESTS).floor().min(REQUESTS_MOST);
            assert!((sockets - readers).abs() <= 1.0, "{readers}: {sockets}");
            assert!(sockets >= readers);
        }
    }

    #[test]
    fn a_machine_carries_what_its_memory_and_its_cores_do() {
        let (by_memory, by_cores) = costs().carried(2.0 * 450e6, 1.0);
        assert_eq!(by_memory, 50_000.0);
        // Half a second of CPU a second, less 0.1 for frames, at 2 µs a reader: so
        // many that joins cost what they do at 1,000 a second.
        assert_eq!(by_cores, 200_000.0);
        // Less 0.1 for frames 0.15 s are left, at 3 µs a reader.
        assert_eq!(costs().carried(1e9, 0.5).1.round(), 50_000.0);
        assert_eq!(costs().carried(1e6, 0.1), (0.0, 0.0));
    }

    #[test]
    fn numbers_are_rounded_down_to_two_digits() {
        assert_eq!(rounded(0.0), 0.0);
        assert_eq!(rounded(99.9), 99.0);
        assert_eq!(rounded(12_399.0), 12_000.0);
    }
}
