//! CSV with a slug, or a page's path, and its views a line; and with a day, if it has one.

use super::{
    Found,
    paths::{Page, Strip, page_at},
    read::{Problem, each_row},
};
use crate::counter::protocol::SlugError;
use csv::StringRecord;
use jiff::civil::Date;
use std::io::Read;

/// Which column is what.
struct Columns {
    slug: Option<usize>,
    path: Option<usize>,
    views: usize,
    day: Option<usize>,
}

impl Columns {
    fn of(names: &StringRecord) -> Result<Self, Problem> {
        let at = |of: &[&str]| names.iter().position(|name| of.contains(&name));
        let (slug, path) = (at(&["slug"]), at(&["path", "url"]));
        match at(&["views", "total"]) {
            Some(views) if slug.is_some() || path.is_some() => Ok(Self {
                slug,
                path,
                views,
                day: at(&["day", "date"]),
            }),
            _ => Err(Problem::Line(
                1,
                "it is to name the columns: `slug` or `path`, `views` or `total`, and `day` \
                 if there are days"
                    .into(),
            )),
        }
    }
}

pub(super) fn read(
    lines: &mut csv::Reader<impl Read>,
    names: &StringRecord,
    strip: Option<&Strip>,
    found: &mut Found,
) -> Result<(), Problem> {
    let columns = Columns::of(names)?;
    each_row(lines, |row| {
        let slug = match (columns.slug, columns.path) {
            (Some(column), _) => row
                .cell(column)
                .parse()
                .map_err(|error: SlugError| row.wrong(error))?,
            (None, path) => {
                let path = path.map(|column| row.cell(column));
                match page_at(path.unwrap_or_default(), strip) {
                    Page::Slug(slug) => slug,
                    Page::Elsewhere => {
                        found.leave_out("pages elsewhere on the site");
                        return Ok(());
                    }
                    Page::None(error) => return Err(row.wrong(error)),
                }
            }
        };
        let views = row.cell(columns.views);
        let number = views.parse::<i64>();
        let number = number.map_err(|_| row.wrong(format!("{views:?} is no number of views")))?;
        let day = match columns.day.map(|column| row.cell(column)) {
            None | Some("") => None,
            Some(day) => {
                let parsed = day.parse::<Date>();
                Some(
                    parsed
                        .map_err(|_| row.wrong(format!("{day:?} is no day such as 2026-11-20")))?,
                )
            }
        };
        let added = found.add(slug, day, number);
        added.ok_or_else(|| row.wrong(format!("there cannot be {views} views on it")))
    })
}
