//! The files that the build makes, from a folder.

use crate::support::{Folder, Server};
use reqwest::{Client, Method};

#[tokio::test]
async fn built_files_come_as_they_are_accepted_and_caches_are_told() {
    let folder = Folder::new();
    for (name, text) in [
        ("site/pkg/view-counter.css", "plain"),
        ("site/pkg/view-counter.css.br", "brotli"),
        ("site/pkg/view-counter.css.gz", "gzip"),
        ("site/icon.svg", "plain"),
        ("site/icon.svg.br", "brotli"),
        ("site/icon.svg.gz", "gzip"),
    ] {
        folder.write(name, text);
    }
    let server = Server::start_with(&folder, &["--site-root", "site"]).await;
    let client = Client::new();
    for path in ["/pkg/view-counter.css", "/icon.svg"] {
        for (accepted, expected) in [
            ("gzip, deflate, br", "brotli"),
            ("gzip", "gzip"),
            ("identity", "plain"),
        ] {
            let request = client.get(server.url(path));
            let request = request.header("accept-encoding", accepted);
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 200, "{path}: {accepted}");
            // Else a cache would hand one client's coding to another.
            assert_eq!(response.headers()["vary"], "accept-encoding", "{path}");
            assert_eq!(
                response.text().await.unwrap(),
                expected,
                "{path}: {accepted}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_nothing_can_be_sent() {
    let folder = Folder::new();
    folder.write("site/pkg/view-counter.css", "plain");
    let server = Server::start_with(&folder, &["--site-root", "site"]).await;
    for path in ["/pkg/none.css", "/pkg/", "/pkg", "/pkg/..%2f..%2fviews.db"] {
        assert_eq!(server.get(path).await.status(), 404, "{path}");
    }
    let sent = Client::new().request(Method::POST, server.url("/pkg/view-counter.css"));
    assert_eq!(sent.send().await.unwrap().status(), 405);
}
