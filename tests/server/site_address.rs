//! What is said of a site's own address, where it is known and where nobody named it.

use crate::support::{Folder, PATIENCE, Server};
use std::fs;
use tokio::time::timeout;

const KNOWN: [&str; 2] = ["--site-url", "https://blog.example"];
const UNKNOWN: &str = "--site-url https://";

/// A PNG of 640 by 320 pixels, as far as its header goes.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\x40\x08\x06\0\0\0\0\0\0\0";

/// Adds a post with these lines in its head, and this text.
fn post(folder: &Folder, slug: &str, head: &str, text: &str) {
    let file = format!("content/posts/{slug}.md");
    let own = "title = \"A post\"\ndate = 2026-11-20\ndescription = \"x\"";
    folder.write(&file, &format!("+++\n{own}\n{head}\n+++\n{text}\n"));
}

/// A site whose post `pictured` has a picture.
fn folder() -> Folder {
    let folder = Folder::new();
    fs::write(folder.path("content/posts/a.png"), PNG).unwrap();
    post(&folder, "pictured", "", "![A \"quoted\" tide](a.png)");
    folder
}

#[tokio::test]
async fn where_nobody_names_the_site_s_address_nothing_says_one() {
    let folder = folder();
    let server = Server::start(&folder).await;
    for path in [
        "/",
        "/posts/pictured",
        "/tags/testing",
        "/feed.xml",
        "/robots.txt",
    ] {
        let text = server.text(path).await;
        for part in ["canonical", "og:url", "og:image", "127.0.0.1", "Sitemap"] {
            assert!(!text.contains(part), "{path}: {part} in {text}");
        }
    }
    let feed = server.text("/feed.xml").await;
    assert!(feed.contains("href=\"/posts/one\""), "{feed}");
    assert!(feed.contains("<id>urn:uuid:"), "{feed}");
    let answer = server.get("/sitemap.xml").await;
    assert_eq!(answer.status(), 404);
    let refusal: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let sentence = refusal["error"].as_str().unwrap();
    assert!(sentence.contains("--site-url"), "{sentence}");
}

#[tokio::test]
async fn a_preview_has_a_picture_with_its_text_and_size() {
    let folder = folder();
    let server = Server::start_with(&folder, &KNOWN).await;
    let html = server.text("/posts/pictured").await;
    for (name, content) in [
        ("og:image", "https://blog.example/media/posts/a.png"),
        ("og:image:alt", "A &quot;quoted&quot; tide"),
        ("og:image:width", "640"),
        ("og:image:height", "320"),
        ("og:locale", "en"),
    ] {
        let part = format!("property=\"{name}\" content=\"{content}\"");
        assert!(html.contains(&part), "no {part} in {html}");
    }
    let card = |kind: &str| format!("name=\"twitter:card\" content=\"{kind}\"");
    assert!(html.contains(&card("summary_large_image")), "{html}");
    let html = server.text("/posts/one").await;
    assert!(!html.contains("og:image"), "{html}");
    assert!(html.contains(&card("summary")), "{html}");
}

#[tokio::test]
async fn a_picture_that_previews_do_not_draw_is_named_at_the_start() {
    let folder = Folder::new();
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 3 2'/>";
    folder.write("content/posts/a.svg", svg);
    post(&folder, "named", "image = \"a.svg\"", "");
    post(&folder, "drawn", "", "![A](a.svg)");
    let mut server = Server::start_with(&folder, &KNOWN).await;
    let line = server.logs("do not show the image that it names").await;
    for part in ["WARN", "posts/named.md", "/media/posts/a.svg"] {
        assert!(line.contains(part), "no {part} in {line}");
    }
    let line = server.logs("have no picture").await;
    assert!(line.contains("INFO"), "{line}");
    assert!(line.contains("posts/drawn.md"), "{line}");
    for path in ["/posts/named", "/posts/drawn"] {
        assert!(!server.text(path).await.contains("og:image"), "{path}");
    }
}

#[tokio::test]
async fn a_start_behind_a_proxy_says_that_the_site_s_address_is_not_known() {
    let folder = Folder::new();
    let proxy = ["--trusted-proxies", "127.0.0.1"];
    let mut server = Server::start_with(&folder, &proxy).await;
    let line = server.logs(UNKNOWN).await;
    assert!(line.contains("WARN"), "{line}");
    let known = [&proxy[..], &KNOWN].concat();
    let counts_alone = [&proxy[..], &["--blog", "off", "--slugs", "slugs.txt"]].concat();
    folder.write("slugs.txt", "one\n");
    for arguments in [&known, &counts_alone, &Vec::new()] {
        let server = Server::start_with(&folder, arguments).await;
        let (_, log) = server.stop_during(async {}).await;
        assert!(!log.contains(UNKNOWN), "{arguments:?}: {log}");
    }
}

#[tokio::test]
async fn the_first_reader_who_uses_another_name_is_told_of_and_no_other() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let open = async |host: &str, accept: &str| {
        let request = reqwest::Client::new().get(server.url("/"));
        let answer = request.header("host", host).header("accept", accept).send();
        let answer = timeout(PATIENCE, answer).await.unwrap().unwrap();
        assert_eq!(answer.status(), 200, "{host}");
    };
    // No reader's browser.
    open("evil.example", "*/*").await;
    for host in [
        "127.0.0.1:3000",
        "localhost",
        "[::1]:80",
        "Blog.example:443",
        "b.example",
    ] {
        open(host, "text/html,application/xhtml+xml,*/*;q=0.8").await;
    }
    let (_, log) = server.stop_during(async {}).await;
    let lines: Vec<_> = log.lines().filter(|line| line.contains(UNKNOWN)).collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert!(
        lines[0].contains("--site-url https://blog.example"),
        "{log}"
    );
}
