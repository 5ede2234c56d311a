//! What a file is, and what it says.

use super::{
    address_map::AddressMap,
    archive,
    bounded::{MaxFileBytes, peek},
    collected::{Collected, LeftOut, SampleRow},
    columns::ColumnChoice,
    day::DateOrder,
    encoding::in_utf_8,
    hashed::Hashed,
    json, json_table,
    paths::{HostChoice, Strip, is_total},
    table,
};
use crate::counter::{protocol::Slug, store::Views, wording};
use flate2::read::MultiGzDecoder;
use std::{
    collections::BTreeMap,
    convert::Infallible,
    fmt,
    fs::File,
    io::{self, Read},
    path::PathBuf,
    str::FromStr,
};

/// As much of a file as tells what it is.
const HEAD_BYTES: u64 = 512;
/// How many hosts an error names.
const NAMED_HOSTS: usize = 5;

/// Where a file of views is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// It is what the program is given, `-`.
    Stdin,
    /// In a file.
    File(PathBuf),
}

impl FromStr for Input {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "-" => Self::Stdin,
            path => Self::File(path.into()),
        })
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// How a file is to be understood.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What is taken off the beginning of paths; pages whose path does not begin so are left
    /// out.
    pub strip: Option<Strip>,
    /// Whose pages are imported; by default those of the only host there is.
    pub hosts: Vec<HostChoice>,
    /// Which column is what.
    pub columns: Vec<ColumnChoice>,
    /// How dates are meant that may be two.
    pub date_order: Option<DateOrder>,
    /// Where pages moved.
    pub map: Option<AddressMap>,
    /// The query parameters that name pages.
    pub parameters: Vec<String>,
}

impl Options {
    pub(super) fn takes_host(&self, host: &str) -> bool {
        let is_it = |choice: &HostChoice| match choice {
            HostChoice::Any => true,
            HostChoice::Host(chosen) => chosen == host,
        };
        self.hosts.is_empty() || self.hosts.iter().any(is_it)
    }
}

/// The views in a file.
#[derive(Debug)]
pub struct Imported {
    /// What kind of file it is, for people.
    pub kind: &'static str,
    /// The views of each slug.
    pub views: BTreeMap<Slug, Views>,
    /// What of the file is in none of them, by the reason.
    pub left_out: BTreeMap<&'static str, LeftOut>,
    /// Each column that was read, by what it was taken for.
    pub columns: Vec<(&'static str, String)>,
    /// The first rows, as they were understood.
    pub rows: Vec<SampleRow>,
    /// What the owner should know of the file, in sentences.
    pub notes: Vec<String>,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// Why a file cannot be imported.
#[derive(Debug, thiserror::Error)]
#[error("{file} cannot be imported: {problem}")]
pub struct ReadError {
    file: String,
    problem: Problem,
}

impl ReadError {
    pub(super) fn new(file: impl fmt::Display, problem: Problem) -> Self {
        Self {
            file: file.to_string(),
            problem,
        }
    }
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

impl From<String> for Problem {
    fn from(what: String) -> Self {
        Self::Whole(what)
    }
}

impl From<csv::Error> for Problem {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Io(error),
            kind => Self::Whole(format!("{kind:?}")),
        }
    }
}

/// Reads a file of views, which may be compressed with gzip or in a ZIP archive: the export
/// of another counter, a table with a page and its views a line, or JSON as this program
/// writes it. The file, of so many bytes if that is known, is read `through` what is made of
/// it, which may watch how far that is.
///
/// # Errors
/// If it is none of these, is larger than is good for it, or a line of it says nothing that
/// can be counted.
pub fn read(
    input: &Input,
    options: &Options,
    through: impl FnOnce(Box<dyn Read>, u64) -> Box<dyn Read>,
) -> Result<Imported, ReadError> {
    let mut collected = Collected::default();
    let read = || {
        let (from, bytes): (Box<dyn Read>, u64) = match input {
            Input::Stdin => (Box::new(io::stdin().lock()), 0),
            Input::File(path) => {
                let file = File::open(path)?;
                let bytes = file.metadata().map_or(0, |file| file.len());
                (Box::new(file), bytes)
            }
        };
        let mut hashed = Hashed::new(io::BufReader::new(through(from, bytes)));
        let kind = read_from(&mut hashed, input, options, &mut collected)?;
        finish(&mut collected, options)?;
        Ok((kind, hashed.sha256()?))
    };
    let read: Result<_, Problem> = read();
    let (kind, sha256) = read.map_err(|problem| ReadError::new(input, problem))?;
    Ok(Imported {
        kind,
        views: collected.views,
        left_out: collected.left_out,
        columns: collected.columns,
        rows: collected.rows,
        notes: collected.notes.into_iter().collect(),
        sha256,
    })
}

/// What a file is, by its first bytes.
enum Container {
    Gzip,
    Zip,
    Text,
}

impl Container {
    fn of(head: &[u8]) -> Result<Self, Problem> {
        // https://www.sqlite.org/fileformat.html#magic_header_string
        if head.starts_with(b"SQLite format 3\0") {
            return Err(Problem::Whole(
                "it is a SQLite database. If it is one of this program, write its numbers with `view-counter export --json --database` and import those, or stop the server and let it count on in a copy of the file; if it is of another counter, take what that one exports".into(),
            ));
        }
        Ok(match head {
            // https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'P', b'K', 3 | 5, ..] => Self::Zip,
            _ => Self::Text,
        })
    }
}

fn read_from(
    from: impl Read,
    input: &Input,
    options: &Options,
    collected: &mut Collected,
) -> Result<&'static str, Problem> {
    let (head, from) = peek(from, HEAD_BYTES)?;
    match (Container::of(&head)?, input) {
        (Container::Zip, Input::File(path)) => archive::read(path, options, collected),
        (Container::Zip, Input::Stdin) => Err(Problem::Whole(
            "a ZIP archive cannot be read from there; name the file".into(),
        )),
        (Container::Gzip, _) => {
            let (head, from) = peek(MultiGzDecoder::new(io::BufReader::new(from)), HEAD_BYTES)?;
            match Container::of(&head)? {
                Container::Text => read_text(MaxFileBytes::new(from), options, collected),
                _ => Err(Problem::Whole(
                    "it is compressed twice; unpack it once".into(),
                )),
            }
        }
        (Container::Text, _) => read_text(MaxFileBytes::new(from), options, collected),
    }
}

