//! Cells that a spreadsheet must not take for formulas.
//!
//! A slug may begin with `=`, and a stranger may have chosen it. Such a cell is written with
//! an apostrophe before it, which spreadsheets take for "this is text", and read without.
//! <https://owasp.org/www-community/attacks/CSV_Injection>

use std::borrow::Cow;

/// With one of these a spreadsheet begins a formula, or what it may make one of.
const BEGIN_FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The cell of a table for a text that others chose.
pub fn cell_of(text: &str) -> Cow<'_, str> {
    match would_be_marked(text) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

/// The text that a cell holds: the inverse of [`cell_of`].
pub(super) fn text_of(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if would_be_marked(text) => text,
        _ => cell,
    }
}

/// Also what begins with marks already, so that each text has a cell of its own.
fn would_be_marked(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(BEGIN_FORMULAS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_cell_is_no_formula_and_is_read_as_it_was() {
        for text in ["=1+1", "+a", "-a", "@a", "'=a", "''=a", "\ta"] {
            let cell = cell_of(text);
            assert!(cell.starts_with('\''), "{cell}");
            assert_eq!(text_of(&cell), text);
        }
        for text in ["a=b", "'a", "a'", "''", ""] {
            assert_eq!(cell_of(text), text);
            assert_eq!(text_of(text), text);
        }
    }
}
