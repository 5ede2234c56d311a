//! What every answer tells browsers to be careful about, and which scripts the
//! policy of a page lets run.

use crate::support::{Folder, PATIENCE, Server};
use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{Method, Response, header::HeaderMap, redirect::Policy};
use sha2::{Digest, Sha256};
use tokio::time::timeout;

const NOTHING: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const LISTING: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const FILE: &str = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
const RECORDING: &str = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-same-origin";
const PDF: &str = "frame-ancestors 'none'";

/// A site with a file of every kind. It serves its own files from `site`.
fn folder() -> Folder {
    let folder = Folder::new();
    for file in [
        "content/posts/a.svg",
        "content/posts/a.png",
        "content/posts/a.webm",
        "content/posts/a.mp3",
        "content/talk.pdf",
        "site/favicon.svg",
        "site/favicon.ico",
        "site/pkg/view-counter.js",
    ] {
        folder.write(file, "<svg xmlns='http://www.w3.org/2000/svg'/>");
    }
    folder
}

async fn start(folder: &Folder, arguments: &[&str]) -> Server {
    let all = [&["--site-root", "site"], arguments].concat();
    Server::start_with(folder, &all).await
}

async fn ask(server: &Server, method: &str, path: &str) -> Response {
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap();
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let request = client.request(method, server.url(path)).send();
    timeout(PATIENCE, request).await.unwrap().unwrap()
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map_or("", |value| value.to_str().unwrap());
    assert!(values.next().is_none(), "{name} twice");
    value
}

/// The values of one directive of a page's policy.
fn directive<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    let policy = header(headers, "content-security-policy");
    let mut directives = policy.split("; ").filter_map(|d| d.strip_prefix(name));
    let values = directives
        .next()
        .unwrap_or_else(|| panic!("no {name} in {policy}"));
    assert!(directives.next().is_none(), "{name} twice in {policy}");
    values.split_whitespace().collect()
}

#[tokio::test]
async fn every_page_has_a_policy_and_may_not_be_framed() {
    let folder = folder();
    let server = start(&folder, &[]).await;
    for (path, status) in [
        ("/", 200),
        ("/posts/one", 200),
        ("/tags/testing", 200),
        ("/about", 200),
        ("/privacy", 200),
        ("/nothing", 404),
        ("/posts/three", 404),
        ("/media/nothing.png", 404),
        ("/fn/nothing", 404),
    ] {
        let response = ask(&server, "GET", path).await;
        assert_eq!(response.status(), status, "{path}");
        let headers = response.headers();
        assert_eq!(
            header(headers, "x-content-type-options"),
            "nosniff",
            "{path}"
        );
        assert_eq!(header(headers, "x-frame-options"), "DENY", "{path}");
        assert_eq!(
            header(headers, "referrer-policy"),
            "strict-origin-when-cross-origin",
            "{path}"
        );
        assert_eq!(
            header(headers, "cross-origin-resource-policy"),
            "same-origin",
            "{path}"
        );
        let unused = header(headers, "permissions-policy");
        assert!(unused.contains("camera=(), "), "{path}: {unused}");
        for (name, values) in [
            ("default-src", &["'none'"][..]),
            ("style-src", &["'self'"]),
            ("img-src", &["'self'"]),
            ("media-src", &["'self'"]),
            ("connect-src", &["'self'"]),
            ("base-uri", &["'none'"]),
            ("form-action", &["'none'"]),
            ("frame-ancestors", &["'none'"]),
        ] {
            assert_eq!(directive(headers, name), values, "{path}: {name}");
        }
        let scripts = directive(headers, "script-src");
        let (known, hashes) = scripts.split_at(2);
        assert_eq!(known, ["'self'", "'wasm-unsafe-eval'"], "{path}");
        let is_hash = |source: &&str| source.starts_with("'sha256-");
        assert!(hashes.iter().all(is_hash), "{path}: {hashes:?}");
    }
}