/// Adds the views of a text. Returns what kind it is.
pub(super) fn read_text(
    from: impl Read,
    options: &Options,
    collected: &mut Collected,
) -> Result<&'static str, Problem> {
    let (head, from) = peek(in_utf_8(from)?, HEAD_BYTES)?;
    if json::begins(&head) {
        json::read(from, options, collected)?;
        return Ok("JSON");
    }
    match head.trim_ascii_start() {
        [b'{' | b'[', ..] => json_table::read(from, options, collected),
        [b'<', ..] => Err(Problem::Whole(
            "it is a web page or XML; import CSV or JSON".into(),
        )),
        _ => table::read(from, options, collected),
    }
}

/// What can only be said of a file as a whole.
fn finish(collected: &mut Collected, options: &Options) -> Result<(), Problem> {
    if collected.hosts.len() > 1 && options.hosts.is_empty() {
        let mut hosts: Vec<_> = collected.hosts.iter().collect();
        hosts.sort_by_key(|(_, lines)| std::cmp::Reverse(**lines));
        let first = hosts[0].0;
        let named = hosts
            .iter()
            .take(NAMED_HOSTS)
            .map(|(host, lines)| format!("{host:?} ({})", wording::grouped(**lines)));
        return Err(Problem::Whole(format!(
            "it has pages of several hosts: {}. Say whose to import, for example --host {first}, or --host any to add them up",
            named.collect::<Vec<_>>().join(", "),
        )));
    }
    if collected.may_have_total {
        leave_out_total(collected);
    }
    if collected.views.is_empty() && collected.left_out.is_empty() {
        return Err(Problem::Whole("there are no views in it".into()));
    }
    if collected.not_utf_8 > 0 {
        collected.notes.insert(format!(
            "lines that are not UTF-8 were read as Windows-1252 ({})",
            wording::grouped(collected.not_utf_8)
        ));
    }
    let unused = options.map.as_ref().map_or(0, AddressMap::len) - collected.mapped.len();
    if unused > 0 {
        collected.notes.insert(format!(
            "addresses of the map that the file does not name ({})",
            wording::grouped(unused as u64)
        ));
    }
    Ok(())
}

/// Leaves out a line `Total` of a table of slugs, if it is the sum of the others.
fn leave_out_total(collected: &mut Collected) {
    let of = |views: &Views| {
        let days: i128 = views.days.values().copied().map(i128::from).sum();
        days + i128::from(views.undated)
    };
    let all: i128 = collected.views.values().map(of).sum();
    let is_sum = |(slug, views): &(&Slug, &Views)| {
        let own = of(views);
        is_total(slug.as_str()) && own > 0 && all - own == own
    };
    let total = collected.views.iter().find(is_sum);
    if let Some(slug) = total.map(|(slug, _)| slug.clone()) {
        collected.views.remove(&slug);
        collected.rows.retain(|row| row.slug != slug);
        collected.leave_out(super::paths::TOTALS, slug.as_str());
    }
}
