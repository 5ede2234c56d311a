//! `view-counter days`.

use super::printing::{self, Output};
use serde::Serialize;
use view_counter::{
    config::Days,
    counter::{protocol::Slug, store::Snapshot},
};

/// One line of the output.
#[derive(Serialize)]
struct Line {
    day: String,
    views: u64,
}

#[derive(Serialize)]
struct All<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    slug: Option<&'a Slug>,
    days: Vec<Line>,
}

/// Prints the views of each day that had any, the oldest first.
pub(crate) async fn run(settings: &Days) -> anyhow::Result<()> {
    let slug = settings.slug.as_ref();
    let days: Vec<Line> = Snapshot::of(&settings.database.database)
        .await?
        .days(slug)
        .await?
        .into_iter()
        .filter(|(day, _)| settings.since.is_none_or(|since| since <= *day))
        .filter(|(day, _)| settings.until.is_none_or(|until| *day <= until))
        .map(|(day, views)| Line {
            day: day.to_string(),
            views,
        })
        .collect();
    printing::print(Output::data_if(settings.json || settings.csv), |out| {
        if settings.json {
            return printing::json(out, &All { slug, days });
        }
        if settings.csv {
            return printing::csv(out, days);
        }
        if days.is_empty() {
            return match slug {
                Some(slug) => writeln!(out, "no views of {slug} on these days"),
                None => writeln!(out, "no views on these days"),
            };
        }
        let lines = days.iter().map(|line| (line.views, line.day.clone()));
        printing::table(out, ["views", "day"], lines)
    })
}
