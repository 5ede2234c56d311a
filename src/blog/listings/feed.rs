//! The Atom feed, `/feed.xml`.
//!
//! It may not know how posts are made, only what they are.

use atom_syndication::{Category, Entry, Feed, FixedDateTime, Link, Person, Text};

use sha2::{Digest, Sha256};

use crate::{
    blog::content::{Content, Post, without_controls},
    web::characters::legal,
};

/// Where things are that a feed names, and what it calls them.
struct Addresses<'a> {
    /// Where the site is, without a slash at its end, if that is known.
    site_url: Option<&'a str>,
    site_title: &'a str,
}

impl Addresses<'_> {
    /// The address of what is at this path. Where the site's is not known, the path: that is
    /// relative to where a reader found the feed.
    fn link(&self, path: &str) -> String {
        format!("{}{path}", self.site_url.unwrap_or_default())
    }

    /// The id of what is at this path: its address. It has to be a whole one (RFC 4287, 4.2.6),
    /// and stay: where the site's address is not known, it is a UUID that is made of the names.
    fn id(&self, path: &str) -> String {
        match self.site_url {
            Some(url) => format!("{url}{path}"),
            None => uuid_urn(&format!("{}\n{path}", self.site_title)),
        }
    }
}

/// A UUID of version 8 that is made of this name (RFC 9562, 5.8), as a URN.
fn uuid_urn(name: &str) -> String {
    let digest = Sha256::digest(name);
    let half = |from: usize| {
        let bytes = digest.iter().skip(from).take(8);
        bytes.fold(0_u64, |half, byte| half << 8 | u64::from(*byte))
    };
    let (high, low) = (half(0), half(8));
    let high = high & !0xf000 | 0x8000;
    let low = low & !(0b11 << 62) | 0b10 << 62;
    format!(
        "urn:uuid:{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff,
    )
}

/// The feed of the newest posts, as many as the site wants, with their full text.
/// `site_url` is where the site is, without a slash at its end, if that is known. A feed without
/// posts says that it was last updated in 1970.
pub fn atom(content: &Content, site_url: Option<&str>) -> String {
    let site = content.site();
    let addresses = Addresses {
        site_url,
        site_title: &site.title,
    };
    let newest = content.list_lengths().feed_posts.get();
    let posts = content.posts().iter().take(newest);
    let entries: Vec<Entry> = posts.map(|post| entry(post, &addresses)).collect();
    let author = Person {
        name: legal(&site.author),
        ..Person::default()
    };
    let newest = entries.first().map(|newest| newest.updated);
    let feed = Feed {
        title: plain(&site.title),
        subtitle: Some(plain(&site.description)),
        id: addresses.id("/"),
        updated: newest.unwrap_or_default(),
        authors: vec![author],
        links: vec![
            link("self", "application/atom+xml", addresses.link("/feed.xml")),
            link("alternate", "text/html", addresses.link("/")),
        ],
        lang: Some(legal(&site.language)),
        entries,
        ..Feed::default()
    };
    feed.to_string()
}

fn entry(post: &Post, addresses: &Addresses<'_>) -> Entry {
    let summary = &post.summary;
    let permalink = addresses.link(&post.path());
    let day = midnight(&summary.date);
    let category = |name: &str| Category {
        term: legal(name),
        ..Category::default()
    };
    let content = atom_syndication::Content {
        // The text's own addresses, `/media/…` and `#…`, are relative to this.
        base: Some(permalink.clone()),
        content_type: Some("html".to_owned()),
        value: Some(legal(&without_controls(&post.html))),
        ..atom_syndication::Content::default()
    };
    Entry {
        title: plain(&summary.title),
        id: addresses.id(&post.path()),
        updated: day,
        published: Some(day),
        categories: summary.tags.iter().map(|tag| category(&tag.name)).collect(),
        links: vec![link("alternate", "text/html", permalink)],
        summary: Some(plain(&summary.description)),
        content: Some(content),
        ..Entry::default()
    }
}

fn link(rel: &str, mime_type: &str, href: String) -> Link {
    Link {
        href,
        rel: rel.to_owned(),
        mime_type: Some(mime_type.to_owned()),
        ..Link::default()
    }
}

fn plain(text: &str) -> Text {
    Text::plain(legal(text))
}

