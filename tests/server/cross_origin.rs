//! What a page of another site can read of the API, errors and refusals too.

use crate::support::{Folder, PATIENCE, Server};
use axum::body::Bytes;
use reqwest::{Client, Method, Response, header::HeaderMap};
use tokio::{net::TcpStream, time::timeout};

const SITE: &str = "https://blog.example";
const OTHER: &str = "https://other.example";

async fn ask(
    server: &Server,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Response {
    let mut request = Client::new().request(method, server.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    timeout(PATIENCE, request.send()).await.unwrap().unwrap()
}

fn said<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    let value = headers.get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn an_error_can_be_read_by_the_pages_that_may_connect_and_by_no_others() {
    let folder = Folder::new();
    let server = Server::start_with(&folder, &["--origin", SITE]).await;
    for (method, path, status) in [
        (Method::GET, "/api/v1/views/one", 200),
        (Method::GET, "/api/v1/visitors", 200),
        (Method::GET, "/api/v1/views/none", 404),
        (Method::GET, "/api/v1/views?slug=", 400),
        (Method::GET, "/api/v1/days/one?since=now", 400),
        (Method::GET, "/api/v1/nothing", 404),
        (Method::GET, "/api/v2/views", 404),
        (Method::POST, "/api/v1/views", 405),
        (Method::DELETE, "/api/v1/views/one", 405),
        (Method::PUT, "/api/v1/visitors", 405),
    ] {
        let what = format!("{method} {path}");
        for (origin, allowed) in [(SITE, SITE), (OTHER, ""), ("null", "")] {
            let answer = ask(&server, method.clone(), path, &[("origin", origin)]).await;
            assert_eq!(answer.status(), status, "{what}");
            let headers = answer.headers();
            assert_eq!(
                said(headers, "access-control-allow-origin"),
                allowed,
                "{what} from {origin}"
            );
            assert_eq!(said(headers, "vary"), "origin", "{what}");
            let caching = if status == 200 {
                "no-cache"
            } else {
                "no-store"
            };
            assert_eq!(said(headers, "cache-control"), caching, "{what}");
            if allowed == SITE {
                let exposed = said(headers, "access-control-expose-headers");
                assert!(exposed.contains("retry-after"), "{what}: {exposed}");
                assert!(exposed.contains("etag"), "{what}: {exposed}");
            }
        }
        let answer = ask(&server, method, path, &[]).await;
        assert_eq!(answer.status(), status, "{what} from nowhere");
        assert_eq!(said(answer.headers(), "access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn a_page_that_may_connect_is_told_that_it_may_send_a_tag() {
    let folder = Folder::new();
    let server = Server::start_with(&folder, &["--origin", SITE]).await;
    for path in ["/api/v1/views", "/api/v1/views/one", "/api/v1/days/one"] {
        let preflight = async |origin| {
            let headers = [
                ("origin", origin),
                ("access-control-request-method", "GET"),
                ("access-control-request-headers", "if-none-match"),
            ];
            ask(&server, Method::OPTIONS, path, &headers).await
        };
        let answer = preflight(SITE).await;
        assert!(answer.status().is_success(), "{path}");
        let headers = answer.headers();
        assert_eq!(said(headers, "access-control-allow-origin"), SITE, "{path}");
        let methods = said(headers, "access-control-allow-methods");
        assert!(methods.contains("GET"), "{path}: {methods}");
        let allowed = said(headers, "access-control-allow-headers");
        assert_eq!(allowed, "if-none-match", "{path}");
        let answer = preflight(OTHER).await;
        assert_eq!(said(answer.headers(), "access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn a_refusal_by_the_queue_can_be_read_with_its_retry_after() {
    let folder = Folder::new();
    let arguments = [
        ["--origin", SITE],
        ["--limits", "on"],
        ["--pages-per-address", "1"],
    ];
    let server = Server::start_with(&folder, arguments.as_flattened()).await;
    // A client that takes nothing of the page that it asked for, and so has it still.
    let stream = TcpStream::connect(&server.address).await.unwrap();
    let mut takes_nothing = h2::client::Builder::new();
    takes_nothing.initial_window_size(0);
    let (client, connection) = takes_nothing.handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut client: h2::client::SendRequest<Bytes> = client.ready().await.unwrap();
    let request = http::Request::get(server.url("/api/v1/views")).body(());
    let (answer, _) = client.send_request(request.unwrap(), true).unwrap();
    let answer = timeout(PATIENCE, answer).await.unwrap().unwrap();
    assert_eq!(answer.status(), 200);
    for path in ["/api/v1/views", "/api/v1/views/one", "/api/v1/days/one"] {
        let refused = ask(&server, Method::GET, path, &[("origin", SITE)]).await;
        assert_eq!(refused.status(), 429, "{path}");
        let headers = refused.headers();
        assert_eq!(said(headers, "access-control-allow-origin"), SITE, "{path}");
        assert_ne!(said(headers, "retry-after"), "", "{path}");
        assert_eq!(said(headers, "vary"), "origin", "{path}");
    }
    connection.abort();
}
