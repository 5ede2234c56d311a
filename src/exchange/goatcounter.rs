//! GoatCounter's CSV export: a page view a line.
//! <https://www.goatcounter.com/help/export>

use super::{
    Found,
    paths::{Page, Strip, page_at},
    read::{Problem, each_row},
};
use csv::StringRecord;
use jiff::civil::Date;
use std::io::Read;

/// Whether a file begins as such an export does: with the number of its version before the
/// name of the first column.
pub(super) fn is_of_goatcounter(names: &StringRecord) -> bool {
    let first = names.get(0).unwrap_or_default();
    let version = first.strip_suffix("Path");
    version.is_some_and(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()))
}

/// Adds every page view, by its day. Events are none, nor is what GoatCounter took for a
/// robot.
pub(super) fn read(
    lines: &mut csv::Reader<impl Read>,
    names: &StringRecord,
    strip: Option<&Strip>,
    found: &mut Found,
) -> Result<(), Problem> {
    let at = |name: &str| {
        let column = names.iter().position(|column| column == name);
        column.ok_or_else(|| {
            let problem = format!("GoatCounter's column {name:?} is missing; export it again");
            Problem::Line(1, problem)
        })
    };
    let (event, bot, date) = (at("Event")?, at("Bot")?, at("Date")?);
    each_row(lines, |row| {
        if matches!(row.cell(event), "true" | "1") {
            found.leave_out("events");
            return Ok(());
        }
        if row.cell(bot) != "0" {
            found.leave_out("views by robots");
            return Ok(());
        }
        let slug = match page_at(row.cell(0), strip) {
            Page::Slug(slug) => slug,
            Page::Elsewhere => {
                found.leave_out("views of pages elsewhere on the site");
                return Ok(());
            }
            Page::None(error) => {
                found.leave_out(format!("views of pages that can have no slug: {error}"));
                return Ok(());
            }
        };
        // A moment in UTC, with its day before all.
        let moment = row.cell(date);
        let day = moment.get(..10).and_then(|day| day.parse::<Date>().ok());
        let day = day.ok_or_else(|| row.wrong(format!("{moment:?} is no date")))?;
        let added = found.add(slug, Some(day), 1);
        added.ok_or_else(|| row.wrong("there are too many views"))
    })
}
