//! The records of a table: CSV with any of the usual separators.

use super::{
    bounded::{MAX_RECORD_BYTES, peek},
    encoding::{from_latin, in_utf_8},
    read::Problem,
};
use csv::{ByteRecord, StringRecord, Trim};
use std::{
    fmt,
    io::{self, Read},
    mem,
};

/// As much of a file as tells its separator.
const HEAD_BYTES: u64 = 64 * 1024;

/// Reads a table a record at a time.
pub(super) struct Records<'a> {
    lines: csv::Reader<Guarded<Box<dyn Read + 'a>>>,
    /// Whether lines that begin with `#` are remarks, as Google Analytics writes them.
    pub(super) has_remarks: bool,
    /// How many records are not UTF-8.
    pub(super) not_utf_8: u64,
}

/// A record, and where it is.
pub(super) struct Record<'a> {
    pub(super) cells: &'a StringRecord,
    /// Its line in the file, from 1.
    pub(super) line: u64,
    pub(super) is_first: bool,
}

impl Record<'_> {
    /// What is wrong with this record.
    pub(super) fn wrong(&self, what: impl fmt::Display) -> Problem {
        Problem::Line(self.line, what.to_string())
    }

    /// Whether nothing is in it.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

impl<'a> Records<'a> {
    pub(super) fn new(from: impl Read + 'a) -> io::Result<Self> {
        let (head, mut all) = peek(in_utf_8(from)?, HEAD_BYTES)?;
        let (separator, named_bytes) = match named_separator(&head) {
            Some((separator, bytes)) => (separator, bytes),
            None => (separator_of(&head), 0),
        };
        io::copy(&mut all.by_ref().take(named_bytes), &mut io::sink())?;
        let has_remarks = head.trim_ascii_start().starts_with(b"#");
        let lines = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::None)
            .delimiter(separator)
            .comment(has_remarks.then_some(b'#'))
            .from_reader(Guarded {
                from: Box::new(all) as Box<dyn Read>,
                separator,
                has_remarks,
                began_with_separator: named_bytes > 0,
                place: Place::CellBegins,
                line: 1 + u64::from(named_bytes > 0),
                quoted_since: 0,
                record_bytes: 0,
            });
        Ok(Self {
            lines,
            has_remarks,
            not_utf_8: 0,
        })
    }

    /// Hands over each record that is not blank.
    pub(super) fn each(
        &mut self,
        mut take: impl FnMut(Record<'_>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let mut bytes = ByteRecord::new();
        let mut is_first = true;
        while self.lines.read_byte_record(&mut bytes)? {
            let line = bytes.position().map_or(0, csv::Position::line);
            let cells = match StringRecord::from_byte_record(mem::take(&mut bytes)) {
                Ok(cells) => cells,
                Err(error) => {
                    self.not_utf_8 += 1;
                    let record = error.into_byte_record();
                    record.iter().map(|cell| from_latin(cell)).collect()
                }
            };
            let record = Record {
                cells: &cells,
                line: line + u64::from(self.lines.get_ref().began_with_separator),
                is_first,
            };
            if !record.is_blank() {
                take(record)?;
                is_first = false;
            }
            bytes = cells.into_byte_record();
        }
        Ok(())
    }
}

/// `sep=;`, with which Excel is told the separator, and how long that line is.
fn named_separator(head: &[u8]) -> Option<(u8, u64)> {
    let rest = head.strip_prefix(b"sep=")?;
    let (separator, rest) = rest.split_first()?;
    let end = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => return None,
    };
    Some((*separator, (5 + end) as u64))
}

/// What separates the cells of the first line that is no remark.
fn separator_of(head: &[u8]) -> u8 {
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#"));
    let first = first.unwrap_or_default();
    let mut is_quoted = false;
    let mut many = [(b'\t', 0), (b';', 0), (b',', 0), (b' ', 0)];
    for byte in first {
        is_quoted ^= *byte == b'"';
        for (separator, n) in &mut many {
            *n += usize::from(!is_quoted && byte == separator);
        }
    }
    let [tabs, semicolons, commas, spaces] = many.map(|(_, n)| n);
    match () {
        () if tabs > 0 => b'\t',
        () if semicolons > commas => b';',
        // `https://blog.example/a 12`, as a loop of a shell prints it.
        () if commas == 0 && spaces == 1 && first.contains(&b'/') => b' ',
        () => b',',
    }
}

/// Where a table's text is, as RFC 4180 has it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    CellBegins,
    Cell,
    Quoted,
    /// After a quotation mark in a quoted cell, which may be the first of two.
    QuotedMark,
    Remark,
}

/// Fails where a record is too long, and where a quotation mark is never closed.
struct Guarded<R> {
    from: R,
    separator: u8,
    has_remarks: bool,
    /// Whether a line before these named the separator.
    began_with_separator: bool,
    place: Place,
    line: u64,
    quoted_since: u64,
    record_bytes: u64,
}

impl<R> Guarded<R> {
    fn pass(&mut self, byte: u8) {
        self.record_bytes += 1;
        self.place = match (self.place, byte) {
            (Place::CellBegins, b'#') if self.has_remarks && self.record_bytes == 1 => {
                Place::Remark
            }
            (Place::CellBegins, b'"') => {
                self.quoted_since = self.line;
                Place::Quoted
            }
            (Place::Quoted, b'"') => Place::QuotedMark,
            (Place::QuotedMark, b'"') | (Place::Quoted, _) => Place::Quoted,
            (_, b'\n' | b'\r') => {
                self.record_bytes = 0;
                Place::CellBegins
            }
            (Place::Remark, _) => Place::Remark,
            (_, byte) if byte == self.separator => Place::CellBegins,
            _ => Place::Cell,
        };
        self.line += u64::from(byte == b'\n');
    }

    fn unclosed(&self) -> io::Error {
        io::Error::other(format!(
            "line {}: a quotation mark begins a cell here and none ends it",
            self.quoted_since
        ))
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        for byte in &buffer[..read] {
            self.pass(*byte);
            if self.record_bytes > MAX_RECORD_BYTES {
                return Err(match self.place {
                    Place::Quoted => self.unclosed(),
                    _ => io::Error::other(format!(
                        "line {}: a record has more than 1 MiB",
                        self.line
                    )),
                });
            }
        }
        if read == 0 && self.place == Place::Quoted {
            return Err(self.unclosed());
        }
        Ok(read)
    }
}
