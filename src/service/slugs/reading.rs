//! One reading of a source: its document, and the documents that it names.

use super::{
    document::{Document, Examples, Rules, Unreadable, shown},
    fetch::{FetchError, Fetched, Fetcher},
    page::absolute,
    source::{Location, Source},
    text::{TextError, decoded, unpacked},
};
use crate::counter::protocol::Slug;
use std::{
    collections::{BTreeSet, HashSet, VecDeque},
    fs::File,
    io,
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;
use url::Url;

/// Site maps that name site maps are followed this deep.
const MAX_DEPTH: usize = 3;
/// How many problems are described; the others are counted.
const MAX_DESCRIBED: usize = 3;

/// How a source is read.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The query parameters that name pages.
    pub(super) parameters: Vec<String>,
    /// The most pages of all sources together.
    pub(super) max_pages: usize,
    /// The most documents of a source. A site map may name 50,000 others
    /// (<https://www.sitemaps.org/protocol.html>), and hardly one names a hundred.
    pub(super) max_documents: usize,
    /// The most bytes of a document, unpacked: what the protocol allows.
    pub(super) max_bytes: u64,
    /// How long all documents of a source may take.
    pub(super) timeout: Duration,
    /// How long one of them may take.
    pub(super) request_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            parameters: Vec::new(),
            max_pages: 200_000,
            max_documents: 1_000,
            max_bytes: 50 * 1024 * 1024,
            timeout: Duration::from_secs(60),
            request_timeout: Duration::from_secs(10),
        }
    }
}

/// What a source names now.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) slugs: BTreeSet<Slug>,
    /// Whether it names only the newest pages, as a feed does.
    pub(super) is_feed: bool,
    /// What it names and could not be read, so that pages may be missing.
    pub(super) problems: Problems,
    pub(super) left_out: Examples,
    pub(super) merged: Examples,
    pub(super) capitals: Examples,
    /// How many pages there are beyond the most that are taken.
    pub(super) beyond: usize,
    /// The host of the first page that has one.
    pub(super) site: Option<String>,
}

impl Reading {
    /// Whether a page that is not in it is no page of the site any more.
    pub(super) fn is_complete(&self) -> bool {
        !self.is_feed && self.problems.count == 0 && self.beyond == 0
    }
}

/// Some of the problems there were, and how many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Problems {
    pub(super) count: usize,
    described: Vec<String>,
}

impl Problems {
    fn add(&mut self, problem: impl FnOnce() -> String) {
        self.count += 1;
        if self.described.len() < MAX_DESCRIBED {
            self.described.push(problem());
        }
    }
}

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.described.join("; "))?;
        match self.count - self.described.len() {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// Why a source cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the list of pages {source_name}: {why}")]
pub struct SourceError {
    source_name: String,
    why: Why,
}

#[derive(Debug, thiserror::Error)]
enum Why {
    #[error("{0}; name a file that can be read, or an address that begins with https://")]
    File(io::Error),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Text(TextError),
    #[error(transparent)]
    Document(#[from] Unreadable),
    #[error("it names no page: its {count} entries are left out, for example {example}")]
    AllLeftOut { count: usize, example: String },
    #[error("it names only site maps that cannot be read: {0}")]
    NoMember(Problems),
    #[error("there is no thread to read it: {0}; it is tried again")]
    NoThread(io::Error),
    #[error("reading it was given up")]
    GivenUp,
}

/// How much of a source is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// The source and what it names.
    Whole,
    /// The source alone; `None` if it names others.
    First,
}

/// Reads the source on a thread of its own: the end of the runtime would wait for a thread
/// of the runtime, and so for a site that does not answer.
///
/// # Errors
/// If the source itself cannot be had, or names no page.
pub(super) async fn read(
    source: &Arc<Source>,
    settings: &Arc<Settings>,
    extent: Extent,
) -> Result<Option<Reading>, SourceError> {
    let thread = thread::Builder::new().name("page-list".to_owned());
    read_on(thread, source, settings, extent).await
}

/// As [`read`], on this thread.
pub(super) async fn read_on(
    thread: thread::Builder,
    source: &Arc<Source>,
    settings: &Arc<Settings>,
    extent: Extent,
) -> Result<Option<Reading>, SourceError> {
    let (done, read) = oneshot::channel();
    let spawned = thread.spawn({
        let (source, settings) = (Arc::clone(source), Arc::clone(settings));
        move || {
            // At the stop nobody waits for it any more.
            let _ = done.send(read_now(&source, &settings, extent));
        }
    });
    let read = match spawned {
        Ok(_) => read.await.unwrap_or(Err(Why::GivenUp)),
        Err(error) => Err(Why::NoThread(error)),
    };
    read.map_err(|why| SourceError {
        source_name: source.to_string(),
        why,
    })
}

fn read_now(source: &Source, settings: &Settings, extent: Extent) -> Result<Option<Reading>, Why> {
    let deadline = Instant::now() + settings.timeout;
    let url = match &source.location {
        Location::Web(url) => Some(url),
        Location::File(_) => None,
    };
    let fetcher = Fetcher::new(url, settings.max_bytes, settings.request_timeout);
    let (text, url) = match &source.location {
        Location::Web(url) => {
            let Fetched { text, url } = fetcher.fetch(url, None, deadline)?;
            (text, Some(url))
        }
        Location::File(path) => (text_of(path, settings.max_bytes)?, None),
    };
    let mut crawl = Crawl {
        reading: Reading::default(),
        source,
        settings,
        waiting: VecDeque::new(),
        seen: url.iter().cloned().collect(),
        documents: 1,
        beyond: 0,
    };
    let document = Document::read(&text, url.as_ref(), crawl.rules())?;
    drop(text);
    if document.is_empty() && document.left_out.count == 0 {
        return Err(Unreadable::Empty.into());
    }
    if extent == Extent::First && !document.members.is_empty() {
        return Ok(None);
    }
    crawl.add(document, url.as_ref(), 0);
    crawl.follow(&fetcher, deadline);
    crawl.report_beyond();
    let reading = crawl.reading;
    if !reading.slugs.is_empty() {
        return Ok(Some(reading));
    }
    // A list that is not there yet, or not any more, is no reason to forget all pages.
    Err(match (reading.problems.count, reading.left_out.count) {
        (1.., _) => Why::NoMember(reading.problems),
        (0, 0) => Unreadable::Empty.into(),
        (0, count) => Why::AllLeftOut {
            count,
            example: reading.left_out.to_string(),
        },
    })
}

fn text_of(path: &Path, max_bytes: u64) -> Result<String, Why> {
    let file = File::open(path).map_err(Why::File)?;
    let text = unpacked(file, max_bytes).and_then(|bytes| decoded(bytes, None));
    text.map_err(|error| match error {
        TextError::Read(error) => Why::File(error),
        error => Why::Text(error),
    })
}

/// A source that is being read.
struct Crawl<'s> {
    reading: Reading,
    source: &'s Source,
    settings: &'s Settings,
    waiting: VecDeque<Member>,
    /// The documents that were asked for or wait.
    seen: HashSet<Url>,
    documents: usize,
    /// How many there are beyond the most that are read.
    beyond: usize,
}

