//! GoatCounter: the CSV export has a page view a line, the JSON export statistics in a ZIP
//! archive. <https://www.goatcounter.com/help/export>,
//! <https://www.goatcounter.com/help/export-json>

use super::{EVENTS, Format, ROBOTS};
use crate::exchange::{
    bounded::MaxJsonValue,
    collected::Collected,
    columns::Names,
    day::Days,
    paths::page_at,
    read::{Options, Problem},
};
use serde::{Deserialize, de::DeserializeOwned};
use std::{collections::HashMap, io::Read};

/// The most paths that an export names.
const MAX_PATHS: usize = 2_000_000;

/// Every page view counts, on its day. Events are none, nor is what GoatCounter took for a
/// robot.
pub(super) const CSV: Format = Format {
    name: "GoatCounter's CSV",
    needs: &[
        &["1path", "event", "bot", "date"],
        &["2path", "event", "bot", "date"],
    ],
    path: &["1path", "2path"],
    day: &["date"],
    leaves_out: |row| {
        if matches!(row.named("event"), "true" | "1") {
            return Some(EVENTS);
        }
        (row.named("bot") != "0").then_some(ROBOTS)
    },
    ..Format::EMPTY
};

/// Whether a table begins as such an export does, with the number of its version before the
/// name of the first column, and then has all of its columns.
pub(super) fn check(names: &Names) -> Result<(), String> {
    let first = names.raw.first().map(String::as_str).unwrap_or_default();
    let Some(version) = first.strip_suffix("Path") else {
        return Ok(());
    };
    match version {
        "1" | "2" => {}
        version if !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit()) => {
            return Err(format!(
                "it is GoatCounter's CSV of version {version}, and this program knows 1 and 2; take its export in JSON"
            ));
        }
        _ => return Ok(()),
    }
    let missing = ["event", "bot", "date"]
        .into_iter()
        .find(|name| names.at(name).is_none());
    match missing {
        None => Ok(()),
        Some(name) => Err(format!(
            "GoatCounter's column {name:?} is missing; export it again"
        )),
    }
}

#[derive(Deserialize)]
struct Path {
    id: i64,
    path: String,
    #[serde(default)]
    event: bool,
}

#[derive(Deserialize)]
struct Hits {
    hour: String,
    path_id: i64,
    count: i64,
}

/// Adds the statistics of the export in JSON: what `paths.jsonl` and `hit_stats.jsonl` of
/// its archive say.
pub(in crate::exchange) fn read_statistics(
    paths: impl Read,
    hits: impl Read,
    options: &Options,
    collected: &mut Collected,
) -> Result<(), Problem> {
    let mut known = HashMap::new();
    each_line(paths, "paths.jsonl", |path: Path| {
        known.insert(path.id, (!path.event).then_some(path.path));
        match known.len() > MAX_PATHS {
            true => Err("there are more than 2,000,000 paths".into()),
            false => Ok(()),
        }
    })?;
    let days = Days::new(options.date_order);
    each_line(hits, "hit_stats.jsonl", |hits: Hits| {
        let place = match known.get(&hits.path_id) {
            Some(Some(place)) => place,
            Some(None) => {
                collected.leave_out(EVENTS, "");
                return Ok(());
            }
            None => {
                collected.leave_out("views of paths that are not named", "");
                return Ok(());
            }
        };
        match page_at(place, "", options, collected) {
            Ok(slug) => {
                let day = days.day(&hits.hour)?;
                collected.sample(place, &slug, Some(day), hits.count);
                collected.add(slug, Some(day), hits.count)
            }
            Err(reason) => {
                collected.leave_out(reason, place);
                Ok(())
            }
        }
    })?;
    collected.columns = vec![
        ("path", "path in paths.jsonl".into()),
        ("views", "count in hit_stats.jsonl".into()),
        ("day", "hour in hit_stats.jsonl".into()),
    ];
    Ok(())
}

/// Hands over each object of a file in JSON lines.
fn each_line<T: DeserializeOwned>(
    from: impl Read,
    file: &str,
    mut take: impl FnMut(T) -> Result<(), String>,
) -> Result<(), Problem> {
    let from = std::io::BufReader::new(MaxJsonValue::new(from));
    let objects = serde_json::Deserializer::from_reader(from).into_iter::<T>();
    for (n, object) in objects.enumerate() {
        let taken = object
            .map_err(|error| error.to_string())
            .and_then(&mut take);
        taken.map_err(|error| Problem::Whole(format!("{file}, object {}: {error}", n + 1)))?;
    }
    Ok(())
}
