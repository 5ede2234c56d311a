//! How far a command is that takes long: one line on a terminal, written over again and
//! again, and gone in the end.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// What is done by then needs no word.
const SHOWN_AFTER: Duration = Duration::from_secs(1);
/// Nobody reads faster than this.
const SHOWN_FOR: Duration = Duration::from_millis(100);

/// A line that says how far it is. Dropping it takes the line away, so that an error is
/// not written behind it.
pub(super) struct Progress<W: Write = io::Stderr> {
    /// A terminal, if there is one: in a file each line would stay.
    out: Option<W>,
    /// When the next line may be written.
    due: Instant,
    /// How long the line is that stands there.
    width: usize,
}

impl Progress {
    /// On standard error, from now on.
    pub(super) fn begin() -> Self {
        let stderr = io::stderr();
        Self::on(stderr.is_terminal().then_some(stderr), Instant::now())
    }

    /// So much is done of all; all is 0 if nobody knows.
    pub(super) fn at(&mut self, what: &str, done: u64, all: u64) {
        self.at_time(Instant::now(), what, done, all);
    }
}

impl<W: Write> Progress<W> {
    fn on(out: Option<W>, now: Instant) -> Self {
        Self {
            out,
            due: now + SHOWN_AFTER,
            width: 0,
        }
    }

    fn at_time(&mut self, now: Instant, what: &str, done: u64, all: u64) {
        if now < self.due {
            return;
        }
        self.due = now + SHOWN_FOR;
        self.write(&match done.saturating_mul(100).checked_div(all) {
            Some(percent) => format!("{what}: {} %", percent.min(100)),
            None => format!("{what} …"),
        });
    }

    /// Writes over what stands there, without a terminal's codes, which not all know.
    fn write(&mut self, line: &str) {
        let Some(out) = &mut self.out else { return };
        let width = self.width;
        // No command fails for this.
        let _ = write!(out, "\r{line:width$}").and_then(|()| out.flush());
        self.width = line.chars().count();
    }
}

impl<W: Write> Drop for Progress<W> {
    fn drop(&mut self) {
        if self.width > 0 {
            self.write("");
            self.write("");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written of work that is told of at these times, in ms.
    fn written(told: &[(u64, &str, u64, u64)]) -> String {
        let mut out = Vec::new();
        let began = Instant::now();
        let mut progress = Progress::on(Some(&mut out), began);
        for &(ms, what, done, all) in told {
            progress.at_time(began + Duration::from_millis(ms), what, done, all);
        }
        drop(progress);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_takes_less_than_a_second_is_not_told_of() {
        assert_eq!(written(&[]), "");
        assert_eq!(written(&[(0, "reading", 1, 9), (999, "reading", 8, 9)]), "");
    }

    #[test]
    fn one_line_is_written_over_and_gone_in_the_end() {
        assert_eq!(
            written(&[
                (1_000, "reading", 1, 3),
                (1_099, "reading", 2, 3),
                (1_100, "reading", 3, 3),
                (1_300, "adding", 1, 50),
            ]),
            "\rreading: 33 %\rreading: 100 %\radding: 2 %   \r           \r"
        );
    }

    #[test]
    fn it_is_never_more_than_all_and_all_need_not_be_known() {
        // A file may grow while it is read.
        assert_eq!(written(&[(1_000, "a", 7, 3)]), "\ra: 100 %\r        \r");
        assert_eq!(written(&[(1_000, "a", 7, 0)]), "\ra …\r   \r");
    }

    #[test]
    fn where_there_is_no_terminal_nothing_is_written() {
        let now = Instant::now();
        let mut progress = Progress::<Vec<u8>>::on(None, now);
        progress.at_time(now + SHOWN_AFTER, "reading", 1, 2);
        assert_eq!(progress.width, 0);
    }
}
