//! Pages of other sites: which there are, and a server that has no blog.

use crate::support::{Client, Folder, Server, counts, eventually};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const SITE: &str = "https://blog.example";

const SITE_MAP: &str = "<urlset>
    <url><loc>https://blog.example/</loc></url>
    <url><loc>https://blog.example/posts/Hello/</loc></url>
  </urlset>";

/// A reader on a page of the other site.
async fn reader(server: &Server, path: &str) -> Client {
    let connected = Client::try_connect(&server.address, path, Some(SITE)).await;
    Client::from(connected.unwrap().0)
}

#[tokio::test]
async fn without_a_blog_there_are_counts_alone() {
    let folder = Folder::new();
    folder.write("site/embed.js", "the script");
    folder.write("site.xml", SITE_MAP);
    let told = ["--blog", "off", "--slugs", "site.xml", "--origin", SITE];
    let server = Server::start_with(&folder, &[&told[..], &["--site-root", "site"]].concat()).await;

    let mut hello = reader(&server, "/api/v1/connect/posts/hello").await;
    assert_eq!(hello.frame().await, counts(1, 1));
    let mut first = reader(&server, "/api/v1/connect/index").await;
    assert_eq!(first.frame().await, counts(1, 1));
    let all = server.json("/api/v1/views").await;
    let slugs: Vec<_> = all["views"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["slug"].clone())
        .collect();
    assert_eq!(
        slugs,
        ["index", "posts/hello"],
        "and none of the blog's posts"
    );

    let script = server.get("/embed.js").await;
    let said = |name: &str| script.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(said("cross-origin-resource-policy"), "cross-origin");
    assert_eq!(said("access-control-allow-origin"), "*");
    assert_eq!(said("cache-control"), "public, max-age=3600");
    assert_eq!(script.text().await.unwrap(), "the script");

    // Whoever opens the address sees what is here.
    let page = server.get("/").await;
    assert_eq!(page.url().path(), "/api");
    assert_eq!(page.status(), 200);

    for path in ["/posts/one", "/feed.xml", "/about"] {
        let answer = server.get(path).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        let error = answer.text().await.unwrap();
        assert!(error.contains("/embed.js"), "{error}");
    }
    server.stop().await;
}

#[tokio::test]
async fn the_log_says_once_at_its_usual_level_why_a_page_is_refused() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let same = format!("http://{}", server.address);
    for (path, origin) in [
        ("/api/v1/connect/nowhere", same.as_str()),
        ("/api/v1/connect/nowhere", same.as_str()),
        ("/api/v1/connect/elsewhere", same.as_str()),
        ("/api/v1/connect/one", "https://other.example"),
        ("/api/v1/connect/one", "https://other.example"),
        ("/api/v1/connect/one", "https://another.example"),
    ] {
        let connected = Client::try_connect(&server.address, path, Some(origin)).await;
        assert!(connected.is_err(), "{path} from {origin}");
    }
    server.signal("TERM");
    let (_, log) = server.ended().await;
    let lines = |text: &str| log.lines().filter(|line| line.contains(text)).count();
    assert_eq!(lines("a slug that is not counted"), 2, "{log}");
    assert_eq!(lines("a page of another origin"), 2, "{log}");
    for once in [
        "slug=\"nowhere\"",
        "slug=\"elsewhere\"",
        "origin=\"https://other.example\"",
        "origin=\"https://another.example\"",
    ] {
        assert_eq!(lines(once), 1, "{log}");
    }
}

/// There is no page that would be bare.
#[tokio::test]
async fn without_a_blog_nothing_is_said_of_a_style_sheet() {
    let folder = Folder::new();
    folder.write("slugs.txt", "hello\n");
    for (blog, warnings) in [("off", 0), ("on", 1)] {
        let told = ["--blog", blog, "--slugs", "slugs.txt"];
        let server = Server::start_with(&folder, &told).await;
        server.signal("TERM");
        let (_, log) = server.ended().await;
        assert_eq!(log.matches("style sheet").count(), warnings, "{log}");
    }
}

