//! `view-counter totals`.

use serde::Serialize;
use std::io::{self, Write};
use view_counter::{
    config::Totals,
    counter::{protocol::Slug, store, wording::grouped},
};

/// One line of the output.
#[derive(Serialize)]
struct Line {
    slug: Slug,
    total: u64,
}

#[derive(Serialize)]
struct All {
    views: Vec<Line>,
}

/// Prints all totals, the highest first.
pub(crate) async fn run(settings: &Totals) -> anyhow::Result<()> {
    let totals = store::read_totals(&settings.database.database).await?;
    let mut lines: Vec<Line> = totals
        .into_iter()
        .map(|(slug, total)| Line { slug, total })
        .collect();
    lines.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.slug.cmp(&b.slug)));
    let out = io::stdout().lock();
    let printed = if settings.json {
        json(out, lines)
    } else if settings.csv {
        csv(out, lines)
    } else {
        table(out, &lines)
    };
    match printed {
        // `view-counter totals | head` has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn json(mut out: impl Write, views: Vec<Line>) -> io::Result<()> {
    serde_json::to_writer(&mut out, &All { views })?;
    writeln!(out)
}

fn csv(out: impl Write, lines: Vec<Line>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    for line in lines {
        writer.serialize(line).map_err(io::Error::from)?;
    }
    writer.flush()
}

/// Numbers flush right, slugs after them: nothing needs to be measured but the
/// numbers.
fn table(mut out: impl Write, lines: &[Line]) -> io::Result<()> {
    if lines.is_empty() {
        return writeln!(out, "no views yet");
    }
    let sum = grouped(lines.iter().map(|line| line.total).sum());
    let width = sum.len().max("views".len());
    writeln!(out, "{:>width$}  post", "views")?;
    for line in lines {
        writeln!(out, "{:>width$}  {}", grouped(line.total), line.slug)?;
    }
    writeln!(out, "{sum:>width$}  in all")
}