/// A site map that another names.
struct Member {
    url: Url,
    /// The site that it has to be of: that of the document that names it, unless that is
    /// a file.
    of: Option<Url>,
    depth: usize,
}

impl Crawl<'_> {
    fn rules(&self) -> Rules<'_> {
        Rules {
            parameters: &self.settings.parameters,
            max_pages: self.settings.max_pages,
            max_members: self.settings.max_documents,
        }
    }

    /// Takes what this document, which came from `url`, names.
    fn add(&mut self, document: Document, url: Option<&Url>, depth: usize) {
        let reading = &mut self.reading;
        reading.is_feed |= document.is_feed;
        reading.left_out.extend(document.left_out);
        reading.merged.extend(document.merged);
        reading.capitals.extend(document.capitals);
        reading.beyond += document.beyond;
        reading.site = reading.site.take().or(document.site);
        for slug in document.slugs {
            let Some(slug) = self.source.prefixed(slug.clone()) else {
                let example = || format!("{}: too long with its prefix", shown(slug.as_str()));
                reading.left_out.add(example);
                continue;
            };
            if reading.slugs.len() < self.settings.max_pages {
                reading.slugs.insert(slug);
            } else if !reading.slugs.contains(&slug) {
                reading.beyond += 1;
            }
        }
        self.beyond += document.members_beyond;
        for member in document.members {
            self.member(&member, url, depth + 1);
        }
    }

    fn member(&mut self, address: &str, from: Option<&Url>, depth: usize) {
        let Ok(url) = absolute(address, from) else {
            let problem = || {
                format!(
                    "it names {}, which is no address of the web",
                    shown(address)
                )
            };
            self.reading.problems.add(problem);
            return;
        };
        if depth > MAX_DEPTH {
            let problem = || {
                format!(
                    "it names {} at a depth of {depth}, and site maps are followed to {MAX_DEPTH}",
                    shown(address)
                )
            };
            self.reading.problems.add(problem);
        } else if self.seen.contains(&url) {
            // An index that names itself, for example.
        } else if self.seen.len() >= self.settings.max_documents {
            self.beyond += 1;
        } else {
            let of = from.cloned();
            self.seen.insert(url.clone());
            self.waiting.push_back(Member { url, of, depth });
        }
    }

    /// Says how many documents are not read because there are too many.
    fn report_beyond(&mut self) {
        if self.beyond > 0 {
            let (beyond, most) = (self.beyond, self.settings.max_documents);
            let problem = || {
                format!(
                    "{beyond} site maps are not read, since a list has {most} documents at most"
                )
            };
            self.reading.problems.add(problem);
        }
    }

    /// Reads the site maps that wait, and those that these name. One that cannot be read
    /// loses only itself.
    fn follow(&mut self, fetcher: &Fetcher, deadline: Instant) {
        while let Some(Member { url, of, depth }) = self.waiting.pop_front() {
            if Instant::now() >= deadline {
                let (read, left) = (self.documents, self.waiting.len() + 1);
                let within = self.settings.timeout.as_secs();
                let problem =
                    || format!("{read} documents took {within} s, and {left} were not read");
                self.reading.problems.add(problem);
                return;
            }
            self.documents += 1;
            let read = fetcher.fetch(&url, of.as_ref(), deadline);
            let read = read.map_err(Why::from).and_then(|Fetched { text, url }| {
                let document = Document::read(&text, Some(&url), self.rules())?;
                Ok((document, url))
            });
            match read {
                Ok((document, from)) => {
                    // Under the address that it has, too, it is not read again.
                    self.seen.insert(from.clone());
                    self.add(document, Some(&from), depth);
                }
                Err(why) => {
                    let problem = || format!("it names {}: {why}", shown(url.as_str()));
                    self.reading.problems.add(problem);
                }
            }
        }
    }
}
