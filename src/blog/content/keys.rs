//! Reads a TOML table key by key and notes every mistake at its line: a key that
//! is missing, unknown, or holds the wrong kind of value.
//!
//! It may not know which keys there are; `site` and `front_matter` do. serde
//! would stop at the first mistake, and name it in the words of a programmer.

use std::num::NonZeroUsize;

use jiff::civil::Date;
use toml::de::{DeTable, DeValue};

use super::error::{Problems, line_at};

/// A table that is being read. Every key that is asked for is a known one;
/// [`Keys::finish`] notes those that are left over.
pub(crate) struct Keys<'t> {
    table: DeTable<'t>,
    lines: Lines<'t>,
    /// Where a missing key is noted.
    own_line: Option<usize>,
    asked: Vec<&'static str>,
}

/// Where a piece of TOML stands in its file.
#[derive(Clone, Copy)]
struct Lines<'t> {
    text: &'t str,
    first: usize,
}

impl Lines<'_> {
    fn at(self, offset: usize) -> usize {
        self.first + line_at(self.text, offset) - 1
    }
}

/// A value with the line it stands in.
pub(crate) type AtLine<T> = (T, usize);

impl<'t> Keys<'t> {
    /// Parses `text`, which begins at line `first_line` of its file. Missing keys
    /// are noted at `own_line`. `None` when it is not TOML, which is then noted.
    pub(crate) fn parse(
        text: &'t str,
        first_line: usize,
        own_line: Option<usize>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let lines = Lines {
            text,
            first: first_line,
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let line = error.span().map(|span| lines.at(span.start));
            let message = error.message().trim().replace('\n', ", ");
            problems.note(line, format!("this is not valid TOML: {message}"));
        }
        errors.is_empty().then(|| Self {
            table: table.into_inner(),
            lines,
            own_line,
            asked: Vec::new(),
        })
    }

    fn take(&mut self, key: &'static str) -> Option<AtLine<DeValue<'t>>> {
        self.asked.push(key);
        let value = self.table.remove(key)?;
        let line = self.lines.at(value.span().start);
        Some((value.into_inner(), line))
    }

    fn take_required(
        &mut self,
        key: &'static str,
        example: &str,
        problems: &mut Problems,
    ) -> Option<AtLine<DeValue<'t>>> {
        let value = self.take(key);
        if value.is_none() {
            let problem = format!("`{key}` is missing; add a line like `{key} = {example}`");
            problems.note(self.own_line, problem);
        }
        value
    }

    /// A text that must be there and say something.
    pub(crate) fn text(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Option<AtLine<String>> {
        let value = self.take_required(key, "\"…\"", problems)?;
        text(key, value, problems)
    }

    /// A text that may be left out.
    pub(crate) fn optional_text(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Option<AtLine<String>> {
        let value = self.take(key)?;
        text(key, value, problems)
    }

    /// `true` or `false`, and false when it is left out.
    pub(crate) fn flag(&mut self, key: &'static str, problems: &mut Problems) -> bool {
        match self.take(key) {
            None => false,
            Some((DeValue::Boolean(flag), _)) => flag,
            Some((_, line)) => {
                problems.note(
                    line,
                    format!("`{key}` must be true or false, without quotes"),
                );
                false
            }
        }
    }

    /// A number from 1 to `max`, and `default` when it is left out.
    pub(crate) fn count(
        &mut self,
        key: &'static str,
        default: NonZeroUsize,
        max: NonZeroUsize,
        problems: &mut Problems,
    ) -> NonZeroUsize {
        let Some((value, line)) = self.take(key) else {
            return default;
        };
        let count = match &value {
            DeValue::Integer(digits) => usize::from_str_radix(digits.as_str(), digits.radix()).ok(),
            _ => None,
        };
        let count = count.and_then(NonZeroUsize::new);
        count.filter(|count| *count <= max).unwrap_or_else(|| {
            let problem = format!(
                "`{key}` must be a number from 1 to {max}, without quotes: {key} = {default}"
            );
            problems.note(line, problem);
            default
        })
    }

    /// A day that must be there.
    pub(crate) fn date(&mut self, key: &'static str, problems: &mut Problems) -> Option<Date> {
        let (value, line) = self.take_required(key, "2026-11-20", problems)?;
        let date = match value {
            DeValue::Datetime(moment) if moment.time.is_none() => moment.date.and_then(|date| {
                let year = i16::try_from(date.year).ok()?;
                let (month, day) = (date.month.try_into().ok()?, date.day.try_into().ok()?);
                Date::new(year, month, day).ok()
            }),
            _ => None,
        };
        if date.is_none() {
            let problem = format!(
                "`{key}` must be a day, without quotes and without a time: {key} = 2026-11-20"
            );
            problems.note(line, problem);
        }
        date
    }

    /// A list of texts, each with its line; empty when it is left out.
    pub(crate) fn texts(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Vec<AtLine<String>> {
        match self.take(key) {
            None => Vec::new(),
            Some((DeValue::Array(items), _)) => items
                .into_iter()
                .filter_map(|item| {
                    let line = self.lines.at(item.span().start);
                    text(key, (item.into_inner(), line), problems)
                })
                .collect(),
            Some((_, line)) => {
                let problem = format!("`{key}` must be a list of texts: {key} = [\"…\", \"…\"]");
                problems.note(line, problem);
                Vec::new()
            }
        }
    }

    /// The tables of `[[key]]`; empty when there is none.
    pub(crate) fn tables(&mut self, key: &'static str, problems: &mut Problems) -> Vec<Self> {
        let wrong = format!("`{key}` must be tables; start each with a line `[[{key}]]`");
        let items = match self.take(key) {
            None => return Vec::new(),
            Some((DeValue::Array(items), _)) => items,
            Some((_, line)) => {
                problems.note(line, wrong);
                return Vec::new();
            }
        };
        let mut tables = Vec::new();
        for item in items {
            let line = self.lines.at(item.span().start);
            match item.into_inner() {
                DeValue::Table(table) => tables.push(Self {
                    table,
                    lines: self.lines,
                    own_line: Some(line),
                    asked: Vec::new(),
                }),
                _ => problems.note(line, wrong.clone()),
            }
        }
        tables
    }

    /// Notes the keys that nobody asked for.
    pub(crate) fn finish(self, problems: &mut Problems) {
        for key in self.table.keys() {
            let known = self.asked.join("`, `");
            let name = key.get_ref();
            let problem = format!("`{name}` means nothing here; the keys are `{known}`");
            problems.note(self.lines.at(key.span().start), problem);
        }
    }
}

/// A text without its outer spaces. It is one line and says something: it ends
/// in titles, feeds and attributes, where control characters are not allowed.
fn text(
    key: &str,
    (value, line): AtLine<DeValue<'_>>,
    problems: &mut Problems,
) -> Option<AtLine<String>> {
    let problem = match value {
        DeValue::String(text) if text.trim().is_empty() => {
            format!("`{key}` is empty; write something between the quotes")
        }
        DeValue::String(text) if text.trim().contains(char::is_control) => {
            format!("`{key}` must be one line without control characters")
        }
        DeValue::String(text) => return Some((text.trim().to_owned(), line)),
        _ => format!("`{key}` must be text; put it between quotes: \"…\""),
    };
    problems.note(line, problem);
    None
}
