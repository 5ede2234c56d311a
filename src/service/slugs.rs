//! Which pages a site has that is not this blog: lists, site maps and feeds, in files or
//! on the web, read again and again.

mod document;
mod fetch;
mod known;
mod overlap;
pub(crate) mod page;
mod reading;
mod source;
mod state;
#[cfg(test)]
mod tests;
mod text;

pub use reading::SourceError;
pub use source::{Source, SourceNameError};

use crate::counter::{admission::Slugs, protocol::Slug};
use overlap::Overlaps;
use reading::{Extent, Reading, Settings, read};
use state::SourceState;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{
    sync::oneshot,
    task::JoinSet,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

/// A source that could not be read is read again after this time, or as often as any if
/// that is more often.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// The sources of a site's slugs, and the pages that are known from each.
pub struct Sources {
    sources: Vec<SourceState>,
    /// Those that are there whatever the sources say: a blog's posts.
    fixed: BTreeSet<Slug>,
    every: Duration,
    settings: Arc<Settings>,
    overlaps: Overlaps,
    first_reading: Option<oneshot::Sender<()>>,
}

/// The source of this number was read.
type Outcome = (usize, Result<Option<Reading>, SourceError>);

impl Sources {
    /// Sources that are read every so often, beside `fixed` slugs. `parameters` are the
    /// query parameters that name pages.
    pub fn new(
        sources: Vec<Source>,
        parameters: Vec<String>,
        fixed: BTreeSet<Slug>,
        every: Duration,
    ) -> Self {
        Self {
            sources: SourceState::of_all(sources),
            fixed,
            every,
            settings: Arc::new(Settings {
                parameters,
                ..Settings::default()
            }),
            overlaps: Overlaps::default(),
            first_reading: None,
        }
    }

    /// Reads all files for the first time, but not what they name on the web.
    ///
    /// # Errors
    /// If a file cannot be read, or is no list of pages.
    pub async fn begin(&mut self) -> Result<(), SourceError> {
        for n in 0..self.sources.len() {
            let source = &self.sources[n].source;
            if source.is_file()
                && let Some(reading) = read(source, &self.settings, Extent::First).await?
            {
                self.take(n, reading);
                self.sources[n].due = Some(Instant::now() + self.every);
            }
        }
        Ok(())
    }

    /// Reads all of them once, with what they name.
    ///
    /// # Errors
    /// If one of them cannot be read, or is no list of pages.
    pub async fn read_all(&mut self) -> Result<(), SourceError> {
        for n in 0..self.sources.len() {
            let source = &self.sources[n].source;
            if let Some(reading) = read(source, &self.settings, Extent::Whole).await? {
                self.take(n, reading);
            }
        }
        Ok(())
    }

    /// Takes the slugs that were counted `before` for known: until a source is read for the
    /// first time and while a list does not say otherwise, and for good where a source is a
    /// feed, which named them once.
    pub fn assume(&mut self, before: &BTreeSet<Slug>) {
        for n in 0..self.sources.len() {
            if self.sources[n].needs_assumption() {
                let room = self.room();
                self.sources[n].assume(before, room);
            }
        }
    }

    /// All slugs there are.
    pub fn slugs(&self) -> BTreeSet<Slug> {
        let known = self.sources.iter().flat_map(|state| state.pages.slugs());
        self.fixed.iter().chain(known).cloned().collect()
    }

    /// Is there when each source was read once, or could not be.
    pub fn first_reading(&mut self) -> impl Future<Output = ()> + use<> {
        let (done, first) = oneshot::channel();
        self.first_reading = Some(done);
        async move {
            // It also ends when nobody reads any more.
            let _ = first.await;
        }
    }

    /// Reads them again and again, those first that were not read yet, and tells `slugs`
    /// what there is, until `stop`.
    pub async fn follow(mut self, slugs: Slugs, stop: CancellationToken) {
        let mut readings: JoinSet<Outcome> = JoinSet::new();
        self.publish(&slugs);
        loop {
            self.start_due(&mut readings);
            if self.sources.iter().all(|state| state.was_tried) {
                self.first_reading = None;
            }
            let next = self.sources.iter().filter_map(|state| state.due).min();
            tokio::select! {
                () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
                Some(outcome) = readings.join_next() => self.finish(outcome, &slugs),
                () = stop.cancelled() => return,
            }
        }
    }

    /// Starts to read the sources that are due.
    fn start_due(&mut self, readings: &mut JoinSet<Outcome>) {
        let now = Instant::now();
        for (n, state) in self.sources.iter_mut().enumerate() {
            if state.due.is_some_and(|due| due <= now) {
                state.due = None;
                let (source, settings) = (Arc::clone(&state.source), Arc::clone(&self.settings));
                readings.spawn(async move { (n, read(&source, &settings, Extent::Whole).await) });
            }
        }
    }

    fn finish(&mut self, outcome: Result<Outcome, tokio::task::JoinError>, slugs: &Slugs) {
        let (n, read) = match outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::error!(%error, "the reading of a list of pages ended unexpectedly");
                // Which one it was is not known.
                for state in self.sources.iter_mut().filter(|state| state.due.is_none()) {
                    state.due = Some(Instant::now() + self.every.min(RETRY_AFTER));
                }
                return;
            }
        };
        let before = slugs.all().len();
        let changed = match read {
            Ok(Some(reading)) => self.take(n, reading),
            Ok(None) => false,
            Err(error) => {
                self.sources[n].failed(&error);
                false
            }
        };
        let state = &mut self.sources[n];
        let wait = match state.is_failing() {
            true => self.every.min(RETRY_AFTER),
            false => self.every,
        };
        (state.due, state.was_tried) = (Some(Instant::now() + wait), true);
        self.publish(slugs);
        if changed {
            let pages = slugs.all().len();
            tracing::info!(pages, before, "there are other pages than before");
        }
    }

    /// Takes what source `n` names; says whether other pages are known now.
    fn take(&mut self, n: usize, reading: Reading) -> bool {
        let room = self.room();
        let changed = self.sources[n].take(reading, room, self.settings.max_pages);
        if changed {
            self.overlaps.warn(&self.fixed, &self.sources);
        }
        changed
    }

    /// How many more pages may be known from sources.
    fn room(&self) -> usize {
        let known = self.sources.iter().flat_map(|state| state.pages.slugs());
        let known: BTreeSet<&Slug> = known.collect();
        self.settings.max_pages.saturating_sub(known.len())
    }

    /// Tells what there is, and how the lists are.
    fn publish(&self, slugs: &Slugs) {
        let now = self.slugs();
        if now != *slugs.all() {
            slugs.replace(now);
        }
        slugs.report(self.sources.iter().map(SourceState::status).collect());
    }
}
