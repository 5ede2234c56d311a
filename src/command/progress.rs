//! How far a command is that may take long.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error, if that is a terminal, until so much is done; whenever it ends
/// before, an error is not written behind it.
pub(super) fn of(what: &'static str, all: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent} %");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(all).with_style(style).with_message(what)
}
