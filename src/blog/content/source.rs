//! Reads a text file of the content folder, or says why that is not possible.
//!
//! It may not know what the file is for.

use std::io;
use std::path::Path;

use super::error::{Problems, line_at};
use super::folder::Folder;

/// The text of a file. `None` when it cannot be had, which is then noted; `missing`
/// says what to do when it is not there.
pub(crate) fn read(
    folder: &(impl Folder + ?Sized),
    file: &Path,
    missing: &str,
    problems: &mut Problems,
) -> Option<String> {
    let bytes = match folder.read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            problems.note(None, missing);
            return None;
        }
        Err(error) => {
            problems.note(None, format!("this file cannot be read: {error}"));
            return None;
        }
    };
    match String::from_utf8(bytes) {
        // Some editors begin a file with a byte order mark.
        Ok(text) => Some(
            text.strip_prefix('\u{feff}')
                .map(str::to_owned)
                .unwrap_or(text),
        ),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes());
            // Up to the first bad byte both are the same.
            problems.note(
                line_at(&text, valid),
                "this is not UTF-8; save the file as UTF-8",
            );
            None
        }
    }
}
