//! The program: `view-counter serve`, and what its owner asks of the counts.

mod command;

#[cfg(feature = "embed")]
use command::init;
use command::{
    agent, backup, check, completions, corrections, days, export, health, import, rename, room,
    serve, set, totals,
};
use std::{
    io::{self, Write},
    process::ExitCode,
};
use view_counter::{
    config::{Cli, Command},
    printable::PrintableLines,
};

/// A handshake takes seventy pieces of memory and gives most of them back: with the
/// C library's allocator it takes a sixth more of the CPU, and a reader who stays 150
/// bytes more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::of_this_process().unwrap_or_else(|error| error.exit());
    let outcome = match cli.command {
        Command::Serve(settings) => serve::run(*settings).await,
        Command::Totals(settings) => totals::run(&settings).await,
        Command::Days(settings) => days::run(&settings).await,
        Command::Set(settings) => set::run(&settings).await,
        Command::Rename(settings) => rename::run(&settings).await,
        Command::Import(settings) => import::run(&settings).await,
        Command::Export(settings) => export::run(&settings).await,
        Command::Corrections(settings) => corrections::run(&settings).await,
        Command::Check(settings) => check::run(&settings).await,
        Command::Room(settings) => room::run(&settings).await,
        Command::Backup(settings) => backup::run(&settings).await,
        Command::Agent(settings) => agent::run(&settings),
        Command::Health(settings) => health::run(&settings).await,
        Command::Completions(settings) => completions::run(&settings),
        #[cfg(feature = "embed")]
        Command::Init(settings) => init::run(&settings),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// The one place where a failure that ends the program is told. Where nobody can read it
/// the exit code has to do: `eprintln!` would panic.
fn complain(error: &anyhow::Error) {
    // A file name or a slug in it may come from strangers.
    let error = format!("{error:#}");
    let _ = writeln!(io::stderr(), "error: {}", PrintableLines(&error));
}
