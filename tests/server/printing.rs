//! What strangers named, on a terminal and in a log: escaped. In a file: exact.

use crate::support::{Folder, Server, view_id};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Turns the order of the letters around, hides, and is neither a line nor a control
/// character.
const SLUG: &str = "a\u{202e}b\u{200b}c\u{2028}d";
const ESCAPED: &str = "a\\u{202e}b\\u{200b}c\\u{2028}d";
const ENCODED: &str = "a%E2%80%AEb%E2%80%8Bc%E2%80%A8d";

#[tokio::test]
async fn a_slug_reaches_no_terminal_and_no_log_as_it_is() {
    let folder = Folder::new();
    folder.write("slugs.txt", SLUG);
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--database", "views.db"];
    let all = [&arguments[..], &["--slugs", "slugs.txt"]].concat();
    let debug = [("RUST_LOG", "debug,h2=error,sqlx=error")];
    let mut server = Server::start_in(&folder, &debug, &all).await;
    let path = format!("/api/v1/connect/{ENCODED}{}", view_id(1));
    let mut reader = crate::support::Client::connect(&server.address, &path).await;
    reader.frame().await;
    reader.leave().await;
    // Whatever it says of this slug, it says so.
    server.signal("TERM");
    let saved = server.logs("stopping").await;
    assert!(!saved.contains(SLUG));
    let (status, log) = server.ended().await;
    assert!(status.success() && !log.contains(SLUG), "{log}");

    for command in [
        &["totals"][..],
        &["check"],
        &["corrections"],
        &["days", SLUG],
    ] {
        let (_, out, error) = folder.run(command_with_database(command).as_slice()).await;
        assert!(
            !out.contains('\u{202e}') && !error.contains('\u{202e}'),
            "{out}{error}"
        );
    }
    let (_, out, _) = folder.run(&["totals", "--database", "views.db"]).await;
    assert!(out.contains(ESCAPED), "{out}");
    let set = ["set", SLUG, "7", "--why", "x", "--database", "views.db"];
    let (_, out, error) = folder.run(&set).await;
    assert!(out.contains(&format!("{ESCAPED}: 1 → 7")), "{out}{error}");
    let set = ["set", SLUG, "1", "--why", "x", "--database", "views.db"];
    let (_, _, error) = folder.run(&set).await;
    assert!(
        error.contains(&format!("error: {ESCAPED} has 7")),
        "{error}"
    );
    // What a program reads is exact.
    for format in ["--csv", "--json"] {
        let (_, out, _) = folder
            .run(&["totals", "--database", "views.db", format])
            .await;
        assert!(out.contains(SLUG), "{out}");
    }
}

fn command_with_database<'a>(command: &[&'a str]) -> Vec<&'a str> {
    [command, &["--database", "views.db"]].concat()
}

#[tokio::test]
async fn the_name_of_a_file_reaches_no_terminal_as_it_is() {
    let folder = Folder::new();
    folder.write("content/posts/a\u{1b}[2J\nb.md", "x");
    let (_, _, error) = folder.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert!(error.contains("posts/a\\u{1b}[2J\\nb.md"), "{error}");
    assert!(!error.contains('\u{1b}'), "{error}");
}

#[tokio::test]
async fn a_redirect_has_no_character_that_a_header_cannot_hold() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let request = "GET /posts/\u{9b}31m/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let head = answer.split("\r\n\r\n").next().unwrap();
    assert!(head.is_ascii(), "{head}");
    assert!(head.contains("location: /posts/%C2%9B31m"), "{head}");
}
