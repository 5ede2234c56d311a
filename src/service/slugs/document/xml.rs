//! Site maps, RSS (0.9 to 2.0) and Atom.

use super::{Builder, Unreadable};
use crate::service::slugs::page::absolute;
use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
};
use url::Url;

/// Elements may be nested this deep.
const MAX_DEPTH: usize = 100;

/// Where the reader is in the document.
#[derive(Default)]
struct Position {
    /// The elements that are open, as `/feed/entry/link`, and how many there are.
    path: String,
    depth: usize,
    /// What the innermost element says so far.
    text: String,
    /// The addresses that `xml:base` names, and the depth of their elements.
    bases: Vec<(usize, Url)>,
    item: Item,
}

/// The item of a feed that is open.
#[derive(Default)]
struct Item {
    has_link: bool,
    guid_is_permalink: bool,
    guid: Option<String>,
}

/// Adds what the document names.
pub(super) fn read(text: &str, to: &mut Builder<'_>) -> Result<(), Unreadable> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    // As in `?a=1&b=2`, which many programs write.
    reader.config_mut().allow_dangling_amp = true;
    let mut position = Position::default();
    loop {
        let event = reader.read_event();
        match event.map_err(|_| Unreadable::NotWellFormed(reader.error_position()))? {
            Event::Start(element) => {
                if position.depth == 0 {
                    to.document.is_feed = is_feed(element.local_name().as_ref())?;
                }
                if position.depth == MAX_DEPTH {
                    return Err(Unreadable::NotWellFormed(reader.buffer_position()));
                }
                position.open(&element, to);
            }
            Event::Text(text) => position.text.push_str(&text),
            Event::CData(text) => position.text.push_str(&text),
            Event::GeneralRef(reference) => position.text.extend(character(&reference)),
            Event::End(_) => position.close(to),
            Event::Eof if position.depth == 0 && !position.path.is_empty() => return Ok(()),
            Event::Eof => return Err(Unreadable::NotWellFormed(text.len() as u64)),
            _ => {}
        }
    }
}

impl Position {
    fn open(&mut self, element: &BytesStart<'_>, to: &mut Builder<'_>) {
        if self.depth == 0 {
            self.path.clear();
        }
        self.path.push('/');
        self.path.push_str(element.local_name().as_ref());
        self.depth += 1;
        self.text.clear();
        if let Some(base) = attribute(element, "xml:base") {
            let outer = self.base().or(to.base.as_ref());
            if let Ok(url) = absolute(&base, outer) {
                self.bases.push((self.depth, url));
            }
        }
        match self.path.as_str() {
            "/feed/entry/link" => {
                if let Some(address) = link_of_atom(element) {
                    self.item.has_link = true;
                    let base = self.base().or(to.base.as_ref()).cloned();
                    to.page_from(&address, base.as_ref());
                }
            }
            "/rss/channel/item" | "/RDF/item" | "/feed/entry" => self.item = Item::default(),
            "/rss/channel/item/guid" => {
                let is = attribute(element, "isPermaLink");
                self.item.guid_is_permalink = is.is_none_or(|is| is != "false");
            }
            _ => {}
        }
    }

    fn close(&mut self, to: &mut Builder<'_>) {
        let text = self.text.trim();
        match self.path.as_str() {
            "/urlset/url/loc" => to.page(text),
            "/sitemapindex/sitemap/loc" => to.member(text),
            // Items may be relative to it, and it comes before them.
            "/rss/channel/link" => {
                if let Ok(url) = absolute(text, self.base().or(to.base.as_ref())) {
                    to.base = Some(url);
                }
            }
            "/rss/channel/item/link" | "/RDF/item/link" if !text.is_empty() => {
                self.item.has_link = true;
                let base = self.base().or(to.base.as_ref()).cloned();
                to.page_from(text, base.as_ref());
            }
            "/rss/channel/item/guid" => self.item.guid = Some(text.to_owned()),
            // Often it is the address, which an entry may have nowhere else.
            "/feed/entry/id" => {
                self.item.guid_is_permalink = text.starts_with("http");
                self.item.guid = Some(text.to_owned());
            }
            "/rss/channel/item" | "/feed/entry" if !self.item.has_link => self.item.close(to),
            _ => {}
        }
        if self
            .bases
            .last()
            .is_some_and(|(depth, _)| *depth == self.depth)
        {
            self.bases.pop();
        }
        self.depth = self.depth.saturating_sub(1);
        if self.depth > 0 {
            self.path.truncate(self.path.rfind('/').unwrap_or(0));
        }
        self.text.clear();
    }

    /// What `xml:base` says here.
    fn base(&self) -> Option<&Url> {
        self.bases.last().map(|(_, url)| url)
    }
}

impl Item {
    /// Adds the page of an item without a link: its guid is its address unless it says
    /// that it is not (RSS 2.0, `isPermaLink`), or is no address (Atom).
    fn close(&self, to: &mut Builder<'_>) {
        match self.guid.as_deref() {
            Some(guid) if self.guid_is_permalink => to.page(guid),
            _ => to
                .document
                .left_out
                .add(|| "an item without a link".to_owned()),
        }
    }
}

/// Whether a document that begins with this element is a feed; if not, it is a site map.
fn is_feed(name: &str) -> Result<bool, Unreadable> {
    match name {
        "urlset" | "sitemapindex" => Ok(false),
        "rss" | "feed" | "RDF" => Ok(true),
        name if name.eq_ignore_ascii_case("html") => Err(Unreadable::WebPage),
        _ => Err(Unreadable::OtherXml),
    }
}

/// The value of an attribute; as it is written, if it is not escaped as it should be.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).ok().flatten()?;
    let value = found.normalized_value(XmlVersion::Implicit1_0);
    Some(match value {
        Ok(value) => value.into_owned(),
        Err(_) => found.value.as_ref().to_owned(),
    })
}

/// Where an entry of an Atom feed is to be read (RFC 4287 §4.2.7).
fn link_of_atom(element: &BytesStart<'_>) -> Option<String> {
    let is_the_page = attribute(element, "rel").is_none_or(|rel| rel == "alternate");
    attribute(element, "href").filter(|_| is_the_page)
}

/// The character that is referred to; none if XML has no such name for one.
fn character(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    resolve_predefined_entity(reference)?.chars().next()
}
