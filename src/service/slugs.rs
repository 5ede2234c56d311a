//! Which pages a site has that is not this blog: a list, its site map or its feed, in a
//! file or on the web, read again and again.

mod document;
pub(crate) mod page;
mod source;
#[cfg(test)]
mod tests;

pub use source::{Source, SourceError};

use crate::counter::{admission::Slugs, protocol::Slug};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// A source that could not be had is asked again after this time, or as often as any if
/// that is more often.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// The sources of a site's slugs, and what was last had from each.
pub struct Sources {
    sources: Vec<Read>,
    /// Those that are there whatever the sources say: a blog's posts.
    fixed: BTreeSet<Slug>,
    every: Duration,
}

/// A source, and what is known of it.
struct Read {
    source: Arc<Source>,
    slugs: BTreeSet<Slug>,
    /// Whether it could not be had when it was last asked.
    fails: bool,
}

impl Sources {
    /// Sources that are read every so often, beside `fixed` ones.
    pub fn new(sources: Vec<Source>, fixed: BTreeSet<Slug>, every: Duration) -> Self {
        let sources = sources.into_iter().map(|source| Read {
            source: Arc::new(source),
            slugs: BTreeSet::new(),
            fails: false,
        });
        Self {
            sources: sources.collect(),
            fixed,
            every,
        }
    }

    /// Reads all of them for the first time. One on the web may come up later than this
    /// server does.
    ///
    /// # Errors
    /// If a file cannot be read, or is no list of pages.
    pub async fn begin(&mut self) -> Result<(), SourceError> {
        for read in &mut self.sources {
            match read.source.read().await {
                Ok(slugs) => read.slugs = slugs,
                Err(error) if read.source.is_file() => return Err(error),
                Err(error) => {
                    tracing::warn!(
                        %error,
                        "a list of pages cannot be had yet; until it can, those are counted that were counted before"
                    );
                    read.fails = true;
                }
            }
        }
        Ok(())
    }

    /// What those have, until they can be had, that could not be at the beginning: the
    /// slugs that were counted `before`.
    pub fn assume(&mut self, before: &BTreeSet<Slug>) {
        for read in self.sources.iter_mut().filter(|read| read.fails) {
            read.slugs.clone_from(before);
        }
    }

    /// All slugs there are.
    pub fn slugs(&self) -> BTreeSet<Slug> {
        let read = self.sources.iter().flat_map(|read| &read.slugs);
        self.fixed.iter().chain(read).cloned().collect()
    }

    /// Reads them again and again, and tells `slugs` what there is, until `stop`.
    pub async fn follow(mut self, slugs: Slugs, stop: CancellationToken) {
        while !self.sources.is_empty() {
            let wait = match self.sources.iter().any(|read| read.fails) {
                true => self.every.min(RETRY_AFTER),
                false => self.every,
            };
            tokio::select! {
                () = sleep(wait) => {}
                () = stop.cancelled() => return,
            }
            for read in &mut self.sources {
                read.again().await;
            }
            let now = self.slugs();
            if now != *slugs.all() {
                tracing::info!(pages = now.len(), "there are other pages than before");
                slugs.replace(now);
            }
        }
    }
}

impl Read {
    /// Keeps what was last had, if it cannot be had now.
    async fn again(&mut self) {
        match self.source.read().await {
            Ok(slugs) => {
                if self.fails {
                    tracing::info!(source = %self.source, "a list of pages can be had again");
                }
                (self.fails, self.slugs) = (false, slugs);
            }
            Err(error) => {
                // Once, and not each time.
                if !self.fails {
                    tracing::warn!(%error, "a list of pages cannot be had; the last one is kept");
                }
                self.fails = true;
            }
        }
    }
}
