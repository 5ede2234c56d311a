//! What search engines ask for: `/sitemap.xml` and `/robots.txt`.
//!
//! It may not know how posts are made, only what they are.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::blog::content::{Content, Post};

const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// The pages of the site that have something of their own: home, about, privacy, posts,
/// tags. Of a list it has the first page: all that the others lead to is in the site map
/// itself. `site_url` is where the site is, without a slash at its end.
#[expect(
    clippy::expect_used,
    reason = "writing into memory cannot fail, and what is written is UTF-8 from the start"
)]
pub fn sitemap(content: &Content, site_url: &str) -> String {
    let mut writer = Writer::new(Vec::new());
    write(&mut writer, content, site_url).expect("memory to write to");
    String::from_utf8(writer.into_inner()).expect("UTF-8")
}

/// Everything may be visited but the API, which has nothing to read. There is a site map where
/// the site's address is known.
pub fn robots(site_url: Option<&str>) -> String {
    let site_map = site_url.map(|url| format!("\nSitemap: {url}/sitemap.xml\n"));
    let rules = "User-agent: *\nAllow: /\nDisallow: /api/\n";
    format!("{rules}{}", site_map.unwrap_or_default())
}

fn write(writer: &mut Writer<Vec<u8>>, content: &Content, site_url: &str) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let set = writer
        .create_element("urlset")
        .with_attribute(("xmlns", NAMESPACE));
    set.write_inner_content(|writer| {
        // A list is as new as the newest post in it.
        let newest = content.posts().first().map(date);
        write_page(writer, &format!("{site_url}/"), newest)?;
        write_page(writer, &format!("{site_url}/about"), None)?;
        write_page(writer, &format!("{site_url}/privacy"), None)?;
        for post in content.posts() {
            let url = format!("{site_url}{}", post.path());
            write_page(writer, &url, Some(date(post)))?;
        }
        for tag in content.tags() {
            let url = format!("{site_url}{}", tag.path());
            let tagged = content.tag(&tag.path_segment);
            let newest = tagged.and_then(|(_, posts)| posts.first().copied().map(date));
            write_page(writer, &url, newest)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn write_page(writer: &mut Writer<Vec<u8>>, url: &str, changed: Option<&str>) -> io::Result<()> {
    writer.create_element("url").write_inner_content(|writer| {
        writer
            .create_element("loc")
            .write_text_content(BytesText::new(url))?;
        if let Some(changed) = changed {
            let text = BytesText::new(changed);
            writer.create_element("lastmod").write_text_content(text)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn date(post: &Post) -> &str {
    &post.summary.date
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blog::content::example;

    #[test]
    fn the_site_map_has_every_page_with_its_day() {
        let map = sitemap(&example::content(), "https://example.org");
        let url = |path: &str, day: &str| {
            let lastmod = if day.is_empty() {
                String::new()
            } else {
                format!("<lastmod>{day}</lastmod>")
            };
            format!("<url><loc>https://example.org{path}</loc>{lastmod}</url>")
        };
        let pages = [
            url("/", "2026-11-20"),
            url("/about", ""),
            url("/privacy", ""),
            url("/posts/second", "2026-11-20"),
            url("/posts/first", "2026-01-02"),
            url("/tags/gr%C3%B6%C3%9Fe", "2026-01-02"),
            url("/tags/web-sockets", "2026-11-20"),
        ];
        let expected = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><urlset xmlns=\"{NAMESPACE}\">{}</urlset>",
            pages.concat()
        );
        assert_eq!(map, expected);
    }

    #[test]
    fn the_url_of_the_site_is_escaped() {
        let map = sitemap(&example::content(), "https://example.org/?a&b");
        assert!(map.contains("<loc>https://example.org/?a&amp;b/about</loc>"));
    }

    #[test]
    fn robots_may_read_all_but_the_api() {
        let rules = "User-agent: *\nAllow: /\nDisallow: /api/\n";
        assert_eq!(
            robots(Some("https://example.org")),
            format!("{rules}\nSitemap: https://example.org/sitemap.xml\n")
        );
        assert_eq!(robots(None), rules);
    }
}
