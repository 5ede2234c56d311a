//! The Atom feed, `/feed.xml`.
//!
//! It may not know how posts are made, only what they are.

use atom_syndication::{Category, Entry, Feed, FixedDateTime, Link, Person, Text};

use crate::{
    blog::content::{Content, Post},
    web::characters::legal,
};

/// The feed of the newest posts, as many as the site wants, with their full text.
/// `site_url` is where the site is, without a slash at its end. A feed without posts says that it was
/// last updated in 1970.
pub fn atom(content: &Content, site_url: &str) -> String {
    let site = content.site();
    let newest = content.list_lengths().feed_posts.get();
    let posts = content.posts().iter().take(newest);
    let entries: Vec<Entry> = posts.map(|post| entry(post, site_url)).collect();
    let author = Person {
        name: legal(&site.author),
        ..Person::default()
    };
    let newest = entries.first().map(|newest| newest.updated);
    let feed = Feed {
        title: plain(&site.title),
        subtitle: Some(plain(&site.description)),
        id: format!("{site_url}/"),
        updated: newest.unwrap_or_default(),
        authors: vec![author],
        links: vec![
            link(
                "self",
                "application/atom+xml",
                format!("{site_url}/feed.xml"),
            ),
            link("alternate", "text/html", format!("{site_url}/")),
        ],
        lang: Some(legal(&site.language)),
        entries,
        ..Feed::default()
    };
    feed.to_string()
}

fn entry(post: &Post, site_url: &str) -> Entry {
    let summary = &post.summary;
    let permalink = format!("{site_url}/posts/{}", summary.slug);
    let day = midnight(&summary.date);
    let category = |name: &str| Category {
        term: legal(name),
        ..Category::default()
    };
    let content = atom_syndication::Content {
        // The text's own addresses, `/media/…` and `#…`, are relative to this.
        base: Some(permalink.clone()),
        content_type: Some("html".to_owned()),
        value: Some(legal(&post.html)),
        ..atom_syndication::Content::default()
    };
    Entry {
        title: plain(&summary.title),
        id: permalink.clone(),
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
        atom(content, "https://example.org").parse().unwrap()
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
