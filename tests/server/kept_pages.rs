//! Pages that are kept: the same to whoever has them, in every coding, and ready
//! whatever else is asked for.

mod numbers;

use crate::support::{Folder, PATIENCE, Server};
use flate2::read::GzDecoder;
use futures_util::future::join_all;
use reqwest::{Client, Method, Response, header::HeaderMap};
use std::io::Read;
use tokio::{task::JoinSet, time::timeout};

/// Everything that is asked again and again, by browsers and by feed readers.
const KEPT: [&str; 9] = [
    "/",
    "/posts/one",
    "/posts/two",
    "/tags/testing",
    "/about",
    "/privacy",
    "/feed.xml",
    "/sitemap.xml",
    "/robots.txt",
];

/// A site without an address has no site map.
const SITE: [&str; 2] = ["--site-url", "https://blog.example"];

fn http1() -> Client {
    Client::new()
}

fn http2() -> Client {
    Client::builder().http2_prior_knowledge().build().unwrap()
}

async fn ask(
    client: &Client,
    method: Method,
    url: String,
    headers: &[(&'static str, &str)],
) -> Response {
    let mut request = client.request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    timeout(PATIENCE, request.send()).await.unwrap().unwrap()
}

async fn get(server: &Server, path: &str, headers: &[(&'static str, &str)]) -> Response {
    ask(&http1(), Method::GET, server.url(path), headers).await
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    Some(headers.get(name)?.to_str().unwrap())
}

fn tag(response: &Response) -> String {
    let tag = header(response.headers(), "etag");
    tag.unwrap_or_else(|| panic!("no tag: {response:?}"))
        .to_owned()
}

/// The text of this answer, if need be uncompressed.
async fn text(response: Response) -> String {
    let is_gzip = header(response.headers(), "content-encoding") == Some("gzip");
    let bytes = response.bytes().await.unwrap();
    if !is_gzip {
        return String::from_utf8(bytes.into()).unwrap();
    }
    let mut text = String::new();
    let mut decoder = GzDecoder::new(&bytes[..]);
    Read::read_to_string(&mut decoder, &mut text).unwrap();
    text
}

#[tokio::test]
async fn who_has_a_page_as_it_is_is_not_sent_it_again() {
    let folder = Folder::new();
    let server = Server::start_with(&folder, &SITE).await;
    for client in [http1(), http2()] {
        for path in KEPT {
            for accepted in ["identity", "gzip, deflate, br, zstd"] {
                let coding = ("accept-encoding", accepted);
                let first = ask(&client, Method::GET, server.url(path), &[coding]).await;
                assert_eq!(first.status(), 200, "{path}");
                let (tag, whole) = (tag(&first), first.headers().clone());
                assert!(!text(first).await.is_empty());
                let lists = [tag.clone(), format!("\"another\", {tag}"), "*".to_owned()];
                for (method, known) in [Method::GET, Method::HEAD]
                    .into_iter()
                    .flat_map(|method| lists.iter().map(move |list| (method.clone(), list)))
                {
                    let headers = [coding, ("if-none-match", known)];
                    let answer = ask(&client, method, server.url(path), &headers).await;
                    assert_eq!(answer.status(), 304, "{path}: {known}");
                    let headers = answer.headers();
                    for name in ["etag", "cache-control", "vary"] {
                        let said = header(headers, name);
                        assert_eq!(said, header(&whole, name), "{path}: {name}");
                        assert!(said.is_some(), "{path}: {name}");
                    }
                    // What it has keeps the policy that it came with.
                    for name in [
                        "content-security-policy",
                        "content-type",
                        "content-encoding",
                    ] {
                        assert_eq!(header(headers, name), None, "{path}: {name}");
                    }
                    assert!(answer.bytes().await.unwrap().is_empty());
                }
                let headers = [coding, ("if-none-match", "\"another\"")];
                let answer = ask(&client, Method::GET, server.url(path), &headers).await;
                assert_eq!(answer.status(), 200, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_comes_in_the_coding_that_is_accepted_and_is_the_same_in_each() {
    let folder = Folder::new();
    let long = "The same again, and never quite the same. ".repeat(300);
    let head = "+++\ntitle = \"Long\"\ndate = 2026-11-20\ndescription = \"x\"\n+++\n";
    folder.write("content/posts/long.md", &format!("{head}{long}\n"));
    let server = Server::start_with(&folder, &SITE).await;
    for path in KEPT.into_iter().chain(["/posts/long"]) {
        let plain = get(&server, path, &[]).await;
        assert_eq!(header(plain.headers(), "vary"), Some("accept-encoding"));
        assert_eq!(header(plain.headers(), "cache-control"), Some("no-cache"));
        let policy = header(plain.headers(), "content-security-policy").map(str::to_owned);
        let plain = text(plain).await;
        for (accepted, expected) in [
            ("gzip", Some("gzip")),
            ("GZIP;q=0.5, identity;q=0.1", Some("gzip")),
            ("br;q=0, *", Some("gzip")),
            ("gzip;q=0, *;q=0.1", None),
            ("gzip;q=0.1, identity", None),
            ("identity", None),
            ("", None),
        ] {
            for client in [http1(), http2()] {
                let headers = [("accept-encoding", accepted)];
                let whole = ask(&client, Method::GET, server.url(path), &headers).await;
                let coding = header(whole.headers(), "content-encoding");
                // Files have been compressed in one more way.
                let is_page = path != "/robots.txt" && !path.ends_with(".xml");
                if is_page || expected.is_none() {
                    assert_eq!(coding, expected, "{path}: {accepted}");
                }
                let said = header(whole.headers(), "content-security-policy");
                assert_eq!(said, policy.as_deref(), "{path}: {accepted}");
                let head = ask(&client, Method::HEAD, server.url(path), &headers).await;
                for name in ["content-length", "content-encoding", "etag", "content-type"] {
                    let said = header(head.headers(), name).map(str::to_owned);
                    let expected = header(whole.headers(), name);
                    assert_eq!(said.as_deref(), expected, "{path}: {accepted}: {name}");
                }
                assert!(head.bytes().await.unwrap().is_empty());
                let length = header(whole.headers(), "content-length")
                    .unwrap()
                    .to_owned();
                let bytes = whole.content_length().unwrap();
                assert_eq!(length, bytes.to_string(), "{path}: {accepted}");
                assert_eq!(text(whole).await, plain, "{path}: {accepted}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_is_the_same_whatever_its_query_and_has_one_spelling() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let page = get(&server, "/posts/one", &[]).await;
    let (tag_of_it, html) = (tag(&page), text(page).await);
    let asked = get(&server, "/posts/one?a=b&%FF", &[]).await;
    assert_eq!(tag(&asked), tag_of_it);
    assert_eq!(text(asked).await, html);
    // A stranger can spell an address in very many ways: none of them is kept.
    let client = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    for (path, other) in [
        ("/posts/one?a", "/posts/on%65?a"),
        ("/tags/testing", "/tags/testin%67"),
    ] {
        let known = [("if-none-match", "*")];
        let spelled = ask(&client, Method::GET, server.url(other), &known).await;
        assert_eq!(spelled.status(), 308, "{other}");
        assert_eq!(header(spelled.headers(), "location"), Some(path));
        assert_eq!(header(spelled.headers(), "etag"), None, "{other}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_kept() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    for path in [
        "/nothing",
        "/posts/three",
        "/tags/none",
        "/posts/one/x",
        "/feeds",
    ] {
        for _ in 0..2 {
            let answer = get(&server, path, &[("if-none-match", "*")]).await;
            assert_eq!(answer.status(), 404, "{path}");
            assert_eq!(header(answer.headers(), "etag"), None, "{path}");
        }
    }
    for path in ["/", "/posts/one"] {
        let answer = ask(&http1(), Method::POST, server.url(path), &[]).await;
        assert_eq!(answer.status(), 405, "{path}");
    }
}

#[tokio::test]
async fn many_who_ask_at_once_get_the_same_page() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let client = http2();
    let headers = [("accept-encoding", "gzip")];
    let answers = (0..90).map(|_| ask(&client, Method::GET, server.url("/"), &headers));
    let mut pages = Vec::new();
    for answer in join_all(answers).await {
        assert_eq!(answer.status(), 200);
        pages.push((tag(&answer), answer.bytes().await.unwrap()));
    }
    pages.dedup();
    assert_eq!(pages.len(), 1);
}

#[tokio::test]
async fn a_page_that_is_kept_does_not_wait_for_those_that_are_made() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    get(&server, "/posts/one", &[]).await;
    let mut reader = server.reader("one", "").await;
    reader.frame().await;
    get(&server, "/posts/one", &[]).await;
    // What is not there has to be made, and so many are more than may wait.
    let mut asked = JoinSet::new();
    for _ in 0..15 {
        let client = http2();
        for _ in 0..100 {
            asked.spawn(client.get(server.url("/nothing")).send());
        }
    }
    loop {
        let answer = timeout(PATIENCE, asked.join_next()).await.unwrap();
        let answer = answer.expect("some are refused").unwrap().unwrap();
        if answer.status() == 503 {
            break;
        }
    }
    for _ in 0..20 {
        assert_eq!(get(&server, "/posts/one", &[]).await.status(), 200);
    }
    assert!(asked.len() > 100, "the others still wait");
}
