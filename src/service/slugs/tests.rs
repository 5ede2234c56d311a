//! What a list of pages may be, where it may be, and what becomes of it when it is gone.

use super::{document::Unreadable, *};
use std::{collections::HashMap, fs, sync::Mutex};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::timeout,
};

fn slugs(names: &[&str]) -> BTreeSet<Slug> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn read(text: &str) -> Result<BTreeSet<Slug>, Unreadable> {
    document::Document::read(text.as_bytes()).map(|document| document.slugs)
}

#[test]
fn a_list_has_a_slug_a_line() {
    let list = "\u{feff}# all of them\nhello\n\n  2026/World  # the second\r\n日本語";
    let expected = slugs(&["hello", "2026/World", "日本語"]);
    assert_eq!(read(list), Ok(expected));
    let error = read("hello\n/a/\n").unwrap_err().to_string();
    assert!(
        error.starts_with("line 2: the slug has an empty segment"),
        "{error}"
    );
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
          <url><loc>mailto:me@blog.example</loc></url>
        </urlset>"#;
    let document = document::Document::read(site_map.as_bytes()).unwrap();
    assert_eq!(document.slugs, slugs(&["index", "posts/hello", "café"]));
    assert_eq!(document.passed_over, 1);
}

#[test]
fn a_feed_names_pages_by_their_links() {
    let rss = r#"<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
        <link>https://blog.example/</link>
        <atom:link href="https://blog.example/feed.xml" rel="self"/>
        <item><title>A &amp; B</title><link>https://blog.example/a/</link></item>
        <item><link>https://blog.example/b/</link><guid>x</guid></item>
        </channel></rss>"#;
    assert_eq!(read(rss), Ok(slugs(&["a", "b"])));
    let atom = r#"<feed xmlns="http://www.w3.org/2005/Atom">
        <link href="https://blog.example/"/>
        <entry><link rel="alternate" href="https://blog.example/a?x=1&amp;y=2"/>
          <link rel="enclosure" href="https://blog.example/a.mp3"/></entry>
        <entry><link href="https://blog.example/b"></link></entry>
        </feed>"#;
    assert_eq!(read(atom), Ok(slugs(&["a", "b"])));
}

#[test]
fn what_is_no_list_says_what_it_is() {
    assert_eq!(read(""), Err(Unreadable::Empty));
    assert_eq!(read("# nothing yet\n"), Err(Unreadable::Empty));
    assert_eq!(read("<urlset></urlset>"), Err(Unreadable::Empty));
    assert_eq!(
        read("<!DOCTYPE html><html><body>"),
        Err(Unreadable::WebPage)
    );
    assert_eq!(read("<opml></opml>"), Err(Unreadable::NoList));
    assert!(matches!(
        read("<urlset><url></urlset>"),
        Err(Unreadable::NotWellFormed(_))
    ));
    let latin = document::Document::read(b"caf\xe9");
    assert_eq!(latin, Err(Unreadable::NotUtf8));
}

/// A web server with a few files, which change.
#[derive(Clone)]
struct Web {
    files: Arc<Mutex<HashMap<&'static str, String>>>,
    address: Arc<str>,
}

impl Web {
    async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap()).into();
        let web = Self {
            files: Arc::default(),
            address,
        };
        let files = Arc::clone(&web.files);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = vec![0; 2048];
                let read = stream.read(&mut head).await.unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..read]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let file = files.lock().unwrap().get(path.as_str()).cloned();
                let (status, body) = match file {
                    Some(body) => ("200 OK", body),
                    None => ("404 Not Found", String::new()),
                };
                let answer = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        web
    }

    fn put(&self, path: &'static str, body: impl Into<String>) {
        self.files.lock().unwrap().insert(path, body.into());
    }

    fn take(&self, path: &'static str) {
        self.files.lock().unwrap().remove(path);
    }

    fn source(&self, path: &str) -> Source {
        format!("{}{path}", self.address).parse().unwrap()
    }
}

const SOON: Duration = Duration::from_millis(20);

async fn becomes(slugs: &Slugs, expected: BTreeSet<Slug>) {
    let seen = async {
        while *slugs.all() != expected {
            sleep(SOON / 2).await;
        }
    };
    let seen = timeout(Duration::from_secs(20), seen).await;
    assert!(seen.is_ok(), "{:?} and not {expected:?}", slugs.all());
}

#[tokio::test]
async fn a_site_map_may_name_others() {
    let web = Web::serve().await;
    let site_map =
        |page: &str| format!("<urlset><url><loc>https://blog.example/{page}</loc></url></urlset>");
    web.put("/1.xml", site_map("a"));
    web.put("/2.xml", site_map("b"));
    let index =
        ["1", "2"].map(|n| format!("<sitemap><loc>{}/{n}.xml</loc></sitemap>", web.address));
    web.put(
        "/",
        format!("<sitemapindex>{}</sitemapindex>", index.concat()),
    );
    let source = Arc::new(web.source("/"));
    assert_eq!(source.read().await.unwrap(), slugs(&["a", "b"]));
}

