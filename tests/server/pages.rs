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
        ("/sitemap.xml", 200),
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
async fn a_slash_too_many_is_sent_to_the_page() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    for (path, to) in [
        ("/about/", Some("/about")),
        ("/posts/one/", Some("/posts/one")),
        ("/favicon.ico", Some("/favicon.svg")),
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
        "<html lang=\"en\">",
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
