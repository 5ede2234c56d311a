//! The pages as HTTP sees them.

use crate::support::{Folder, Server};

#[tokio::test]
async fn every_page_has_its_status() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    for (path, status) in [
        ("/", 200),
        ("/posts/one", 200),
        ("/tags/testing", 200),
        ("/about", 200),
        ("/feed.xml", 200),
        ("/robots.txt", 200),
        ("/posts/three", 404),
        ("/tags/none", 404),
        ("/nothing", 404),
        ("/media/site.toml", 404),
        ("/media/posts/one.md", 404),
        ("/media/../views.db", 404),
        ("/media/%2e%2e/views.db", 404),
        ("/%2e%2e/views.db", 404),
        ("/fn/none", 404),
    ] {
        let response = server.get(path).await;
        assert_eq!(response.status(), status, "{path}");
    }
}

#[tokio::test]
async fn an_address_that_is_another_s_is_sent_there() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    for (path, to) in [
        ("/about/", Some("/about")),
        ("/posts/one/", Some("/posts/one")),
        ("/tags/%74esting", Some("/tags/testing")),
        ("/page/1", Some("/")),
        ("/tags/testing/page/1", Some("/tags/testing")),
        ("/feed", Some("/feed.xml")),
        ("/feed/", Some("/feed.xml")),
        ("/rss.xml", Some("/feed.xml")),
        ("/atom.xml", Some("/feed.xml")),
        ("/index.xml", Some("/feed.xml")),
        ("//evil.example/", None),
        ("/nothing/", None),
    ] {
        let response = client.get(server.url(path)).send().await.unwrap();
        let location = response.headers().get("location");
        assert_eq!(location.map(|l| l.to_str().unwrap()), to, "{path}");
        let status = if to.is_some() { 308 } else { 404 };
        assert_eq!(response.status(), status, "{path}");
    }
}

