//! Tables in the JSON of other programs: lists of objects, each of them a row, somewhere in
//! the file; and answers that name their columns apart from their rows.

use super::{
    collected::Collected,
    columns::{Columns, Heading, Names},
    day::Days,
    read::{Options, Problem},
    table::Table,
};
use csv::StringRecord;
use serde_json::{Map, Value};
use std::{collections::HashMap, io::Read};

/// The most bytes of such a file, which is in memory as a whole.
const MAX_BYTES: u64 = 32 * 1024 * 1024;
/// The most columns of a table.
const MAX_COLUMNS: usize = 500;
/// How deep the objects of a row are looked into.
const MAX_DEPTH: usize = 3;

/// Adds the views of all lists in which each object has a page and its views. Returns what
/// kind of file it is.
pub(super) fn read(
    from: impl Read,
    options: &Options,
    collected: &mut Collected,
) -> Result<&'static str, Problem> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Problem::Whole(
            "it is JSON of another program with more than 32 MiB; export it as CSV, or in several files".into(),
        ));
    }
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|error| Problem::Line(error.line() as u64, error.to_string()))?;
    let mut search = Search {
        days: Days::new(options.date_order),
        options,
        collected,
        kind: None,
        tables: 0,
        refusal: None,
    };
    search.look_into(&value, None, None)?;
    let refusal = search.refusal.take();
    match (search.tables, refusal) {
        (0, Some(refusal)) => Err(Problem::Whole(refusal)),
        (0, None) => Err(Problem::Whole(
            "it is JSON with no list of pages and their views".into(),
        )),
        _ => Ok(search.kind.unwrap_or("JSON")),
    }
}

struct Search<'a> {
    days: Days,
    options: &'a Options,
    collected: &'a mut Collected,
    kind: Option<&'static str>,
    /// How many lists of pages there are, lists of several days counted once.
    tables: usize,
    /// Why the first list of objects is none of pages.
    refusal: Option<String>,
}

/// Rows with the names of their cells. A row is made when it is its turn: a list of small
/// objects is a table with a cell for each name in any of them.
struct Rows<'v> {
    names: StringRecord,
    rows: Box<dyn Iterator<Item = StringRecord> + 'v>,
}

impl Search<'_> {
    /// Looks for tables in a value, which has this name in the object around it, and is of
    /// this day if that is said.
    fn look_into(
        &mut self,
        value: &Value,
        name: Option<&str>,
        day: Option<&str>,
    ) -> Result<(), Problem> {
        match value {
            Value::Array(list) => {
                if let Some(rows) = rows_of(list, name, day)
                    && self.take(rows, day.is_some())?
                {
                    return Ok(());
                }
                list.iter()
                    .try_for_each(|value| self.look_into(value, name, day))
            }
            Value::Object(object) => {
                if let Some(rows) = rows_with_headings(object)
                    && self.take(rows, false)?
                {
                    return Ok(());
                }
                object.iter().try_for_each(|(key, value)| {
                    let day = self.days.day(key).ok().map(|_| key.as_str()).or(day);
                    self.look_into(value, Some(key), day)
                })
            }
            _ => Ok(()),
        }
    }

    /// Adds the rows, if they are of pages.
    fn take(&mut self, rows: Rows<'_>, is_of_day: bool) -> Result<bool, Problem> {
        let names = Names::new(&rows.names);
        let columns = match Columns::find(&names, &self.options.columns) {
            Ok(Heading::Names(columns)) => columns,
            Ok(Heading::None(_)) => return Ok(false),
            Err(refusal) => {
                self.refusal.get_or_insert(refusal);
                return Ok(false);
            }
        };
        if !is_of_day || self.tables == 0 {
            self.tables += 1;
        }
        if self.tables > 1 {
            return Err(Problem::Whole(
                "it has several lists of pages and views; keep the one to be imported".into(),
            ));
        }
        let format = columns.format.map(|format| format.name);
        self.kind = self.kind.or(format);
        let table = Table::new(names, columns, self.options);
        table.describe(self.collected);
        for (n, row) in rows.rows.enumerate() {
            let taken = table.take(&row, self.collected);
            taken.map_err(|error| Problem::Whole(format!("row {}: {error}", n + 1)))?;
        }
        Ok(true)
    }
}

