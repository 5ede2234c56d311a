//! `view-counter completions`.

use super::printing::{self, Output};
use clap::CommandFactory;
use view_counter::config::{Cli, Completions};

/// Prints the script for a shell.
pub(crate) fn run(settings: &Completions) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(
        settings.shell,
        &mut Cli::command(),
        "view-counter",
        &mut script,
    );
    printing::print(Output::Data, |out| out.write_all(&script))
}