/// The program may be anywhere, without what was built beside it.
#[tokio::test]
async fn the_scripts_for_other_sites_are_in_every_program() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    for name in ["embed.js", "embed-listed.js"] {
        let script = server.get(&format!("/{name}")).await;
        let said = |name: &str| script.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(said("content-type"), "text/javascript");
        assert_eq!(said("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(said("access-control-allow-origin"), "*");
        assert_eq!(said("cache-control"), "public, max-age=3600");
        assert_eq!(said("vary"), "accept-encoding");
        let built = std::fs::read_to_string(format!("public/{name}")).unwrap();
        assert_eq!(script.text().await.unwrap(), built);
    }
    for name in ["embed", "embed-listed"] {
        let pinned = format!("/{name}-{}.js", env!("CARGO_PKG_VERSION"));
        let script = server.get(&pinned).await;
        let caching = script.headers()["cache-control"].to_str().unwrap();
        assert!(caching.contains("immutable"), "{caching}");
        let latest = std::fs::read_to_string(format!("public/{name}.js")).unwrap();
        assert_eq!(script.text().await.unwrap(), latest);
    }
    assert_eq!(server.get("/embed-other.js").await.status(), 404);
    server.stop().await;
}

#[tokio::test]
async fn without_a_blog_it_has_to_be_said_which_pages_there_are() {
    let folder = Folder::new();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--database", "views.db"];
    let (status, _, error) = folder.run(&[&serve[..], &["--blog", "off"]].concat()).await;
    assert!(!status.success());
    assert!(error.contains("--slugs"), "{error}");
    folder.write("slugs.txt", "noon\nat//dusk\n");
    let wrong = ["--slugs", "slugs.txt"];
    let (status, _, error) = folder.run(&[&serve[..], &wrong].concat()).await;
    assert!(!status.success());
    assert!(
        error.contains("slugs.txt: line 2: the slug has an empty segment"),
        "{error}"
    );
    for (source, said) in [
        ("file:///srv/map.xml", "write \"/srv/map.xml\""),
        ("ftp://blog.example/map.xml", "ftp:// is not read"),
    ] {
        let wrong = ["--slugs", source];
        let (status, _, error) = folder.run(&[&serve[..], &wrong].concat()).await;
        assert!(!status.success());
        assert!(error.contains(said), "{error}");
    }
    assert!(!folder.database().exists(), "nothing was begun");
}

#[tokio::test]
async fn pages_are_counted_beside_a_blog_and_the_list_is_read_again() {
    let folder = Folder::new();
    folder.write("slugs.txt", "noon\n");
    let told = ["--slugs", "slugs.txt", "--slugs-every", "1"];
    let mut server = Server::start_with(&folder, &told).await;
    assert_eq!(server.views("one").await, counts(0, 0));
    let mut noon = server.reader("noon", "").await;
    assert_eq!(noon.frame().await, counts(1, 1));
    assert_eq!(server.get("/api/v1/views/dusk").await.status(), 404);

    folder.write("slugs.txt", "dusk\n");
    eventually("dusk is there", async || {
        server.get("/api/v1/views/dusk").await.status() == 200
    })
    .await;
    // Not with the first reading that does not name it, which may be wrong.
    eventually("noon is forgotten", async || {
        server.get("/api/v1/views/noon").await.status() == 404
    })
    .await;
    // Who reads stays.
    noon.send("?".into()).await;
    assert_eq!(noon.frame().await, counts(1, 1));

    std::fs::remove_file(folder.path("slugs.txt")).unwrap();
    let said = server.logs("cannot be read").await;
    assert!(said.contains("the pages that are known stay so"), "{said}");
    assert_eq!(server.views("dusk").await, counts(0, 0));
    server.stop().await;
}

#[tokio::test]
async fn a_page_that_left_the_feed_keeps_its_views() {
    let folder = Folder::new();
    let feed = |page: &str| {
        let link = format!("<link>https://blog.example/{page}</link>");
        folder.write(
            "feed.xml",
            &format!("<rss><channel><item>{link}</item></channel></rss>"),
        );
    };
    feed("noon");
    let told = ["--blog", "off", "--slugs", "feed.xml", "--slugs-every", "1"];
    let server = Server::start_with(&folder, &told).await;
    server.reader("noon", "").await.sees(counts(1, 1)).await;
    for page in ["dusk", "dawn", "night", "morning"] {
        feed(page);
        eventually("the feed is read again", async || {
            server.get(&format!("/api/v1/views/{page}")).await.status() == 200
        })
        .await;
    }
    assert_eq!(server.views("noon").await.total, 1);
    server.stop().await;

    let server = Server::start_with(&folder, &told).await;
    server.reader("noon", "").await.sees(counts(1, 2)).await;
    server.stop().await;
}

#[tokio::test]
async fn a_list_that_lost_most_of_its_pages_is_not_taken_at_once() {
    let folder = Folder::new();
    folder.write("slugs.txt", "noon\ndusk\ndawn\n");
    let told = ["--slugs", "slugs.txt", "--slugs-every", "1"];
    let mut server = Server::start_with(&folder, &told).await;
    folder.write("slugs.txt", "night\n");
    let line = server.logs("more than half of the pages are missing").await;
    assert!(line.contains("WARN"), "{line}");
    assert!(line.contains("missing=3 of=4"), "{line}");
    assert_eq!(server.views("noon").await, counts(0, 0));
    server.stop().await;
}

#[tokio::test]
async fn a_site_that_does_not_answer_does_not_keep_the_server_from_stopping() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let list = format!("http://{}/list", listener.local_addr().unwrap());
    let site = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await;
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnoon";
        stream.write_all(answer).await.unwrap();
        drop(stream);
        // From here on it only listens.
        listener.accept().await.unwrap().0
    });
    let folder = Folder::new();
    let told = ["--slugs", &list, "--slugs-every", "1"];
    let server = Server::start_with(&folder, &told).await;
    eventually("noon is there", async || {
        server.get("/api/v1/views/noon").await.status() == 200
    })
    .await;
    let asked = site.await.unwrap();
    let since = Instant::now();
    server.stop().await;
    let took = since.elapsed();
    assert!(took < Duration::from_secs(8), "{took:?}");
    drop(asked);
}

