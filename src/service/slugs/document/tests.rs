//! What a document may be, and what it names.

use super::*;

const RULES: Rules<'_> = Rules {
    parameters: &[],
    max_pages: 1000,
    max_members: 10,
};

fn document(text: &str) -> Document {
    Document::read(text, None, RULES).unwrap()
}

/// The slugs that it names, sorted.
fn named(text: &str) -> Vec<String> {
    let slugs = document(text).slugs.into_iter();
    slugs.map(|slug| slug.as_str().to_owned()).collect()
}

fn refusal(text: &str) -> Unreadable {
    Document::read(text, None, RULES).unwrap_err()
}

#[test]
fn a_list_has_a_slug_a_line() {
    let list = "\u{feff}# all of them\nhello\n\n  2026/World  # the second\r\n日本語";
    assert_eq!(named(list), ["2026/World", "hello", "日本語"]);
    let error = refusal("hello\na//b\n").to_string();
    assert!(
        error.starts_with("line 2: the slug has an empty segment"),
        "{error}"
    );
}

#[test]
fn a_list_may_have_addresses_and_paths() {
    let list = "https://blog.example/\nHTTPS://blog.example/Posts/Hello/\n/Posts/B/index.html\n\
                caf%C3%A9/\ncaf%C3%A9s\n100%\n//c\nPosts/Hello\nmailto://me\n/a//b\n/d%00";
    let document = document(list);
    let slugs: Vec<_> = document.slugs.iter().map(Slug::as_str).collect();
    assert_eq!(
        slugs,
        [
            "100%",
            "Posts/Hello",
            "a/b",
            "c",
            "café",
            "cafés",
            "index",
            "posts/b",
            "posts/hello"
        ]
    );
    assert_eq!(document.left_out.count, 2);
    let example = document.left_out.to_string();
    assert!(
        example.starts_with("\"mailto://me\": it is no address"),
        "{example}"
    );
    assert_eq!(document.capitals.to_string(), "\"Posts/Hello\"");
    assert_eq!(document.site.as_deref(), Some("blog.example"));
}

#[test]
fn a_site_map_names_pages_by_their_address() {
    let site_map = r#"<?xml version="1.0" encoding="UTF-8"?>
        <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
                xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
          <url><loc>https://blog.example/</loc><lastmod>2026-01-01</lastmod></url>
          <url><loc>
            https://blog.example/Posts/Hello/?a=1&amp;b=2 </loc>
            <image:image><image:loc>https://blog.example/cat.png</image:loc></image:image></url>
          <url><loc><![CDATA[https://blog.example/caf%C3%A9/]]></loc></url>
          <url><loc>https://blog.example/bare?a=1&b=2</loc></url>
          <url><loc>/relative/</loc></url>
          <url><loc>mailto:me@blog.example</loc></url>
          <url><loc></loc></url>
        </urlset>"#;
    let pages = ["bare", "café", "index", "posts/hello", "relative"];
    assert_eq!(named(site_map), pages);
    let document = document(site_map);
    assert_eq!(document.left_out.count, 2);
    assert!(!document.is_feed);
}

#[test]
fn a_site_map_index_names_site_maps() {
    let index = "<sitemapindex><sitemap><loc> https://blog.example/1.xml?a=1&amp;b=2\n</loc>\
                 </sitemap><sitemap><loc>2.xml</loc></sitemap></sitemapindex>";
    let members = ["https://blog.example/1.xml?a=1&b=2", "2.xml"];
    assert_eq!(document(index).members, members);
}

#[test]
fn a_feed_names_pages_by_their_links() {
    let rss = r#"<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
        <link>https://blog.example/news/</link>
        <atom:link href="https://blog.example/feed.xml" rel="self"/>
        <item><title>A &amp; B &nbsp;</title><link>https://blog.example/a/</link></item>
        <item><atom:link href="x"/><link>b/</link><guid>x</guid></item>
        <item><guid>https://blog.example/c</guid></item>
        <item><guid isPermaLink="true">/d</guid><title/></item>
        <item><guid isPermaLink="false">https://blog.example/?p=5</guid></item>
        <item><title>None</title></item>
        </channel></rss>"#;
    assert_eq!(named(rss), ["a", "c", "d", "news/b"]);
    let rss = document(rss);
    assert!(rss.is_feed);
    assert_eq!(rss.left_out.count, 2);
    let rdf = "<rdf:RDF><channel><link>https://blog.example/</link></channel>\
               <item><link>https://blog.example/a</link></item></rdf:RDF>";
    assert_eq!(named(rdf), ["a"]);
    let atom = r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://blog.example/">
        <link href="https://blog.example/"/>
        <entry><link rel="alternate" href="https://blog.example/a?x=1&amp;y=2"/>
          <link rel="enclosure" href="https://blog.example/a.mp3"/></entry>
        <entry><link href="https://blog.example/b?x=1&y=2"></link></entry>
        <entry xml:base="posts/"><link href="c"/></entry>
        <entry><id>urn:uuid:1</id><link href="d"/></entry>
        <entry><id>https://blog.example/e</id></entry>
        <entry><id>tag:blog.example,2026:1</id></entry>
        </feed>"#;
    assert_eq!(named(atom), ["a", "b", "d", "e", "posts/c"]);
    assert_eq!(document(atom).left_out.count, 1);
}

#[test]
fn a_json_feed_names_pages_by_their_url() {
    let feed = r#"{"version": "https://jsonfeed.org/version/1.1", "title": "A", "items": [
        {"id": "1", "url": "https://blog.example/a/", "external_url": "https://other.example/"},
        {"id": "https://blog.example/b"}, {"id": 3, "url": "/c"}, {"id": 4}, {"url": null}]}"#;
    assert_eq!(named(feed), ["a", "b", "c"]);
    let document = document(feed);
    assert!(document.is_feed);
    assert_eq!(document.left_out.count, 2);
}

