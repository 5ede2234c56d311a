//! CSV with a slug, or a page's path, and its views a line; and with a day, if it has one.

use super::{
    Found,
    paths::{Page, Strip, page_at},
    read::Problem,
};
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
    let mut line = StringRecord::new();
    while lines.read_record(&mut line)? {
        let number = line.position().map_or(0, csv::Position::line);
        let wrong = |what: String| Problem::Line(number, what);
        let cell = |column: usize| line.get(column).unwrap_or_default();

        let slug = match (columns.slug, columns.path) {
            (Some(column), _) => {
                let slug = cell(column).parse();
                slug.map_err(|error| wrong(format!("{error}")))?
            }
            (None, path) => match page_at(path.map(cell).unwrap_or_default(), strip) {
                Page::Slug(slug) => slug,
                Page::Elsewhere => {
                    found.leave_out("pages elsewhere on the site");
                    continue;
                }
                Page::None(error) => return Err(wrong(format!("{error}"))),
            },
        };
        let views = cell(columns.views);
        let number: i64 = views
            .parse()
            .map_err(|_| wrong(format!("{views:?} is no number of views")))?;
        let day = match columns.day.map(cell) {
            None | Some("") => None,
            Some(day) => Some(
                day.parse::<Date>()
                    .map_err(|_| wrong(format!("{day:?} is no day such as 2026-11-20")))?,
            ),
        };
        found
            .add(slug, day, number)
            .ok_or_else(|| wrong(format!("there cannot be {views} views on it")))?;
    }
    Ok(())
}
