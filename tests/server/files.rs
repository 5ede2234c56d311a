//! Files of the content folder and of the build, as HTTP says that files are had.

use crate::support::{Folder, PATIENCE, Server};
use reqwest::{Method, Response, header::HeaderMap};
use tokio::time::timeout;

const DIGITS: &str = "0123456789";

async fn ask(server: &Server, method: Method, path: &str, sent: &[(&str, &str)]) -> Response {
    let mut request = reqwest::Client::new().request(method, server.url(path));
    for (name, value) in sent {
        request = request.header(*name, *value);
    }
    timeout(PATIENCE, request.send()).await.unwrap().unwrap()
}

async fn get(server: &Server, path: &str, sent: &[(&str, &str)]) -> Response {
    ask(server, Method::GET, path, sent).await
}

fn header(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).unwrap_or_else(|| panic!("no {name}"));
    value.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_file_has_validators_and_parts() {
    let folder = Folder::new();
    folder.write("content/a.webm", DIGITS);
    folder.write("site/favicon.svg", DIGITS);
    folder.write("site/pkg/a.js", DIGITS);
    let server = Server::start_with(&folder, &["--site-root", "site"]).await;
    for path in ["/media/a.webm", "/favicon.svg", "/pkg/a.js"] {
        let whole = get(&server, path, &[]).await;
        assert_eq!(whole.status(), 200, "{path}");
        let headers = whole.headers().clone();
        assert_eq!(header(&headers, "accept-ranges"), "bytes", "{path}");
        assert_eq!(whole.text().await.unwrap(), DIGITS, "{path}");
        let tag = header(&headers, "etag");
        let modified = header(&headers, "last-modified");
        assert!(tag.starts_with('"'), "{path}: it is strong: {tag}");

        let head = ask(&server, Method::HEAD, path, &[]).await;
        for name in ["etag", "last-modified", "content-length", "content-type"] {
            assert_eq!(header(head.headers(), name), header(&headers, name));
        }
        let range = ("range", "bytes=2-4");
        for (sent, status, body) in [
            (vec![("if-none-match", &*tag)], 304, ""),
            (vec![("if-none-match", "\"other\"")], 200, DIGITS),
            (vec![("if-modified-since", &*modified)], 304, ""),
            (vec![("if-match", "\"other\"")], 412, ""),
            (vec![range], 206, "234"),
            (vec![range, ("if-range", &*tag)], 206, "234"),
            (vec![range, ("if-range", "\"other\"")], 200, DIGITS),
            (vec![("range", "bytes=10-")], 416, ""),
        ] {
            let response = get(&server, path, &sent).await;
            assert_eq!(response.status(), status, "{path}: {sent:?}");
            assert_eq!(header(response.headers(), "etag"), tag, "{path}: {sent:?}");
            if status == 416 {
                let range = header(response.headers(), "content-range");
                assert_eq!(range, "bytes */10", "{path}");
            }
            let text = response.text().await.unwrap();
            assert_eq!(text, body, "{path}: {sent:?}");
        }
    }
    folder.write("content/a.webm", "another text");
    let changed = get(&server, "/media/a.webm", &[("range", "bytes=0-6")]).await;
    assert_eq!(changed.text().await.unwrap(), "another");
}

#[tokio::test]
async fn what_get_says_head_says_and_no_cache_keeps_an_error() {
    let server = Server::start(&Folder::new()).await;
    for (path, status) in [
        ("/fn/counts?slug=one", 200),
        ("/nothing", 404),
        ("/media/nothing.png", 404),
        ("/pkg/nothing.js", 404),
        ("/badge/nothing.svg", 404),
        ("/api/v1/views/nothing", 404),
        ("/api/nothing", 404),
    ] {
        let got = get(&server, path, &[]).await;
        let head = ask(&server, Method::HEAD, path, &[]).await;
        assert_eq!(got.status(), status, "{path}");
        assert_eq!(head.status(), status, "{path}");
        for response in [got, head] {
            let caching = header(response.headers(), "cache-control");
            assert!(caching == "no-cache" || caching == "no-store", "{path}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_became_a_link_is_not_there() {
    use std::{fs, os::unix::fs::symlink};
    let folder = Folder::new();
    folder.write("secret.png", "a secret");
    folder.write("content/a.png", "a picture");
    folder.write("content/folder/secret.png", "a picture");
    let server = Server::start(&folder).await;
    let paths = ["/media/a.png", "/media/folder/secret.png"];
    for path in paths {
        assert_eq!(server.text(path).await, "a picture");
    }
    fs::remove_file(folder.path("content/a.png")).unwrap();
    symlink(folder.path("secret.png"), folder.path("content/a.png")).unwrap();
    fs::remove_dir_all(folder.path("content/folder")).unwrap();
    symlink(folder.path(""), folder.path("content/folder")).unwrap();
    for path in paths {
        let response = server.get(path).await;
        assert_eq!(response.status(), 404, "{path}");
        assert!(!response.text().await.unwrap().contains("a secret"));
    }
}
