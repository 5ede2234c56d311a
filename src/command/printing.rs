//! What several commands print in the same way.

use serde::Serialize;
use std::io::{self, IsTerminal, Write};
use view_counter::{counter::wording, exchange::io_error, printable::PrintableLines};

/// For whom a command prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// For people. What strangers may have named is escaped.
    Text,
    /// For a program, as JSON or CSV: exact to the byte. On a terminal, where no program
    /// reads it, it is escaped as text is.
    Data,
}

impl Output {
    /// Data if one of these formats was asked for.
    pub(super) fn data_if(asked_for: bool) -> Self {
        match asked_for {
            true => Self::Data,
            false => Self::Text,
        }
    }
}

/// Prints to standard output. Whoever has had enough, as `head` has, is no failure.
pub(super) fn print(
    output: Output,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let stdout = io::stdout().lock();
    let is_exact = output == Output::Data && !stdout.is_terminal();
    let mut out = io::BufWriter::new(stdout);
    let printed = match is_exact {
        true => write(&mut out),
        false => write_printable(&mut out, write),
    };
    match printed.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn write_printable(
    out: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut written = Vec::new();
    write(&mut written)?;
    let text = String::from_utf8_lossy(&written);
    write!(out, "{}", PrintableLines(&text))
}

/// So many posts, in words: `1 post`, `1,204 posts`.
pub(super) fn posts(many: u64) -> String {
    let noun = if many == 1 { "post" } else { "posts" };
    format!("{} {noun}", wording::grouped(many))
}

/// A line of JSON.
pub(super) fn json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}

/// CSV with a header line.
pub(super) fn csv(
    out: &mut dyn Write,
    lines: impl IntoIterator<Item = impl Serialize>,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    for line in lines {
        writer.serialize(line).map_err(io_error)?;
    }
    writer.flush()
}

/// Numbers flush right, with their head, what they are of after them, and their sum last:
/// nothing needs to be measured but the numbers.
pub(super) fn table(
    out: &mut dyn Write,
    head: [&str; 2],
    lines: impl Iterator<Item = (u64, String)> + Clone,
) -> io::Result<()> {
    let sum = lines
        .clone()
        .fold(0, |sum: u64, (n, _)| sum.saturating_add(n));
    // As wide as any: none is larger.
    let width = wording::grouped(sum).len().max(head[0].len());
    writeln!(out, "{:>width$}  {}", head[0], head[1])?;
    for (number, of) in lines.chain([(sum, "in all".to_owned())]) {
        writeln!(out, "{:>width$}  {of}", wording::grouped(number))?;
    }
    Ok(())
}