#[tokio::test]
async fn a_site_map_that_another_names_is_named_where_it_cannot_be_had() {
    let (folder, web) = (TempDir::new().unwrap(), Web::serve().await);
    let file = folder.path().join("index.xml");
    web.put("/page", "<html>");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let away = listener.local_addr().unwrap();
    drop(listener);
    for (address, said, why) in [
        (format!("{}/none", web.address), "/none\": ", "404"),
        (
            format!("{}/page", web.address),
            "/page\": ",
            "it is a web page",
        ),
        (format!("http://{away}/x"), "/x\": ", "refused"),
        // Not for whoever reads the log to be sent to their terminal.
        ("&#27;[2J".to_owned(), "\"\\u{1b}[2J\": ", "uri"),
    ] {
        let named = format!("<sitemap><loc>{address}</loc></sitemap>");
        fs::write(&file, format!("<sitemapindex>{named}</sitemapindex>")).unwrap();
        let source = Arc::new(Source::File(file.clone()));
        let error = source.read().await.unwrap_err().to_string();
        assert!(error.contains("index.xml: it names \""), "{error}");
        assert!(error.contains(said) && error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_site_map_does_not_say_what_else_the_server_asks_for() {
    let web = Web::serve().await;
    let other = Web::serve().await.address.replace("127.0.0.1", "127.0.0.2");
    web.put(
        "/",
        format!("<sitemapindex><sitemap><loc>{other}/</loc></sitemap></sitemapindex>"),
    );
    let source = Arc::new(web.source("/"));
    let error = source.read().await.unwrap_err().to_string();
    assert!(error.contains("which is of another site"), "{error}");
}

#[tokio::test]
async fn a_list_is_read_again_and_the_last_good_one_kept() {
    let (folder, web) = (TempDir::new().unwrap(), Web::serve().await);
    let file = folder.path().join("slugs.txt");
    fs::write(&file, "a").unwrap();
    web.put("/list", "b");
    let all = vec![Source::File(file.clone()), web.source("/list")];
    let mut sources = Sources::new(all, slugs(&["post"]), SOON);
    sources.begin().await.unwrap();
    let now: Slugs = sources.slugs().into_iter().collect();
    assert_eq!(*now.all(), slugs(&["a", "b", "post"]));
    let stop = CancellationToken::new();
    let following = tokio::spawn(sources.follow(now.clone(), stop.clone()));

    fs::write(&file, "a\nc").unwrap();
    becomes(&now, slugs(&["a", "b", "c", "post"])).await;
    // Gone, and no list any more: what they said last is kept, and the other goes on.
    fs::remove_file(&file).unwrap();
    web.put("/list", "b\nd");
    becomes(&now, slugs(&["a", "b", "c", "d", "post"])).await;
    web.put("/list", "<html>");
    fs::write(&file, "e").unwrap();
    becomes(&now, slugs(&["b", "d", "e", "post"])).await;
    web.take("/list");
    fs::write(&file, "f").unwrap();
    becomes(&now, slugs(&["b", "d", "f", "post"])).await;

    stop.cancel();
    following.await.unwrap();
}

#[tokio::test]
async fn a_list_on_the_web_may_come_up_later() {
    let web = Web::serve().await;
    let mut sources = Sources::new(vec![web.source("/list")], BTreeSet::new(), SOON);
    sources.begin().await.unwrap();
    sources.assume(&slugs(&["counted-before"]));
    let now: Slugs = sources.slugs().into_iter().collect();
    assert_eq!(*now.all(), slugs(&["counted-before"]));
    let stop = CancellationToken::new();
    tokio::spawn(sources.follow(now.clone(), stop.clone()));
    web.put("/list", "a");
    becomes(&now, slugs(&["a"])).await;
    stop.cancel();
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_said_at_once() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("slugs.txt");
    let begin = async || {
        let all = vec![Source::File(file.clone())];
        let mut sources = Sources::new(all, BTreeSet::new(), SOON);
        sources.begin().await.unwrap_err().to_string()
    };
    let missing = begin().await;
    assert!(missing.contains("slugs.txt: No such file"), "{missing}");
    fs::write(&file, "a\nb//c").unwrap();
    let wrong = begin().await;
    assert!(
        wrong.contains("slugs.txt: line 2: the slug has an empty"),
        "{wrong}"
    );
}

#[tokio::test]
async fn a_list_that_is_too_long_is_not_read_to_its_end() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("slugs.txt");
    fs::File::create(&file).unwrap().set_len(1 << 40).unwrap();
    let source = Arc::new(Source::File(file));
    let error = source.read().await.unwrap_err().to_string();
    assert!(error.ends_with("it has more than 16 MiB"), "{error}");
}