#[tokio::test]
async fn whatever_is_no_page_can_do_nothing_in_a_browser() {
    let folder = folder();
    let server = start(&folder, &[]).await;
    for (method, path, status, policy, shared) in [
        ("GET", "/about/", 308, NOTHING, "same-origin"),
        ("GET", "/favicon.ico", 200, FILE, "cross-origin"),
        ("GET", "/feed.xml", 200, LISTING, "same-origin"),
        // It has no site's address to say.
        ("GET", "/sitemap.xml", 404, NOTHING, "same-origin"),
        ("GET", "/robots.txt", 200, LISTING, "same-origin"),
        ("GET", "/fn/counts?slug=one", 200, NOTHING, "same-origin"),
        ("GET", "/fn/counts", 400, NOTHING, "same-origin"),
        ("POST", "/fn/counts", 403, NOTHING, "same-origin"),
        ("POST", "/about", 405, NOTHING, "same-origin"),
        ("GET", "/media/%ff", 400, NOTHING, "same-origin"),
        ("GET", "/healthz", 200, NOTHING, "same-origin"),
        ("GET", "/readyz", 200, NOTHING, "same-origin"),
        ("GET", "/api/v1/views", 200, NOTHING, "same-origin"),
        ("GET", "/api/v1/views/one", 200, NOTHING, "same-origin"),
        ("GET", "/api/v1/views/three", 404, NOTHING, "same-origin"),
        ("GET", "/api/v1/views/%ff", 400, NOTHING, "same-origin"),
        ("POST", "/api/v1/views", 405, NOTHING, "same-origin"),
        ("GET", "/api/v1/connect/one", 403, NOTHING, "same-origin"),
        ("GET", "/api/nothing", 404, NOTHING, "same-origin"),
        ("GET", "/pkg/view-counter.js", 200, NOTHING, "same-origin"),
        ("GET", "/pkg/nothing.js", 404, NOTHING, "same-origin"),
        ("GET", "/media/posts/a.svg", 200, FILE, "cross-origin"),
        ("HEAD", "/media/posts/a.svg", 200, FILE, "cross-origin"),
        ("GET", "/media/posts/a.png", 200, FILE, "cross-origin"),
        ("GET", "/media/posts/a.webm", 200, RECORDING, "cross-origin"),
        ("GET", "/media/posts/a.mp3", 200, RECORDING, "cross-origin"),
        ("GET", "/media/talk.pdf", 200, PDF, "cross-origin"),
        ("GET", "/favicon.svg", 200, FILE, "cross-origin"),
    ] {
        let response = ask(&server, method, path).await;
        let what = format!("{method} {path}");
        assert_eq!(response.status(), status, "{what}");
        let headers = response.headers();
        assert_eq!(header(headers, "content-security-policy"), policy, "{what}");
        assert_eq!(
            header(headers, "x-content-type-options"),
            "nosniff",
            "{what}"
        );
        assert_eq!(
            header(headers, "referrer-policy"),
            "strict-origin-when-cross-origin",
            "{what}"
        );
        assert_eq!(
            header(headers, "cross-origin-resource-policy"),
            shared,
            "{what}"
        );
        assert_eq!(header(headers, "strict-transport-security"), "", "{what}");
    }
}

#[tokio::test]
async fn a_site_behind_tls_keeps_its_readers_there() {
    let folder = folder();
    let server = start(&folder, &["--site-url", "https://blog.example"]).await;
    // Only of a page: a file in a sandbox that says so is not shown.
    for (path, opener_policy) in [
        ("/", "same-origin"),
        ("/nothing", "same-origin"),
        ("/about/", ""),
        ("/api/v1/views", ""),
        ("/media/posts/a.svg", ""),
    ] {
        let response = ask(&server, "GET", path).await;
        let headers = response.headers();
        assert_eq!(
            header(headers, "strict-transport-security"),
            "max-age=31536000",
            "{path}"
        );
        assert_eq!(
            header(headers, "cross-origin-opener-policy"),
            opener_policy,
            "{path}"
        );
        // Whoever reaches the server without TLS, on its own machine, must see
        // pages that work: their addresses are not to be rewritten.
        let policy = header(headers, "content-security-policy");
        assert!(!policy.contains("upgrade-insecure-requests"), "{path}");
    }
}

/// The inline scripts of a page, as a browser finds them.
fn scripts(html: &str) -> Vec<&str> {
    let elements = html.split("<script").skip(1);
    let texts = elements.map(|element| {
        let (_, rest) = element.split_once('>').expect("every tag ends");
        let (text, _) = rest.split_once("</script>").expect("every script ends");
        text
    });
    texts.collect()
}

/// A policy's word for this script.
fn hash(script: &str) -> String {
    let digest = Sha256::digest(script.as_bytes());
    format!("'sha256-{}'", BASE64_STANDARD.encode(digest))
}

/// The scripts of the page at this path: those that its policy lets run, and those
/// that it does not.
async fn sorted_scripts(server: &Server, path: &str) -> (Vec<String>, Vec<String>) {
    let response = ask(server, "GET", path).await;
    let allowed: Vec<String> = directive(response.headers(), "script-src")
        .into_iter()
        .map(str::to_owned)
        .collect();
    let html = response.text().await.unwrap();
    let (run, blocked): (Vec<_>, Vec<_>) = scripts(&html)
        .into_iter()
        .map(str::to_owned)
        .partition(|script| allowed.contains(&hash(script)));
    let hashes = allowed
        .iter()
        .filter(|source| source.starts_with("'sha256-"));
    assert_eq!(hashes.count(), run.len(), "{path}: a hash for nothing");
    (run, blocked)
}

#[tokio::test]
async fn the_scripts_of_a_page_may_run_and_there_are_two() {
    let folder = folder();
    let server = start(&folder, &[]).await;
    for path in [
        "/",
        "/posts/one",
        "/tags/testing",
        "/about",
        "/privacy",
        "/nothing",
    ] {
        let (run, blocked) = sorted_scripts(&server, path).await;
        assert_eq!(blocked, [""; 0], "{path}");
        let [theme, loading] = &run[..] else {
            panic!("{path}: {run:?}");
        };
        assert!(theme.contains("localStorage"), "{path}: {theme}");
        assert!(loading.contains("view-counter"), "{path}: {loading}");
    }
}

