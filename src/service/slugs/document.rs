//! What a list of pages says: a text with a slug a line, a site map
//! (<https://www.sitemaps.org/protocol.html>), or a feed, RSS or Atom (RFC 4287).

use super::page::slug_of_address;
use crate::counter::protocol::{Slug, SlugError};
use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
};
use std::collections::BTreeSet;

/// A list of pages, as far as it says it itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) slugs: BTreeSet<Slug>,
    /// Addresses of site maps that say the rest.
    pub(super) more: Vec<String>,
    /// How many entries are no pages of a slug.
    pub(super) passed_over: usize,
}

/// A text is no list of pages.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// A line of a plain list.
    #[error("line {line}: {why}")]
    Line { line: usize, why: SlugError },
    #[error("it is XML that is not well-formed at byte {0}")]
    NotWellFormed(u64),
    #[error("it is XML, but no site map, RSS or Atom")]
    NoList,
    #[error("it is a web page; name a site map, a feed, or a list with a slug a line")]
    WebPage,
    #[error("it is not UTF-8")]
    NotUtf8,
    #[error("it names no page")]
    Empty,
}

impl Document {
    /// Reads a list of any of these kinds, which its first letter tells.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8)?;
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let document = match text.starts_with('<') {
            true => Self::xml(text)?,
            false => Self::lines(text)?,
        };
        // A list that is not there yet, or not any more, is no reason to forget all pages.
        if document.slugs.is_empty() && document.more.is_empty() {
            return Err(Unreadable::Empty);
        }
        Ok(document)
    }

    /// One slug a line; what follows `#` is a remark.
    fn lines(text: &str) -> Result<Self, Unreadable> {
        let mut slugs = BTreeSet::new();
        for (n, line) in text.lines().enumerate() {
            let line = match line.split_once('#') {
                Some((before, _)) => before.trim(),
                None => line.trim(),
            };
            if !line.is_empty() {
                let slug = line.parse();
                slugs.insert(slug.map_err(|why| Unreadable::Line { line: n + 1, why })?);
            }
        }
        Ok(Self {
            slugs,
            ..Self::default()
        })
    }

    fn xml(text: &str) -> Result<Self, Unreadable> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let mut document = Self::default();
        // The elements that are open, as `/feed/entry/link`, and what the innermost says.
        let (mut path, mut said) = (String::new(), String::new());
        loop {
            let event = reader.read_event();
            match event.map_err(|_| Unreadable::NotWellFormed(reader.error_position()))? {
                Event::Start(element) => {
                    if path.is_empty() {
                        is_list(element.local_name().as_ref())?;
                    }
                    path.push('/');
                    path.push_str(element.local_name().as_ref());
                    said.clear();
                    if path == "/feed/entry/link" {
                        link_of_atom(&element).inspect(|address| document.page(address));
                    }
                }
                Event::Text(text) => said.push_str(&text),
                Event::CData(text) => said.push_str(&text),
                Event::GeneralRef(reference) => said.extend(character(&reference)),
                Event::End(_) => {
                    document.says(&path, said.trim());
                    path.truncate(path.rfind('/').unwrap_or(0));
                    said.clear();
                }
                Event::Eof if path.is_empty() => return Ok(document),
                Event::Eof => return Err(Unreadable::NotWellFormed(text.len() as u64)),
                _ => {}
            }
        }
    }

    /// The element at this path says so much.
    fn says(&mut self, path: &str, text: &str) {
        match path {
            "/urlset/url/loc" | "/rss/channel/item/link" | "/RDF/item/link" => self.page(text),
            "/sitemapindex/sitemap/loc" => self.more.push(text.to_owned()),
            _ => {}
        }
    }

    fn page(&mut self, address: &str) {
        match slug_of_address(address) {
            Ok(slug) => {
                self.slugs.insert(slug);
            }
            Err(_) => self.passed_over += 1,
        }
    }
}

/// Whether a list of pages begins with this element.
fn is_list(name: &str) -> Result<(), Unreadable> {
    match name {
        "urlset" | "sitemapindex" | "rss" | "feed" | "RDF" => Ok(()),
        name if name.eq_ignore_ascii_case("html") => Err(Unreadable::WebPage),
        _ => Err(Unreadable::NoList),
    }
}

/// Where an entry of an Atom feed is to be read (RFC 4287 §4.2.7).
fn link_of_atom(element: &BytesStart) -> Option<String> {
    let attribute = |name: &str| {
        let found = element.try_get_attribute(name).ok().flatten()?;
        let value = found.normalized_value(XmlVersion::Implicit1_0);
        Some(value.ok()?.into_owned())
    };
    let is_the_page = attribute("rel").is_none_or(|rel| rel == "alternate");
    attribute("href").filter(|_| is_the_page)
}

/// The character that is referred to; none if XML has no such name for one.
fn character(reference: &BytesRef) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    resolve_predefined_entity(reference)?.chars().next()
}
