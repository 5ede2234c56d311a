//! One source: the pages that are known from it, when it is read, and what the log was
//! told of it.

use super::{
    document::Examples,
    known::KnownPages,
    reading::{Problems, Reading, SourceError},
    source::Source,
};
use crate::counter::{admission::ListStatus, protocol::Slug};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tokio::time::Instant;

/// A source and what is known of it.
pub(super) struct SourceState {
    pub(super) source: Arc<Source>,
    pub(super) pages: KnownPages,
    /// When it is to be read; `None` while it is.
    pub(super) due: Option<Instant>,
    /// Whether it was read, or could not be.
    pub(super) was_tried: bool,
    /// The host of its pages, if it names any.
    pub(super) site: Option<String>,
    /// As metrics call it.
    pub(super) name: Arc<str>,
    is_feed: bool,
    started: Instant,
    /// When it was last read as a whole.
    read_at: Option<Instant>,
    logged: Logged,
}

/// What the log was told last, so that it is told once and not with each reading.
#[derive(Default)]
struct Logged {
    failure: bool,
    problems: Problems,
    left_out: Examples,
    merged: Examples,
    capitals: Examples,
    missing: Option<(usize, usize)>,
    beyond: usize,
}

impl SourceState {
    /// These sources, each with a name of its own.
    pub(super) fn of_all(sources: Vec<Source>) -> Vec<Self> {
        let mut names = BTreeMap::new();
        let started = Instant::now();
        let state = |source: Source| {
            let name = source.short_name();
            let times = names.entry(name.clone()).or_insert(0);
            *times += 1;
            let name = match times {
                1 => name,
                n => format!("{name}#{n}"),
            };
            Self {
                source: Arc::new(source),
                pages: KnownPages::default(),
                due: Some(started),
                was_tried: false,
                site: None,
                name: name.into(),
                is_feed: false,
                started,
                read_at: None,
                logged: Logged::default(),
            }
        };
        sources.into_iter().map(state).collect()
    }

    /// Whether it was not read as a whole yet, or never is, as a feed.
    pub(super) fn needs_assumption(&self) -> bool {
        self.read_at.is_none() || self.is_feed
    }

    /// Takes the pages that were counted before for known.
    pub(super) fn assume(&mut self, before: &BTreeSet<Slug>, room: usize) {
        let beyond = self.pages.assume(self.source.own(before), room);
        if beyond > 0 {
            tracing::warn!(
                list = %self.source,
                beyond,
                "there are more pages that were counted before than there may be; those beyond are unknown until the list names them"
            );
        }
    }

    /// Whether it is worth to read it again soon.
    pub(super) fn is_failing(&self) -> bool {
        self.logged.failure || self.logged.problems.count > 0
    }

    /// How it is, for metrics.
    pub(super) fn status(&self) -> ListStatus {
        ListStatus {
            name: Arc::clone(&self.name),
            pages: self.pages.len(),
            was_read: self.read_at.is_some(),
            since: self.read_at.unwrap_or(self.started).into_std(),
        }
    }

    /// Keeps the pages that are known, since the source could not be read.
    pub(super) fn failed(&mut self, error: &SourceError) {
        if !std::mem::replace(&mut self.logged.failure, true) {
            tracing::warn!(
                %error,
                pages = self.pages.len(),
                "a list of pages cannot be read; the pages that are known stay so"
            );
        }
    }

    /// Takes what the source names now; says whether other pages are known than before.
    /// `room` is for how many more pages there is room, and `max_pages` for how many in all.
    pub(super) fn take(&mut self, mut reading: Reading, room: usize, max_pages: usize) -> bool {
        self.was_tried = true;
        let list = Arc::clone(&self.source);
        if std::mem::take(&mut self.logged.failure) {
            tracing::info!(%list, "a list of pages can be read again");
        }
        self.is_feed = reading.is_feed;
        self.site = reading.site.take().or(self.site.take());
        if reading.problems.count == 0 {
            self.read_at = Some(Instant::now());
        }
        self.log_entries(&reading);
        let change = self.pages.update(reading, room);
        let Logged {
            missing, beyond, ..
        } = &mut self.logged;
        if change.missing.is_some() && missing.is_none() {
            let (missing, of) = change.missing.unwrap_or_default();
            tracing::warn!(
                %list,
                missing,
                of,
                "more than half of the pages are missing in a list; they stay known for a while, in case the list is what is wrong"
            );
        }
        *missing = change.missing;
        if change.forgotten > 0 {
            let pages = change.forgotten;
            tracing::info!(%list, pages, "pages are forgotten that the list does not name any more");
        }
        if change.beyond > 0 && *beyond == 0 {
            tracing::warn!(
                %list,
                beyond = change.beyond,
                max_pages,
                "a list names more pages than there may be in all; those beyond are not counted"
            );
        }
        *beyond = change.beyond;
        change.added + change.forgotten > 0
    }

    /// Logs what is wrong with some of its entries, if that is new.
    fn log_entries(&mut self, reading: &Reading) {
        let list = &self.source;
        let logged = &mut self.logged;
        if logged.problems != reading.problems {
            logged.problems = reading.problems.clone();
            let Problems { count, .. } = reading.problems;
            if count > 0 {
                tracing::warn!(
                    %list,
                    count,
                    problems = %reading.problems,
                    "a part of a list of pages cannot be read; the pages that are known stay so"
                );
            } else {
                tracing::info!(%list, "all parts of a list of pages can be read again");
            }
        }
        let is_new = |logged: &mut Examples, now: &Examples| {
            let is_new = now.count > 0 && logged != now;
            logged.clone_from(now);
            is_new
        };
        let (count, example) = (reading.left_out.count, &reading.left_out);
        if is_new(&mut logged.left_out, &reading.left_out) {
            tracing::info!(%list, count, %example, "entries of a list are left out");
        }
        let (count, example) = (reading.merged.count, &reading.merged);
        if is_new(&mut logged.merged, &reading.merged) {
            tracing::warn!(
                %list,
                count,
                %example,
                "addresses of a list differ in their query alone, and are one page; name the parameter that names the page with --slugs-parameter"
            );
        }
        let (count, example) = (reading.capitals.count, &reading.capitals);
        if is_new(&mut logged.capitals, &reading.capitals) {
            tracing::info!(
                %list,
                count,
                %example,
                "names of a list have capital letters: they are what slug=\"…\" says, and not paths; write paths with a slash before them"
            );
        }
    }
}