/// A list of objects as a table.
fn rows_of<'v>(list: &'v [Value], name: Option<&str>, day: Option<&'v str>) -> Option<Rows<'v>> {
    let objects: Vec<&Map<String, Value>> =
        list.iter().map(Value::as_object).collect::<Option<_>>()?;
    let mut names: Vec<String> = Vec::new();
    let mut columns = HashMap::new();
    for object in &objects {
        for (key, _) in cells(object) {
            if columns.contains_key(&key) {
                continue;
            }
            if names.len() == MAX_COLUMNS {
                return None;
            }
            columns.insert(key.clone(), names.len());
            names.push(key);
        }
    }
    // A name that says little by itself says more with that of the list.
    if names.iter().any(|name| name == "value")
        && let Some(list) = name
    {
        for name in &mut names {
            *name = format!("{list}.{name}");
        }
    }
    let day = day.filter(|_| !names.iter().any(|name| name == "date"));
    names.extend(day.map(|_| "date".to_owned()));
    let width = names.len();
    let row = move |object| {
        let mut row = vec![String::new(); width];
        for (key, cell) in cells(object) {
            row[columns[&key]] = cell;
        }
        if let (Some(day), Some(last)) = (day, row.last_mut()) {
            day.clone_into(last);
        }
        row.iter().collect()
    };
    (!objects.is_empty()).then(|| Rows {
        names: names.iter().collect(),
        rows: Box::new(objects.into_iter().map(row)),
    })
}

/// The plain values of an object and of the objects in it, with their names.
fn cells(object: &Map<String, Value>) -> Vec<(String, String)> {
    let mut cells = Vec::new();
    flatten(object, "", 0, &mut cells);
    cells
}

fn flatten(
    object: &Map<String, Value>,
    prefix: &str,
    depth: usize,
    cells: &mut Vec<(String, String)>,
) {
    for (key, value) in object {
        let name = format!("{prefix}{key}");
        match value {
            Value::Object(inner) if depth < MAX_DEPTH => {
                flatten(inner, &format!("{name}."), depth + 1, cells);
            }
            value => cells.extend(cell_of(value).map(|cell| (name, cell))),
        }
    }
}

fn cell_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

fn list(value: Option<&Value>) -> Option<&[Value]> {
    value.and_then(Value::as_array).map(Vec::as_slice)
}

/// What Plausible's API answers, version 2
/// (<https://plausible.io/docs/stats-api>), and Google's data API
/// (<https://developers.google.com/analytics/devguides/reporting/data/v1/rest>).
fn rows_with_headings(object: &Map<String, Value>) -> Option<Rows<'_>> {
    let texts = |values: &[Value], inside: Option<&str>| {
        let cell = |value: &Value| match inside {
            None => cell_of(value),
            Some(key) => value.get(key).and_then(cell_of),
        };
        values
            .iter()
            .map(|value| cell(value).unwrap_or_default())
            .collect::<Vec<_>>()
    };
    if let (Some(query), Some(results)) = (object.get("query"), list(object.get("results"))) {
        let mut names = texts(list(query.get("dimensions"))?, None);
        names.extend(texts(list(query.get("metrics"))?, None));
        let names = names
            .iter()
            .map(|name| name.split_once(':').map_or(name.as_str(), |(_, name)| name));
        let rows = results.iter().map(|row| {
            let mut cells = texts(list(row.get("dimensions"))?, None);
            cells.extend(texts(list(row.get("metrics"))?, None));
            Some(cells.iter().collect())
        });
        return Some(Rows {
            names: names.collect(),
            rows: Box::new(rows.collect::<Option<Vec<_>>>()?.into_iter()),
        });
    }
    let (dimensions, metrics) = (
        list(object.get("dimensionHeaders"))?,
        list(object.get("metricHeaders"))?,
    );
    let mut names = texts(dimensions, Some("name"));
    names.extend(texts(metrics, Some("name")));
    let rows = list(object.get("rows"))?;
    let rows = rows.iter().map(|row| {
        let mut cells = texts(list(row.get("dimensionValues"))?, Some("value"));
        cells.extend(texts(list(row.get("metricValues"))?, Some("value")));
        Some(cells.iter().collect())
    });
    Some(Rows {
        names: names.iter().collect(),
        rows: Box::new(rows.collect::<Option<Vec<_>>>()?.into_iter()),
    })
}
