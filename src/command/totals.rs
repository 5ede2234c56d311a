//! `view-counter totals`.

use super::printing;
use serde::Serialize;
use view_counter::{
    config::Totals,
    counter::{protocol::Slug, store::Snapshot, wording::grouped},
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
    let totals = Snapshot::of(&settings.database.database)
        .await?
        .totals()
        .await?;
    let mut views: Vec<Line> = totals
        .into_iter()
        .map(|(slug, total)| Line { slug, total })
        .collect();
    views.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.slug.cmp(&b.slug)));
    printing::print(|out| {
        if settings.json {
            return printing::json(out, &All { views });
        }
        if settings.csv {
            return printing::csv(out, views);
        }
        if views.is_empty() {
            return writeln!(out, "no views yet");
        }
        let totals = views.iter().map(|line| line.total);
        let sum = totals.fold(0, u64::saturating_add);
        let lines = views
            .iter()
            .map(|line| (grouped(line.total), line.slug.to_string()));
        let last = (grouped(sum), "in all".to_owned());
        printing::table(out, ["views", "post"], lines.chain([last]))
    })
}
