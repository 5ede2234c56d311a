//! The rows of a table, as views of slugs.

use super::{
    collected::Collected,
    columns::{Columns, Heading, Names, PageColumn},
    day::Days,
    number::whole_number,
    paths::{page_at, page_of_slug},
    read::{Options, Problem},
    records::{Record, Records},
    spreadsheet::text_of,
};
use csv::StringRecord;
use std::io::Read;

/// A row, whose cells have names.
pub(super) struct Row<'a> {
    cells: &'a StringRecord,
    names: &'a Names,
}

impl Row<'_> {
    /// The column of this name, in small letters with spaces between words.
    pub(super) fn at(&self, name: &str) -> Option<usize> {
        self.names.at(name)
    }

    /// What is in this column; nothing where there is none.
    pub(super) fn named(&self, name: &str) -> &str {
        self.at(name).map(|at| self.cell(at)).unwrap_or_default()
    }

    fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default().trim()
    }
}

/// Where rows of a table are put.
pub(super) struct Table<'a> {
    names: Names,
    columns: Columns,
    options: &'a Options,
    days: Days,
    /// Whether spaces around a slug are a part of it: in what this program exported.
    is_own: bool,
}

impl<'a> Table<'a> {
    pub(super) fn new(names: Names, columns: Columns, options: &'a Options) -> Self {
        let is_own = names.raw == ["slug", "day", "views"];
        Self {
            names,
            columns,
            options,
            days: Days::new(options.date_order),
            is_own,
        }
    }

    /// Tells `collected` what the columns are.
    pub(super) fn describe(&self, collected: &mut Collected) {
        if collected.columns.is_empty() {
            collected.columns = self.columns.described(&self.names);
        }
        let is_slug = matches!(self.columns.page, PageColumn::Slug(_));
        collected.may_have_total |= is_slug && !self.is_own;
        let note = self.columns.format.and_then(|format| format.note);
        collected.notes.extend(note.map(str::to_owned));
    }

    /// Adds what a row says.
    ///
    /// # Errors
    /// If its number or its day cannot be read.
    pub(super) fn take(
        &self,
        cells: &StringRecord,
        collected: &mut Collected,
    ) -> Result<(), String> {
        let names = &self.names;
        let row = Row { cells, names };
        let leaves_out = self.columns.format.map(|format| format.leaves_out);
        if let Some(reason) = leaves_out.and_then(|leaves_out| leaves_out(&row)) {
            collected.leave_out(reason, "");
            return Ok(());
        }
        let (page, slug) = match self.columns.page {
            PageColumn::Path(column) => {
                let page = row.cell(column);
                let host = self.columns.host.map(|host| row.cell(host));
                (
                    page,
                    page_at(page, host.unwrap_or_default(), self.options, collected),
                )
            }
            PageColumn::Slug(column) => {
                let cell = match self.is_own {
                    true => cells.get(column).unwrap_or_default(),
                    false => row.cell(column),
                };
                let slug = text_of(cell);
                (slug, page_of_slug(slug, self.options, collected))
            }
        };
        let slug = match slug {
            Ok(slug) => slug,
            Err(reason) => {
                collected.leave_out(reason, page);
                return Ok(());
            }
        };
        let views = match self.columns.views.map(|column| row.cell(column)) {
            None => 1,
            Some("") => {
                collected.leave_out("lines without a number", page);
                return Ok(());
            }
            Some(cell) => {
                whole_number(cell).ok_or_else(|| format!("{cell:?} is no whole number of views"))?
            }
        };
        let day = match self.columns.day.map(|column| row.cell(column)) {
            None | Some("") => None,
            Some(cell) => Some(self.days.day(cell)?),
        };
        collected.sample(page, &slug, day, views);
        collected.add(slug, day, views)
    }
}

/// Reads a table. Returns what kind it is.
pub(super) fn read(
    from: impl Read,
    options: &Options,
    collected: &mut Collected,
) -> Result<&'static str, Problem> {
    let mut records = Records::new(from)?;
    let has_sections = records.has_remarks;
    let (mut kind, mut refusal) = (None, None);
    let mut table: Option<Table<'_>> = None;
    records.each(|record| {
        let Some(current) = &table else {
            let (found, is_row) = match begin(&record, options) {
                Ok(found) => found,
                // A row of a table of something else.
                Err(problem) if has_sections => {
                    refusal.get_or_insert(problem);
                    return Ok(());
                }
                Err(problem) => return Err(problem),
            };
            found.describe(collected);
            kind = kind.or(found.columns.format.map(|format| format.name));
            if is_row {
                found
                    .take(record.cells, collected)
                    .map_err(|e| record.wrong(e))?;
            }
            table = Some(found);
            return Ok(());
        };
        if let Some(problem) = wrong_length(&record, &current.names) {
            if !has_sections {
                return Err(problem);
            }
            // Another table begins here.
            table = begin(&record, options).ok().map(|(next, _)| next);
            return Ok(());
        }
        let taken = current.take(record.cells, collected);
        match taken {
            Err(_) if has_sections && begin(&record, options).is_ok() => {
                table = begin(&record, options).ok().map(|(next, _)| next);
                Ok(())
            }
            taken => taken.map_err(|error| record.wrong(error)),
        }
    })?;
    collected.not_utf_8 += records.not_utf_8;
    if let (true, Some(refusal)) = (collected.columns.is_empty(), refusal) {
        return Err(refusal);
    }
    Ok(kind.unwrap_or("CSV"))
}

/// A table that begins with this record, and whether the record is a row of it.
fn begin<'a>(record: &Record<'_>, options: &'a Options) -> Result<(Table<'a>, bool), Problem> {
    let names = Names::new(record.cells);
    let heading = Columns::find(&names, &options.columns).map_err(|error| record.wrong(error))?;
    let (columns, is_row) = match heading {
        Heading::Names(columns) => (columns, false),
        Heading::None(columns) => (columns, true),
    };
    let names = match is_row {
        false => names,
        true => {
            let numbers = (1..=record.cells.len()).map(|n| format!("column {n}"));
            Names::new(&numbers.collect())
        }
    };
    Ok((Table::new(names, columns, options), is_row))
}

/// What is wrong with a record that has other columns than the names; empty cells at its end
/// are none.
fn wrong_length(record: &Record<'_>, names: &Names) -> Option<Problem> {
    let (expected, found) = (names.raw.len(), record.cells.len());
    let is_more = record
        .cells
        .iter()
        .skip(expected)
        .any(|cell| !cell.trim().is_empty());
    let is_wrong = found < expected || is_more;
    is_wrong.then(|| {
        record.wrong(format!(
            "it has {found} columns, and the first line has {expected}"
        ))
    })
}
