//! How the cost of our own server grows: with the readers of a slug, with slugs, and
//! with joins a second. And what follows for a machine of a given size.

mod carries;
mod joins;
mod page;
mod pings;
mod plots;
mod readers;
mod slugs;
mod visits;

use crate::{crowd::Crowd, report::Report, server::Server, work::Figure};
use anyhow::{Context, Result};
use carries::Costs;
use clap::ValueEnum;
use std::{fmt::Write, fs, ops::Range, path::Path, time::Duration};
use tokio::time::sleep;

// What is measured, by the names that tables and plots know it by.
const EMPTY: &str = "memory, empty";
const MEMORY: &str = "memory a reader";
const KERNEL: &str = "the kernel's, about";
const SAW: &str = "until all saw a join";
const WINDOW: &str = "window in force";
const FRAME: &str = "CPU a frame";
const SLUG: &str = "memory a slug";
const VISIT: &str = "CPU of a join and a leave";
const VISIT_AMONG: &str = "CPU of a visit";
const CORE: &str = "of a core";
const P50: &str = "handshake, p50";
const P99: &str = "handshake, p99";
const PING_EACH: &str = "CPU of a ping";
const PING: &str = "CPU a reader and second";

/// What grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Dimension {
    /// Readers of one slug
    Readers,
    /// Slugs that are read, by three readers each
    Slugs,
    /// Joins a second, and as many leaves
    Joins,
    /// Readers who only stay and are pinged
    Pings,
}

impl Dimension {
    /// What the table of it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::Readers => "Readers of one slug",
            Self::Slugs => "Slugs with three readers each, and 200 visits a second",
            Self::Joins => "Joins a second, and as many leaves: 200 slugs",
            Self::Pings => "Readers who only stay: 200 slugs",
        }
    }

    /// How far it grows.
    pub fn sizes(self) -> &'static [u32] {
        match self {
            Self::Readers => &[100, 1_000, 4_000, 18_000],
            Self::Slugs => &[100, 400, 1_500, 6_000],
            Self::Joins => &[100, 300, 1_000, 3_000],
            Self::Pings => &[5_000, 18_000],
        }
    }

    /// What the row of a size is called.
    pub fn row(self, size: u32) -> String {
        let of = match self {
            Self::Readers | Self::Pings => "readers",
            Self::Slugs => "slugs",
            Self::Joins => "joins a second",
        };
        format!("{} {of}", thousands(size))
    }

    /// Measures it at this size, on a fresh server.
    pub async fn run(self, size: u32) -> Result<Vec<Figure>> {
        match self {
            Self::Readers => readers::run(usize::try_from(size)?).await,
            Self::Slugs => slugs::run(usize::try_from(size)?).await,
            Self::Joins => joins::run(size).await,
            Self::Pings => pings::run(usize::try_from(size)?).await,
        }
    }
}

/// Writes `NAME.md`: the tables, and what follows from them.
pub fn write(report: &Report, name: &Path) -> Result<()> {
    let mut text = report.markdown()?;
    if let Some(costs) = Costs::of(report) {
        let (needs, machines) = (carries::needs(&costs)?, carries::machines(&costs)?);
        write!(text, "\n### What readers need\n\n{needs}")?;
        write!(text, "\n### What a machine carries\n\n{machines}")?;
    }
    fs::write(name.with_extension("md"), text)?;
    Ok(())
}

/// Writes the plots: `NAME-readers.svg` and so on.
pub fn draw(report: &Report, name: &Path) -> Result<()> {
    let stem = name.file_name().context("the report has a name")?;
    for &dimension in Dimension::value_variants() {
        if let Some((end, plot)) = plots::plot(dimension, report) {
            let file = format!("{}-{end}.svg", stem.to_string_lossy());
            fs::write(name.with_file_name(file), plot.svg()?)?;
        }
    }
    Ok(())
}

/// Puts the same tables into a page that has marks for them.
pub fn put_into(report: &Report, file: &Path) -> Result<()> {
    let costs = Costs::of(report).context("not all was measured")?;
    let mut page = fs::read_to_string(file)?;
    page = page::put(&page, "provenance", &report.provenance())?;
    for &dimension in Dimension::value_variants() {
        let name = dimension.to_possible_value().context("it has a name")?;
        page = page::put(&page, name.get_name(), &report.table(dimension.title())?)?;
    }
    page = page::put(&page, "needs", &carries::needs(&costs)?)?;
    page = page::put(&page, "machines", &carries::machines(&costs)?)?;
    fs::write(file, page)?;
    Ok(())
}

/// What the first handshakes bring into memory stays, however many come: readers who
/// stay on slugs that are not measured.
async fn warm(server: &Server, slugs: Range<usize>) -> Result<Crowd> {
    let crowd = Crowd::gather_on(server.port(), 256, slugs).await?;
    crowd.settle().await?;
    // And what the first save brings in, five seconds later.
    sleep(Duration::from_secs(6)).await;
    Ok(crowd)
}

/// A number as people read it.
pub fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three_digits() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_000), "1,000");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