#[test]
fn a_relative_address_is_one_of_the_document() {
    let base = Url::parse("https://blog.example/news/map.xml").ok();
    let map = "<urlset><url><loc>a</loc></url><url><loc>../b</loc></url></urlset>";
    let document = Document::read(map, base.as_ref(), RULES).unwrap();
    let slugs: Vec<_> = document.slugs.iter().map(Slug::as_str).collect();
    assert_eq!(slugs, ["b", "news/a"]);
}

#[test]
fn addresses_that_differ_in_their_query_alone_are_told() {
    let list = "https://shop.example/item?id=1\nhttps://shop.example/item?id=2\n\
                https://shop.example/item?id=2&utm_source=x\nhttps://shop.example/?p=1\n\
                https://shop.example/a?utm_source=x\nhttps://shop.example/a?utm_source=y";
    let document = document(list);
    assert_eq!(document.slugs.len(), 2);
    assert_eq!(document.merged.count, 2);
    let example = document.merged.to_string();
    assert_eq!(example, "\"https://shop.example/item?id=2\" is item");
    let left_out = document.left_out.to_string();
    assert!(
        left_out.contains("?p=1\": its query names the page"),
        "{left_out}"
    );

    let rules = Rules {
        parameters: &["id".to_owned(), "p".to_owned()],
        ..RULES
    };
    let document = Document::read(list, None, rules).unwrap();
    let slugs: Vec<_> = document.slugs.iter().map(Slug::as_str).collect();
    assert_eq!(slugs, ["a", "item/id=1", "item/id=2", "p=1"]);
    assert_eq!((document.merged.count, document.left_out.count), (1, 0));
}