#[tokio::test]
async fn a_script_that_came_with_the_content_may_not_run() {
    let folder = folder();
    let evil = "</title></script><script>alert('of the title')</script>";
    let data = "__RESOLVED_RESOURCES=[];alert('as data');";
    folder.write(
        "content/posts/evil.md",
        &format!(
            "+++\ntitle = \"{evil}\"\ndate = 2026-11-20\ndescription = \"\\\"{evil}\"\n\
             tags = [\"A {evil}\"]\n+++\n\
             <script>alert('of the text')</script>\n\n<script>{data}</script>\n\n\
             <p onclick=\"alert('of an attribute')\">x</p>\n"
        ),
    );
    let server = start(&folder, &[]).await;
    let (run, blocked) = sorted_scripts(&server, "/posts/evil").await;
    assert_eq!(run.len(), 2, "{run:?}");
    assert_eq!(blocked, ["alert('of the text')", data]);
    let (run, blocked) = sorted_scripts(&server, "/").await;
    assert_eq!((run.len(), blocked.len()), (2, 0));
}

#[tokio::test]
async fn a_page_that_did_not_change_is_the_same_to_the_byte() {
    let folder = folder();
    let server = start(&folder, &[]).await;
    for path in ["/", "/posts/one", "/nothing"] {
        let mut answers = Vec::new();
        for _ in 0..2 {
            let response = ask(&server, "GET", path).await;
            let policy = header(response.headers(), "content-security-policy").to_owned();
            answers.push((policy, response.text().await.unwrap()));
        }
        assert_eq!(answers[0], answers[1], "{path}");
    }
}

#[tokio::test]
async fn a_page_fetches_images_only_from_the_sites_that_it_names_itself() {
    let folder = folder();
    let about = "+++\ntitle = \"About\"\ndescription = \"x\"\n+++\n\
                 ![A](https://about.example/a.png)\n";
    folder.write("content/about.md", about);
    post_with_images(&folder, "far", &["https://images.example/a.png"]);
    let server = start(&folder, &[]).await;
    for (path, sources) in [
        ("/posts/far", &["'self'", "https://images.example"][..]),
        ("/about", &["'self'", "https://about.example"]),
        ("/", &["'self'"]),
        ("/tags/testing", &["'self'"]),
        ("/posts/one", &["'self'"]),
        ("/nothing", &["'self'"]),
    ] {
        let response = ask(&server, "GET", path).await;
        assert_eq!(directive(response.headers(), "img-src"), sources, "{path}");
    }
    // A document keeps its policy, so a navigation has to know whose images a page shows.
    let far = server.text("/posts/far").await;
    assert!(far.contains("data-images=\"https://images.example\""));
    assert!(!server.text("/posts/one").await.contains("data-images"));
}

/// Adds a post with images at these addresses.
fn post_with_images(folder: &Folder, slug: &str, addresses: &[&str]) {
    let images: Vec<_> = addresses.iter().map(|at| format!("![A]({at})\n")).collect();
    let title = slug[..1].to_uppercase() + &slug[1..];
    let head = format!("title = \"{title}\"\ndate = 2026-11-20\ndescription = \"x\"");
    let text = format!("+++\n{head}\n+++\n{}", images.concat());
    folder.write(&format!("content/posts/{slug}.md"), &text);
}

#[tokio::test]
async fn the_headers_of_a_page_fit_into_the_buffer_of_a_proxy() {
    let folder = folder();
    let many: Vec<String> = (0..300)
        .map(|n| format!("https://images-{n:03}.of-another-site.example/a.png"))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    post_with_images(&folder, "many", &many);
    let mut server = start(&folder, &["--site-url", "https://blog.example"]).await;
    let warning = server.logs("too many sites").await;
    assert!(warning.contains("posts/many.md"), "{warning}");
    let response = ask(&server, "GET", "/posts/many").await;
    let sources = directive(response.headers(), "img-src").len();
    assert!((30..300).contains(&sources), "{sources}");
    let lines = response.headers().iter();
    let bytes: usize = lines
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    // nginx: one memory page, less what it adds itself.
    assert!(bytes < 4_096 - 256, "{bytes}");
}

#[tokio::test]
async fn while_the_site_is_worked_on_pages_may_hear_that_it_was_built() {
    let folder = folder();
    let arguments = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--database",
        "views.db",
        "--site-root",
        "site",
    ];
    let watched = [("LEPTOS_WATCH", "ON")];
    let server = Server::start_in(&folder, &watched, &arguments).await;
    let response = ask(&server, "GET", "/").await;
    let connect = directive(response.headers(), "connect-src");
    assert_eq!(connect, ["'self'", "ws://*:3001"]);
    let (run, blocked) = sorted_scripts(&server, "/").await;
    assert_eq!((run.len(), blocked.len()), (3, 0));
    assert!(run.iter().any(|script| script.contains("live_reload")));
}
