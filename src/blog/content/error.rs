//! What an author is told when the content folder has mistakes: which file,
//! which line, what is wrong and what to do.
//!
//! It knows nothing of what is checked.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::printable::Printable;

/// One mistake in the content folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentError {
    /// The file, relative to the content folder.
    pub file: PathBuf,
    /// The line of that file, counted from 1, where the mistake has one.
    pub line: Option<usize>,
    /// What is wrong and what to do about it.
    pub problem: String,
}

impl fmt::Display for ContentError {
    /// `posts/foo.md:3: what is wrong and what to do`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name with a line feed in it would be taken for another mistake.
        write!(f, "{}:", Printable(&self.file.to_string_lossy()))?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}", Printable(&self.problem))
    }
}

impl std::error::Error for ContentError {}

/// All mistakes of a content folder, by file and line. There is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentErrors(Vec<ContentError>);

impl ContentErrors {
    pub(crate) fn new(mut errors: Vec<ContentError>) -> Self {
        errors.sort();
        Self(errors)
    }

    /// The mistakes, by file and line.
    pub fn iter(&self) -> std::slice::Iter<'_, ContentError> {
        self.0.iter()
    }
}

impl fmt::Display for ContentErrors {
    /// One mistake a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ContentErrors {}

/// Collects the mistakes of one file, so that checking goes on after the first.
#[derive(Debug)]
pub(crate) struct Problems {
    file: PathBuf,
    errors: Vec<ContentError>,
}

impl Problems {
    pub(crate) fn of(file: impl AsRef<Path>) -> Self {
        Self {
            file: file.as_ref().to_path_buf(),
            errors: Vec::new(),
        }
    }

    /// Notes a mistake; `line` is counted from 1, `None` means the whole file.
    pub(crate) fn note(&mut self, line: impl Into<Option<usize>>, problem: impl Into<String>) {
        self.errors.push(ContentError {
            file: self.file.clone(),
            line: line.into(),
            problem: problem.into(),
        });
    }

    pub(crate) fn into_errors(self) -> Vec<ContentError> {
        self.errors
    }
}

/// The line of `text`, counted from 1, that holds the byte `offset`.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    1 + before.filter(|byte| **byte == b'\n').count()
}