/// A site that accepts whoever asks and never answers; its address.
async fn silent_site() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    // The kernel accepts.
    (listener, address)
}

#[tokio::test]
async fn a_list_that_does_not_answer_does_not_keep_the_server_from_serving() {
    let folder = Folder::new();
    folder.write("slugs.txt", "noon\n");
    let told = ["--blog", "off", "--slugs", "slugs.txt"];
    let server = Server::start_with(&folder, &told).await;
    server.reader("noon", "").await.sees(counts(1, 1)).await;
    server.stop().await;

    let (_site, list) = silent_site().await;
    let told = ["--blog", "off", "--slugs", &list];
    let server = Server::start_with(&folder, &told).await;
    // What was counted before is known, and counts on.
    server.reader("noon", "").await.sees(counts(1, 2)).await;
    assert_eq!(server.json("/healthz").await["status"], "ok");
    server.stop().await;
}

#[tokio::test]
async fn a_server_without_a_page_says_so_in_its_health() {
    let folder = Folder::new();
    let (site, list) = silent_site().await;
    let told = ["--blog", "off", "--slugs", &list, "--slugs-every", "1"];
    let server = Server::start_with(&folder, &told).await;
    let health = server.json("/healthz").await;
    assert_eq!(health["status"], "degraded");
    let problem = health["problem"].as_str().unwrap();
    assert!(problem.contains("--slugs"), "{problem}");
    assert!(!problem.contains(&list), "strangers see it");
    let address = server.address.clone();
    let strict = ["health", "--strict", "--listen", &address];
    let (status, _, error) = folder.run(&strict).await;
    assert!(
        !status.success() && error.contains("no page is known"),
        "{error}"
    );

    tokio::spawn(async move {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnoon";
        while let Ok((mut stream, _)) = site.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(answer).await;
        }
    });
    eventually("it is well", async || {
        server.json("/healthz").await["status"] == "ok"
    })
    .await;
    assert_eq!(server.views("noon").await, counts(0, 0));
    server.stop().await;
}

