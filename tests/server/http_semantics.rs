//! What HTTP itself asks of every answer (RFC 9110, RFC 9112).

use crate::support::{Client, Folder, PATIENCE, Server};
use axum::body::Bytes;
use reqwest::{Method, StatusCode, redirect::Policy};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// The whole answer to this request, written by hand.
async fn answer_to(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("the server closes after the answer")
        .unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn not_modified_says_no_length() {
    let folder = Folder::new();
    folder.write(
        "content/posts/a.svg",
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
    );
    folder.write("site/pkg/view-counter.js", "let a;");
    folder.write(
        "site/favicon.svg",
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
    );
    let server = Server::start_with(&folder, &["--site-root", "site"]).await;
    let stream = TcpStream::connect(&server.address).await.unwrap();
    let (mut http2, connection) = h2::client::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    for path in [
        "/",
        "/posts/one",
        "/feed.xml",
        "/robots.txt",
        "/api",
        "/api/v1/views",
        "/api/v1/views/one",
        "/api/v1/openapi.json",
        "/badge/one.svg",
        "/media/posts/a.svg",
        "/pkg/view-counter.js",
        "/favicon.svg",
    ] {
        let whole = server.get(path).await;
        assert_eq!(whole.status(), 200, "{path}");
        // What has no tag has a time.
        let known = [
            ("etag", "if-none-match"),
            ("last-modified", "if-modified-since"),
        ];
        let (said, asks) = known
            .into_iter()
            .find_map(|(says, asks)| Some((whole.headers().get(says)?.clone(), asks)))
            .unwrap_or_else(|| panic!("{path} has neither: {whole:?}"));
        for method in [Method::GET, Method::HEAD] {
            let what = format!("{method} {path}");
            let said = said.to_str().unwrap();
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{asks}: {said}\r\n\r\n",
                server.address
            );
            let answer = answer_to(&server, &request).await.to_lowercase();
            assert!(answer.starts_with("http/1.1 304"), "{what}: {answer}");
            for length in ["content-length", "transfer-encoding"] {
                assert!(!answer.contains(length), "{what}: {answer}");
            }
            assert!(answer.ends_with("\r\n\r\n"), "{what}: {answer}");

            let request = http::Request::builder()
                .method(method)
                .uri(server.url(path))
                .header(asks, said)
                .body(())
                .unwrap();
            http2 = http2.ready().await.unwrap();
            let (response, _) = http2.send_request(request, true).unwrap();
            let response = timeout(PATIENCE, response).await.unwrap().unwrap();
            assert_eq!(response.status(), 304, "{what}");
            assert!(!response.headers().contains_key("content-length"), "{what}");
            let mut body = response.into_body();
            let data = timeout(PATIENCE, body.data()).await.unwrap();
            assert_eq!(data.transpose().unwrap(), None::<Bytes>, "{what}");
        }
    }
    connection.abort();
}

#[tokio::test]
async fn a_request_of_http_1_1_names_one_host() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    for path in [
        "/",
        "/api/v1/views/one",
        "/healthz",
        "/api/v1/connect/one",
        "/robots.txt",
    ] {
        let ask = async |version: &str, hosts: &str| {
            let request = format!("GET {path} HTTP/{version}\r\nConnection: close\r\n{hosts}\r\n");
            answer_to(&server, &request).await
        };
        for hosts in [
            "",
            "Host: a.example\r\nHost: a.example\r\n",
            "Host: a.example/x\r\n",
            "Host: a@a.example\r\n",
        ] {
            let answer = ask("1.1", hosts).await;
            assert!(
                answer.starts_with("HTTP/1.1 400"),
                "{path} {hosts}: {answer}"
            );
            assert!(answer.contains("`Host`"), "{path} {hosts}: {answer}");
        }
        for (version, hosts) in [("1.1", "Host: a.example:80\r\n"), ("1.0", "")] {
            let answer = ask(version, hosts).await;
            assert!(!answer.contains(" 400 "), "{path} {version}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_path_with_slashes_too_many_is_sent_to_the_page_and_nowhere_else() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap();
    for (path, location) in [
        ("//posts/one", Some("/posts/one")),
        ("///posts//one/?a=b", Some("/posts/one?a=b")),
        ("//about", Some("/about")),
        ("//", Some("/")),
        ("//evil.example/", None),
        ("//evil.example//posts/one", None),
        ("/%2F/posts/one", None),
    ] {
        let url = format!("http://{}{path}", server.address);
        let answer = client.get(url).send().await.unwrap();
        let said = answer.headers().get("location");
        let said = said.map(|said| said.to_str().unwrap().to_owned());
        assert_eq!(said.as_deref(), location, "{path}");
        if location.is_none() {
            assert_eq!(answer.status(), 404, "{path}");
            let page = answer.text().await.unwrap();
            assert!(!page.contains("Body of one"), "{path}");
        }
    }
}

#[tokio::test]
async fn what_scripts_ask_sends_nobody_to_another_site() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap();
    for (path, status) in [
        ("/fn/counts?slug=one", 200),
        ("/fn/visitors", 200),
        ("/fn/counts", 400),
    ] {
        let answer = client
            .get(server.url(path))
            .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
            .header("referer", "https://evil.example/")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(answer.headers().get("location"), None, "{path}");
    }
}

#[tokio::test]
async fn a_name_that_was_pointed_at_the_server_opens_no_socket_of_the_site() {
    let folder = Folder::new();
    let arguments = ["--site-url", "https://blog.example"];
    let server = Server::start_with(&folder, &arguments).await;
    let own = format!("http://{}", server.address);
    for (host, origin, status) in [
        ("evil.example", "http://evil.example", 403),
        ("evil.example:80", "http://evil.example", 403),
        ("blog.example", "https://evil.example", 403),
        ("blog.example", "https://blog.example", 101),
        // A proxy that wrote its own name for the server.
        ("counter.internal:3000", "https://blog.example", 101),
        // Its operator, on the machine itself.
        (server.address.as_str(), own.as_str(), 101),
    ] {
        let request = format!(
            "GET /api/v1/connect/one HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n\
             Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: {}\r\n\r\n",
            crate::support::raw::KEY
        );
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let head = crate::support::raw::head(&mut stream).await;
        let expected = format!("HTTP/1.1 {status} ");
        assert!(head.starts_with(&expected), "{host} from {origin}: {head}");
        // Its pages can be looked at, whatever name somebody gave the server.
        let request =
            format!("GET /posts/one HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let page = answer_to(&server, &request).await;
        assert!(page.starts_with("HTTP/1.1 200"), "{host}: {page}");
    }
    let reader = Client::try_connect(&server.address, "/api/v1/connect/one", Some(&own)).await;
    assert_eq!(reader.unwrap().1.status(), StatusCode::SWITCHING_PROTOCOLS);
}