#[expect(
    clippy::expect_used,
    reason = "a post's date is ISO 8601 with a four-digit year, since content is loaded"
)]
fn midnight(date: &str) -> FixedDateTime {
    FixedDateTime::parse_from_rfc3339(&format!("{date}T00:00:00Z")).expect("a date")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blog::content::example;

    fn feed_of(content: &Content) -> Feed {
        atom(content, Some("https://example.org")).parse().unwrap()
    }

    #[test]
    fn where_the_site_s_address_is_not_known_links_are_relative_and_ids_stay() {
        let text = atom(&example::content(), None);
        let feed: Feed = text.parse().unwrap();
        assert_eq!(feed.links[0].href, "/feed.xml");
        let entry = &feed.entries[0];
        assert_eq!(entry.links[0].href, "/posts/second");
        let base = entry.content.as_ref().unwrap().base.as_deref();
        assert_eq!(base, Some("/posts/second"));
        let ids: Vec<_> = feed.entries.iter().map(|entry| &*entry.id).collect();
        for id in ids.iter().chain([&&*feed.id]) {
            let groups: Vec<_> = id.strip_prefix("urn:uuid:").unwrap().split('-').collect();
            let lengths: Vec<_> = groups.iter().map(|group| group.len()).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
            assert!(groups[2].starts_with('8'), "the version: {id}");
            assert!(
                groups[3].starts_with(['8', '9', 'a', 'b']),
                "the variant: {id}"
            );
        }
        assert_ne!(ids[0], ids[1]);
        assert_eq!(
            text,
            atom(&example::content(), None),
            "as long as the names stay"
        );
    }

    #[test]
    fn the_text_of_an_entry_has_no_links_to_its_own_headings_and_no_buttons() {
        let body = "## A <b>c</b>\n\nB [d](#a-c)\n\n```\ne\n```\n";
        let folder = example::Folder::new().with_post("post", body);
        let feed = feed_of(&folder.load().unwrap());
        let text = feed.entries[0].content.as_ref().unwrap();
        let text = text.value.as_deref().unwrap();
        for control in ["class=\"anchor\"", "<button", "Copy"] {
            assert!(!text.contains(control), "{control} in {text}");
        }
        assert!(text.contains("<code>e\n</code>"), "{text}");
        assert!(text.contains("<h2 id=\"a-c\">A <b>c</b></h2>"), "{text}");
        assert!(text.contains("B <a href=\"#a-c\">d</a>"), "{text}");
    }

    #[test]
    fn the_feed_says_what_the_site_is_and_where() {
        let feed = feed_of(&example::content());
        assert_eq!(feed.title.value, "Tests & <Trials>");
        assert_eq!(feed.id, "https://example.org/");
        assert_eq!(feed.lang.as_deref(), Some("en"));
        assert_eq!(feed.authors[0].name, "Ada");
        assert_eq!(feed.links[0].rel, "self");
        assert_eq!(feed.links[0].href, "https://example.org/feed.xml");
        assert_eq!(feed.updated.to_rfc3339(), "2026-11-20T00:00:00+00:00");
    }

    #[test]
    fn an_entry_has_the_whole_post_and_its_permalink_for_an_id() {
        let content = example::content();
        let feed = feed_of(&content);
        let ids: Vec<_> = feed.entries.iter().map(|entry| entry.id.as_str()).collect();
        let url = "https://example.org/posts";
        assert_eq!(ids, [format!("{url}/second"), format!("{url}/first")]);
        let entry = &feed.entries[0];
        let text = entry.content.as_ref().unwrap();
        assert_eq!(text.content_type.as_deref(), Some("html"));
        assert_eq!(
            text.value.as_deref(),
            Some(content.posts()[0].html.as_str())
        );
        assert_eq!(
            text.base.as_deref(),
            Some("https://example.org/posts/second")
        );
        assert_eq!(
            entry.summary.as_ref().unwrap().value,
            "The second, \"quoted\""
        );
        assert_eq!(entry.categories[0].term, "Web & Sockets");
        assert_eq!(
            entry.published.unwrap().to_rfc3339(),
            "2026-11-20T00:00:00+00:00"
        );
    }

    #[test]
    fn one_character_that_xml_cannot_hold_does_not_spoil_the_feed() {
        let folder = example::Folder::new().with_post("post", "A\u{c}b\u{ffff}c");
        let feed = feed_of(&folder.load().unwrap());
        let text = feed.entries[0].content.as_ref().unwrap();
        assert_eq!(text.value.as_deref(), Some("<p>Abc</p>\n"));
    }

    #[test]
    fn every_day_that_a_post_can_have_is_a_time() {
        for date in ["0000-01-01", "2024-02-29", "9999-12-31"] {
            assert!(midnight(date).to_rfc3339().starts_with(date));
        }
    }
}
