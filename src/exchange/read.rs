//! What a file is, and what it says.

use super::{
    Found,
    goatcounter::{self, is_of_goatcounter},
    hashed::Hashed,
    json,
    paths::Strip,
    table,
};
use crate::counter::{protocol::Slug, store::Views};
use csv::StringRecord;
use flate2::read::MultiGzDecoder;
use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

/// The views in a file.
#[derive(Debug)]
pub struct Imported {
    /// What kind of file it is, for people.
    pub kind: &'static str,
    /// The views of each slug.
    pub views: BTreeMap<Slug, Views>,
    /// What of the file is in none of them: why, and how many of each.
    pub left_out: BTreeMap<String, u64>,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// Why a file cannot be imported.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be imported: {problem}", file.display())]
pub struct ReadError {
    file: PathBuf,
    problem: Problem,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("{0}")]
    Io(#[from] io::Error),
    /// In this line, from 1.
    #[error("line {0}: {1}")]
    Line(u64, String),
    #[error("{0}")]
    Whole(String),
}

impl From<csv::Error> for Problem {
    fn from(error: csv::Error) -> Self {
        let line = error.position().map(csv::Position::line);
        match (error.into_kind(), line) {
            (csv::ErrorKind::Io(error), _) => Self::Io(error),
            (
                csv::ErrorKind::UnequalLengths {
                    expected_len, len, ..
                },
                Some(line),
            ) => {
                let problem =
                    format!("it has {len} columns, and the first line has {expected_len}");
                Self::Line(line, problem)
            }
            (csv::ErrorKind::Utf8 { .. }, Some(line)) => Self::Line(line, "it is not UTF-8".into()),
            (kind, _) => Self::Whole(format!("{kind:?}")),
        }
    }
}

/// Reads a file of views, which may be compressed with gzip: CSV with a slug and its
/// views a line, JSON as this program writes it, or the CSV export of GoatCounter. Where a
/// page is named by its address, `strip` is taken off the beginning of its path; those that
/// do not begin so are left out. The file is read `through` what is made of it, which may
/// watch how far that is.
///
/// # Errors
/// If it is none of these, or a line of it says nothing that can be counted.
pub fn read<R: Read>(
    file: &Path,
    strip: Option<&Strip>,
    through: impl FnOnce(File) -> R,
) -> Result<Imported, ReadError> {
    let failed = |problem| ReadError {
        file: file.into(),
        problem,
    };
    let opened = File::open(file).map_err(|e| failed(e.into()))?;
    let mut hashed = Hashed::new(through(opened));
    let (kind, found) = read_from(BufReader::new(&mut hashed), strip).map_err(failed)?;
    if found.views.is_empty() && found.left_out.is_empty() {
        return Err(failed(Problem::Whole("there are no views in it".into())));
    }
    Ok(Imported {
        kind,
        views: found.views,
        left_out: found.left_out,
        sha256: hashed.sha256().map_err(|e| failed(e.into()))?,
    })
}

fn read_from(
    mut from: impl BufRead,
    strip: Option<&Strip>,
) -> Result<(&'static str, Found), Problem> {
    // https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
    if from.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        return read_plain(BufReader::new(MultiGzDecoder::new(from)), strip);
    }
    read_plain(from, strip)
}

fn read_plain(from: impl BufRead, strip: Option<&Strip>) -> Result<(&'static str, Found), Problem> {
    let mut from = without_mark(from)?;
    let mut found = Found::default();
    let first = from.fill_buf()?;
    if first.starts_with(b"PK") {
        return Err(Problem::Whole(
            "it is a ZIP archive; of GoatCounter's two exports, take the one in CSV".into(),
        ));
    }
    if first.trim_ascii_start().starts_with(b"{") {
        json::read(from, &mut found)?;
        return Ok(("JSON", found));
    }
    let mut lines = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(from);
    let columns = lines.headers()?.clone();
    if is_of_goatcounter(&columns) {
        goatcounter::read(&mut lines, &columns, strip, &mut found)?;
        return Ok(("GoatCounter's CSV", found));
    }
    table::read(&mut lines, &columns, strip, &mut found)?;
    Ok(("CSV", found))
}

/// Some programs begin a file with a mark of its encoding.
fn without_mark<R: BufRead>(mut from: R) -> io::Result<R> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    if from.fill_buf()?.starts_with(MARK) {
        from.consume(MARK.len());
    }
    Ok(from)
}

/// One line of a table.
pub(super) struct Row<'a>(&'a StringRecord);

impl Row<'_> {
    /// What is in this column; nothing where there is none.
    pub(super) fn cell(&self, column: usize) -> &str {
        self.0.get(column).unwrap_or_default()
    }

    /// What is wrong with this line.
    pub(super) fn wrong(&self, what: impl fmt::Display) -> Problem {
        let line = self.0.position().map_or(0, csv::Position::line);
        Problem::Line(line, what.to_string())
    }
}

/// Hands over each line after the first.
pub(super) fn each_row(
    lines: &mut csv::Reader<impl Read>,
    mut take: impl FnMut(Row<'_>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut line = StringRecord::new();
    while lines.read_record(&mut line)? {
        take(Row(&line))?;
    }
    Ok(())
}
