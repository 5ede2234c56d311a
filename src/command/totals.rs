//! `view-counter totals`.

use super::printing::{self, Output};
use serde::Serialize;
use std::borrow::Cow;
use view_counter::{
    config::Totals,
    counter::{protocol::Slug, store::Snapshot},
    exchange::cell_of,
};

/// One line of the output.
#[derive(Serialize)]
struct Line {
    slug: Slug,
    total: u64,
}

/// The same for a spreadsheet.
#[derive(Serialize)]
struct CsvLine<'a> {
    slug: Cow<'a, str>,
    total: u64,
}

#[derive(Serialize)]
struct All {
    views: Vec<Line>,
}

/// Prints all totals, the highest first.
pub(crate) async fn run(settings: &Totals) -> anyhow::Result<()> {
    let totals = Snapshot::of(&settings.database.database)
        .await?
        .totals()
        .await?;
    let mut views: Vec<Line> = totals
        .into_iter()
        .map(|(slug, total)| Line { slug, total })
        .collect();
    views.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.slug.cmp(&b.slug)));
    printing::print(Output::data_if(settings.json || settings.csv), |out| {
        if settings.json {
            return printing::json(out, &All { views });
        }
        if settings.csv {
            let lines = views.iter().map(|line| CsvLine {
                slug: cell_of(line.slug.as_str()),
                total: line.total,
            });
            return printing::csv(out, lines);
        }
        if views.is_empty() {
            return writeln!(out, "no views yet");
        }
        let lines = views.iter().map(|line| (line.total, line.slug.to_string()));
        printing::table(out, ["views", "post"], lines)
    })
}