#[tokio::test]
async fn what_is_left_out_of_a_list_is_logged_with_an_example() {
    let folder = Folder::new();
    let pages = "<url><loc>https://blog.example/a</loc></url>";
    let none = "<url><loc>https://blog.example/?p=1</loc></url>";
    folder.write("site.xml", &format!("<urlset>{pages}{none}{none}</urlset>"));
    folder.write("one.txt", "one\na\n");
    let told = ["--slugs", "site.xml", "--slugs", "one.txt"];
    let mut server = Server::start_with(&folder, &told).await;
    let line = server.logs("left out").await;
    assert!(line.contains("INFO") && line.contains("count=2"), "{line}");
    assert!(line.contains("?p=1") && line.contains("query"), "{line}");
    let line = server.logs("the same slugs").await;
    assert!(
        line.contains("WARN") && line.contains("example=one"),
        "{line}"
    );
    server.stop().await;

    let told = ["--slugs", "posts=site.xml", "--slugs-parameter", "p"];
    let server = Server::start_with(&folder, &told).await;
    assert_eq!(server.views("posts/a").await, counts(0, 0));
    assert_eq!(server.views("posts/p=1").await, counts(0, 0));
    assert_eq!(server.get("/api/v1/views/a").await.status(), 404);
    server.stop().await;
}

#[tokio::test]
async fn a_badge_shows_the_numbers_and_never_counts() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut reader = server.reader("one", "").await;
    assert_eq!(reader.frame().await, counts(1, 1));
    for (path, title) in [
        ("/badge/one", "<title>1 view</title>"),
        ("/badge/one.svg", "<title>1 view</title>"),
        ("/badge/two.svg", "<title>0 views</title>"),
        ("/badge/one.svg?show=live", "<title>1 reading now</title>"),
        (
            "/badge/one.svg?label=%3Cb%3E&color=fa0",
            "<title>1 &lt;b&gt;</title>",
        ),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        let said = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(said("content-type"), "image/svg+xml");
        assert_eq!(said("cache-control"), "public, max-age=30");
        assert_eq!(said("cross-origin-resource-policy"), "cross-origin");
        assert!(said("content-security-policy").contains("sandbox"));
        let svg = answer.text().await.unwrap();
        assert!(svg.contains(title), "{path}: {svg}");
    }
    assert_eq!(server.views("one").await, counts(1, 1));
    for (path, status, why) in [
        ("/badge/nowhere.svg", 404, "no post has this slug"),
        ("/badge/a/../b", 404, "no post has this slug"),
        ("/badge/one?show=both", 400, "`total` or `live`"),
        ("/badge/one?color=red", 400, "hexadecimal"),
        ("/badge/%ff", 400, "not UTF-8"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status(), status, "{path}");
        let error = answer.text().await.unwrap();
        assert!(error.contains(why), "{path}: {error}");
    }
}

#[tokio::test]
async fn who_has_a_badge_is_told_that_it_is_the_same() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let ask = async |tag: &str| {
        let request = reqwest::Client::new().get(server.url("/badge/one.svg"));
        request.header("if-none-match", tag).send().await.unwrap()
    };
    let first = ask("\"none\"").await;
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(ask(&tag).await.status(), 304);
    let mut reader = server.reader("one", "").await;
    assert_eq!(reader.frame().await, counts(1, 1));
    assert_eq!(ask(&tag).await.status(), 200);
}
