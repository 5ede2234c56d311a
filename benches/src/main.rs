//! Measures this server and what people would use instead: the same client, the
//! same work, one machine, one run. `make bench` builds all of them and starts it
//! where nothing but loopback is reached.

mod crowd;
mod floor;
mod growth;
mod http;
mod machine;
mod plot;
mod process;
mod report;
mod server;
mod socket;
mod work;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand, ValueEnum};
use growth::Dimension;
use report::Report;
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::signal::unix::{SignalKind, signal};
use work::Work;

/// Measures the view counter beside what people would use instead
#[derive(Parser)]
#[command(name = "bench", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Put servers to works, and write what was found
    Run {
        /// Only these works; all when none is named
        #[arg(long, value_enum)]
        work: Vec<Work>,
        /// Only servers whose name begins so, as in the tables; all when none is named
        #[arg(long, value_name = "NAME")]
        only: Vec<String>,
        /// How often each is measured, one after the other and then all again
        #[arg(long, default_value_t = 3)]
        repeat: usize,
        /// Where the report goes: FILE.md and FILE.json
        #[arg(long, value_name = "FILE", default_value = "target/bench/report")]
        out: PathBuf,
    },
    /// Measure how the cost of our server grows
    Grow {
        /// Only along these; all when none is named
        #[arg(long, value_enum)]
        along: Vec<Dimension>,
        /// How often each size is measured, one after the other and then all again
        #[arg(long, default_value_t = 3)]
        repeat: usize,
        /// Where the report goes: FILE.md, FILE.json, and plots as FILE-readers.svg
        #[arg(long, value_name = "FILE", default_value = "target/bench/growth")]
        out: PathBuf,
        /// A page with marks for the tables, which are put there and not in FILE.md
        #[arg(long, value_name = "PAGE")]
        into: Option<PathBuf>,
        /// Measure nothing, and write all anew from what FILE.json has
        #[arg(long)]
        again: bool,
    },
    /// Serve as the floor: `write` to every socket, and no more
    #[command(hide = true)]
    Floor {
        /// Where to listen
        #[arg(long)]
        port: u16,
        /// The time between two frames to a reader, in milliseconds
        #[arg(long)]
        window_ms: u64,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    obey(Cli::parse().command).await
}

/// Does this to its end, or until SIGTERM: then it is dropped, and ends the servers that
/// it has started.
async fn until_terminated<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        done = work => done,
        _ = terminate.recv() => bail!("ended by SIGTERM"),
    }
}

async fn obey(command: Command) -> Result<()> {
    match command {
        Command::Floor { port, window_ms } => {
            floor::serve(port, Duration::from_millis(window_ms)).await
        }
        Command::Run {
            work,
            only,
            repeat,
            out,
        } => {
            let works = if work.is_empty() {
                Work::value_variants().to_vec()
            } else {
                work
            };
            until_terminated(run(&works, &only, repeat, &out)).await
        }
        Command::Grow {
            along,
            repeat,
            out,
            into,
            again,
        } => {
            let along = if along.is_empty() {
                Dimension::value_variants().to_vec()
            } else {
                along
            };
            let report = if again {
                Report::read(&out)?
            } else {
                until_terminated(grow(&along, repeat, &out)).await?
            };
            growth::draw(&report, &out)?;
            match into {
                Some(page) => growth::put_into(&report, &page),
                None => growth::write(&report, &out),
            }
        }
    }
}

#[expect(clippy::print_stderr, clippy::print_stdout, reason = "a command line")]
async fn run(works: &[Work], only: &[String], repeat: usize, out: &Path) -> Result<()> {
    let mut report = Report::begin(report::versions())?;
    for &work in works {
        for repetition in 1..=repeat {
            for contestant in work.contestants() {
                let name = contestant.name();
                if !only.is_empty() && !only.iter().any(|only| name.starts_with(only)) {
                    continue;
                }
                let begin = Instant::now();
                eprint!("==> {}: {name}, {repetition} of {repeat} … ", work.title());
                let found = work.run(contestant).await;
                match &found {
                    Ok(_) => eprintln!("{:.0} s", begin.elapsed().as_secs_f64()),
                    Err(error) => eprintln!("did not finish: {error:#}"),
                }
                report.add(work.title(), name, found);
                report.write(out)?;
            }
        }
    }
    println!("{}", report.markdown()?);
    Ok(())
}

#[expect(clippy::print_stderr, clippy::print_stdout, reason = "a command line")]
async fn grow(along: &[Dimension], repeat: usize, out: &Path) -> Result<Report> {
    let mut report = Report::begin(report::version())?;
    for &dimension in along {
        for repetition in 1..=repeat {
            for &size in dimension.sizes() {
                let begin = Instant::now();
                let row = dimension.row(size);
                eprint!("==> {row}, {repetition} of {repeat} … ");
                let found = dimension.run(size).await;
                match &found {
                    Ok(_) => eprintln!("{:.0} s", begin.elapsed().as_secs_f64()),
                    Err(error) => eprintln!("did not finish: {error:#}"),
                }
                report.add(dimension.title(), &row, found);
                report.write_json(out)?;
            }
        }
    }
    println!("{}", report.markdown()?);
    Ok(report)
}