#[test]
fn there_are_as_many_pages_as_are_taken_in_a_document_of_any_kind() {
    let rules = Rules {
        max_pages: 2,
        max_members: 2,
        ..RULES
    };
    let read = |text: &str| Document::read(text, None, rules).unwrap();
    let address = |n: usize| format!("https://blog.example/{}", n % 5);
    let addresses: Vec<String> = (0..10).map(address).collect();
    let map = |address: &String| format!("<url><loc>{address}</loc></url>");
    let maps: String = addresses.iter().map(map).collect();
    let items: Vec<_> = addresses
        .iter()
        .map(|a| serde_json::json!({ "url": a }))
        .collect();
    let feed = serde_json::json!({"version": "https://jsonfeed.org/version/1", "items": items});
    for text in [
        "a\nb\nc\na\nd".to_owned(),
        addresses.join("\n"),
        format!("<urlset>{maps}</urlset>"),
        feed.to_string(),
    ] {
        let document = read(&text);
        assert_eq!(document.slugs.len(), 2, "{text}");
        assert!(document.beyond >= 2, "{text}");
    }
    let member = "<sitemap><loc>https://blog.example/a</loc></sitemap>".repeat(9);
    let index = read(&format!("<sitemapindex>{member}</sitemapindex>"));
    assert_eq!((index.members.len(), index.members_beyond), (2, 7));
}

#[test]
fn what_is_no_list_says_what_it_is() {
    assert_eq!(refusal(""), Unreadable::Empty);
    assert_eq!(refusal("# nothing yet\n"), Unreadable::Empty);
    assert_eq!(refusal("<!DOCTYPE html><html><body>"), Unreadable::WebPage);
    assert_eq!(refusal("<opml></opml>"), Unreadable::OtherXml);
    for text in [
        "<urlset><url></urlset>",
        "<urlset><url>",
        "<!-- nothing -->",
        "<",
    ] {
        let refusal = refusal(text);
        assert!(matches!(refusal, Unreadable::NotWellFormed(_)), "{text}");
    }
    let deep = "<urlset>".repeat(100_000);
    assert!(matches!(refusal(&deep), Unreadable::NotWellFormed(_)));
    for text in [
        "[]",
        "{\"a\": 1}",
        "[\"a\"]",
        "{\"version\": \"2\", \"items\": []}",
    ] {
        assert_eq!(refusal(text), Unreadable::OtherJson, "{text}");
    }
    assert_eq!(refusal("{\n\"version\": "), Unreadable::BrokenJson(2));
    for text in [
        "path,views\n/a,1\n",
        "\"a\";\"b\"\n\"c\";\"d\"",
        "Slug\tViews\na\t1",
        "hello,12\nworld,7",
    ] {
        assert_eq!(refusal(text), Unreadable::Table, "{text}");
    }
    // Commas may be in addresses and slugs.
    let commas = "https://a.example/0,15,00.html\nhttps://a.example/0,16,00.html\n1,2";
    assert_eq!(named(commas).len(), 3);
    let robots = "User-Agent: *\nDisallow:\n\nsitemap: https://blog.example/map.xml";
    let error = refusal(robots).to_string();
    assert!(
        error.ends_with("names: \"https://blog.example/map.xml\""),
        "{error}"
    );
    assert_eq!(refusal("\u{1}\u{2}"), Unreadable::Binary);
}

proptest::proptest! {
    /// Whatever a site sends, it is read or refused.
    #[test]
    fn any_text_is_read_or_refused(
        start in "|<urlset><url><loc>|<rss><channel><item><guid>|<feed xml:base='|\\{\"version\":",
        text in "(\\PC|<|>|&|\"|'|/|\n){0,60}",
    ) {
        let text = format!("{start}{text}");
        if let Ok(document) = Document::read(&text, None, RULES) {
            proptest::prop_assert!(document.slugs.len() <= text.len());
        }
        for charset in [None, Some("utf-16"), Some("gbk")] {
            let _ = crate::service::slugs::text::decoded(text.clone().into_bytes(), charset);
        }
    }
}

#[test]
fn an_example_is_short_and_cannot_reach_a_terminal() {
    let list = format!("http://\u{1b}[2J{}\n", "a".repeat(5000));
    let text = format!("<urlset><url><loc>{list}</loc></url></urlset>");
    let example = document(&text).left_out.to_string();
    assert!(
        example.len() < 300 && example.contains("\\u{1b}"),
        "{example}"
    );
}