#[tokio::test]
async fn a_missing_page_is_a_page() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    for path in ["/nothing", "/posts/three", "/tags/none", "/media/x.png"] {
        let response = server.get(path).await;
        let kind = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(kind.starts_with("text/html"), "{path}: {kind}");
        assert!(
            response.text().await.unwrap().contains("site-header"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_post_is_described_to_search_engines_and_previews() {
    let folder = Folder::new();
    let arguments = ["--site-url", "https://blog.example"];
    let server = Server::start_with(&folder, &arguments).await;
    let html = server.text("/posts/one").await;
    for part in [
        "<html lang=\"en\"",
        "<title>Post one · Test site</title>",
        "href=\"https://blog.example/posts/one\" rel=\"canonical\"",
        "property=\"og:url\" content=\"https://blog.example/posts/one\"",
        "property=\"og:type\" content=\"article\"",
        "name=\"description\" content=\"The post one\"",
        "application/atom+xml",
    ] {
        assert!(html.contains(part), "no {part} in {html}");
    }
    for path in ["/feed.xml", "/sitemap.xml"] {
        assert!(
            server
                .text(path)
                .await
                .contains("https://blog.example/posts/one"),
            "{path}"
        );
    }
    assert!(
        server
            .text("/robots.txt")
            .await
            .contains("https://blog.example/sitemap.xml")
    );
}

#[tokio::test]
async fn the_body_of_a_post_is_sent_once() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let html = server.text("/posts/one").await;
    assert_eq!(html.matches("Body of one.").count(), 1);
}

#[tokio::test]
async fn drafts_are_shown_only_when_asked_for() {
    let folder = Folder::new();
    folder.write(
        "content/posts/draft.md",
        "+++\ntitle = \"Draft\"\ndate = 2026-11-20\ndescription = \"x\"\ndraft = true\n+++\nx\n",
    );
    let server = Server::start(&folder).await;
    assert_eq!(server.get("/posts/draft").await.status(), 404);
    assert_eq!(server.get("/api/v1/views/draft").await.status(), 404);
    let server = Server::start_with(&folder, &["--drafts"]).await;
    assert_eq!(server.get("/posts/draft").await.status(), 200);
    assert_eq!(server.get("/api/v1/views/draft").await.status(), 200);
}

#[tokio::test]
async fn pages_are_compressed_and_asked_for_each_time() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let request = reqwest::Client::new().get(server.url("/posts/one"));
    let response = request
        .header("accept-encoding", "gzip, deflate, br, zstd")
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(response.headers()["cache-control"], "no-cache");
    assert!(response.headers().get("set-cookie").is_none());
}

/// How often a text stands in another.
fn times(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[tokio::test]
async fn a_list_has_pages_that_lead_to_each_other() {
    let folder = Folder::new();
    for n in 0..43 {
        folder.post(&format!("post-{n:02}"));
    }
    let arguments = ["--site-url", "https://blog.example"];
    let server = Server::start_with(&folder, &arguments).await;
    for (path, entries, newer, older) in [
        ("/", 20, None, Some("/page/2")),
        ("/page/2", 20, Some("/"), Some("/page/3")),
        ("/page/3", 5, Some("/page/2"), None),
        ("/tags/testing", 20, None, Some("/tags/testing/page/2")),
        (
            "/tags/testing/page/3",
            5,
            Some("/tags/testing/page/2"),
            None,
        ),
    ] {
        let html = server.text(path).await;
        assert_eq!(times(&html, "class=\"post-entry\""), entries, "{path}");
        // Their totals are on it, and no others.
        assert_eq!(times(&html, "post-entry-views"), entries, "{path}");
        let canonical = format!("href=\"https://blog.example{path}\" rel=\"canonical\"");
        assert!(html.contains(&canonical), "no {canonical} in {html}");
        for (rel, to, name) in [
            ("prev", newer, "Newer posts"),
            ("next", older, "Older posts"),
        ] {
            let link = to.map(|to| format!("<a rel=\"{rel}\" href=\"{to}\">{name}</a>"));
            match link {
                Some(link) => assert!(html.contains(&link), "no {link} in {html}"),
                None => assert!(!html.contains(name), "{path}: {name}"),
            }
        }
        assert!(html.contains("<nav aria-label=\"Pages\" class=\"pagination\">"));
    }
    for path in [
        "/page/0",
        "/page/02",
        "/page/4",
        "/page/x",
        "/tags/testing/page/4",
    ] {
        assert_eq!(server.get(path).await.status(), 404, "{path}");
    }
    let site_map = server.text("/sitemap.xml").await;
    assert_eq!(times(&site_map, "/posts/"), 45);
    assert_eq!(
        times(&site_map, "/page/"),
        0,
        "their posts are there themselves"
    );
}

#[tokio::test]
async fn the_page_of_a_tag_leads_to_the_most_used_tags_and_to_all_posts() {
    let folder = Folder::new();
    for n in 0..40 {
        let tags: Vec<_> = (n..40).map(|tag| format!("\"Tag {tag:02}\"")).collect();
        let head = "title = \"A\"\ndate = 2026-11-20\ndescription = \"x\"";
        let text = format!("+++\n{head}\ntags = [{}]\n+++\nx\n", tags.join(", "));
        folder.write(&format!("content/posts/post-{n:02}.md"), &text);
    }
    let server = Server::start(&folder).await;
    let html = server.text("/tags/tag-39").await;
    let (_, more) = html.split_once("class=\"more-posts\"").unwrap();
    let (more, _) = more.split_once("</nav>").unwrap();
    let links: Vec<_> = more
        .split("href=\"")
        .skip(1)
        .map(|link| link.split('"').next().unwrap().to_owned())
        .collect();
    let most_used = (9..39).rev().map(|tag| format!("/tags/tag-{tag:02}"));
    let expected: Vec<_> = most_used.chain(["/".to_owned()]).collect();
    assert_eq!(links, expected);
}

#[tokio::test]
async fn a_list_that_fits_on_one_page_has_no_pagination() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    assert!(!server.text("/").await.contains("pagination"));
    assert_eq!(server.get("/page/2").await.status(), 404);
}

#[tokio::test]
async fn the_feed_has_the_newest_posts_only() {
    let folder = Folder::new();
    for n in 0..30 {
        folder.post(&format!("post-{n:02}"));
    }
    let server = Server::start(&folder).await;
    assert_eq!(times(&server.text("/feed.xml").await, "<entry>"), 20);
    let site = "title = \"a\"\ndescription = \"b\"\nauthor = \"c\"\nfeed_posts = 3\n";
    folder.write("content/site.toml", &format!("{site}posts_per_page = 7\n"));
    let server = Server::start(&folder).await;
    assert_eq!(times(&server.text("/feed.xml").await, "<entry>"), 3);
    assert_eq!(
        times(&server.text("/page/2").await, "class=\"post-entry\""),
        7
    );
}
