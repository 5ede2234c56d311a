//! A document that names pages: a text with a slug or an address a line, a site map
//! (<https://www.sitemaps.org/protocol.html>), or a feed: RSS, Atom (RFC 4287), or
//! JSON Feed (<https://www.jsonfeed.org/version/1.1/>).

mod json;
mod lines;
#[cfg(test)]
mod tests;
mod xml;

use super::page::{NotAPage, absolute, names_a_page, slug_of_url};
use crate::counter::protocol::{Slug, SlugError};
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};
use url::Url;

/// What an example shows of an address at most, in characters.
const EXAMPLE_CHARS: usize = 120;

/// The pages and further site maps that a document names.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// At most [`Rules::max_pages`].
    pub(super) slugs: BTreeSet<Slug>,
    /// Addresses of the site maps that name the rest, as they are written.
    pub(super) members: Vec<String>,
    /// How many site maps there are beyond [`Rules::max_members`].
    pub(super) members_beyond: usize,
    /// Whether it names only the newest pages, as a feed does.
    pub(super) is_feed: bool,
    /// Entries that are no page.
    pub(super) left_out: Examples,
    /// Pages whose addresses differ from another page's in the query alone, so that
    /// both are one slug.
    pub(super) merged: Examples,
    /// Names that are no address and have capital letters.
    pub(super) capitals: Examples,
    /// How many pages there are beyond the most that are taken.
    pub(super) beyond: usize,
    /// The host of the first page that has one.
    pub(super) site: Option<String>,
}

/// How a document's entries become slugs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'r> {
    /// The query parameters that name pages.
    pub(super) parameters: &'r [String],
    /// The most pages that are taken.
    pub(super) max_pages: usize,
    /// The most site maps that are taken.
    pub(super) max_members: usize,
}

/// How many there are, and one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Examples {
    pub(super) count: usize,
    first: Option<String>,
}

impl Examples {
    /// Counts one more, which `example` describes if it is the first.
    pub(super) fn add(&mut self, example: impl FnOnce() -> String) {
        self.count += 1;
        self.first.get_or_insert_with(example);
    }

    /// Adds those of another document.
    pub(super) fn extend(&mut self, more: Self) {
        self.count += more.count;
        if self.first.is_none() {
            self.first = more.first;
        }
    }
}

impl fmt::Display for Examples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.first.as_deref().unwrap_or_default())
    }
}

/// A stranger's text, short enough for the log and without control characters.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(EXAMPLE_CHARS) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// A text is no list of pages.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// A line of a plain list.
    #[error("line {line}: {why}")]
    Line { line: usize, why: SlugError },
    #[error("it is XML that is not well-formed at byte {0}, or cut off")]
    NotWellFormed(u64),
    #[error("it is XML, but no site map, RSS or Atom")]
    OtherXml,
    #[error(
        "it is a web page; name a site map, a feed, or a list with a slug or an address a line"
    )]
    WebPage,
    #[error("it is JSON, but no JSON Feed")]
    OtherJson,
    #[error("it looks like JSON, and breaks off or is wrong at line {0}")]
    BrokenJson(usize),
    #[error("it is a table; name a list with nothing but a slug or an address a line")]
    Table,
    #[error("it is a robots.txt; name the site map that it names: {0}")]
    Robots(String),
    #[error("it is no text; name a site map, a feed, or a list with a slug or an address a line")]
    Binary,
    #[error("it names no page")]
    Empty,
}

/// A document while it is read.
struct Builder<'r> {
    document: Document,
    rules: Rules<'r>,
    /// Where it came from, by which relative addresses are resolved.
    base: Option<Url>,
    /// The queries of pages that have one.
    queries: HashMap<Slug, Box<str>>,
}

impl Document {
    /// Reads a document of any of these kinds, which its first letters tell. `base` is its
    /// address, if it is of the web.
    pub(super) fn read(
        text: &str,
        base: Option<&Url>,
        rules: Rules<'_>,
    ) -> Result<Self, Unreadable> {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let mut builder = Builder {
            document: Self::default(),
            rules,
            base: base.cloned(),
            queries: HashMap::new(),
        };
        match text.as_bytes().first() {
            None => return Err(Unreadable::Empty),
            Some(b'<') => xml::read(text, &mut builder)?,
            Some(b'{' | b'[') => json::read(text, &mut builder)?,
            Some(_) => lines::read(text, &mut builder)?,
        }
        Ok(builder.document)
    }

    /// Whether it names neither pages nor site maps.
    pub(super) fn is_empty(&self) -> bool {
        self.slugs.is_empty() && self.members.is_empty()
    }
}

impl Builder<'_> {
    /// Adds the page at this address, which may be relative.
    fn page(&mut self, address: &str) {
        let base = self.base.clone();
        self.page_from(address, base.as_ref());
    }

    /// Adds the page at this address, which may be relative to `base`.
    fn page_from(&mut self, address: &str, base: Option<&Url>) {
        // Hosts do not matter, so any will do where there is none.
        let anywhere = Url::parse("http://localhost/").ok();
        let url = absolute(address, base.or(anywhere.as_ref()));
        let slug = url
            .as_ref()
            .map_err(|error| *error)
            .and_then(|url| slug_of_url(url, self.rules.parameters));
        match (slug, url) {
            (Ok(slug), Ok(url)) => {
                if self.document.site.is_none() && (base.is_some() || address.contains("://")) {
                    self.document.site = url.host_str().map(str::to_owned);
                }
                self.merges(&slug, &url, address);
                self.slug(slug);
            }
            (Err(why), _) | (_, Err(why)) => self.leave_out(address, why),
        }
    }

    /// Counts an entry that is no page.
    fn leave_out(&mut self, entry: &str, why: NotAPage) {
        let example = || format!("{}: {why}", shown(entry.trim()));
        self.document.left_out.add(example);
    }

    /// Counts a page that another one hides, since only their queries differ.
    fn merges(&mut self, slug: &Slug, url: &Url, address: &str) {
        let query = url.query().unwrap_or_default();
        if !names_a_page(query) {
            return;
        }
        let first = self.queries.get(slug).map(|first| &**first);
        match first {
            Some(first) if first != query => {
                let example = || format!("{} is {slug}", shown(address.trim()));
                self.document.merged.add(example);
            }
            Some(_) => {}
            None if self.queries.len() < self.rules.max_pages => {
                self.queries.insert(slug.clone(), query.into());
            }
            None => {}
        }
    }

    fn slug(&mut self, slug: Slug) {
        let slugs = &mut self.document.slugs;
        if slugs.len() < self.rules.max_pages {
            slugs.insert(slug);
        } else if !slugs.contains(&slug) {
            self.document.beyond += 1;
        }
    }

    /// Adds a site map.
    fn member(&mut self, address: &str) {
        let document = &mut self.document;
        if document.members.len() < self.rules.max_members {
            document.members.push(address.trim().to_owned());
        } else {
            document.members_beyond += 1;
        }
    }
}
