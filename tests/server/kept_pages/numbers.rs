//! The numbers on a page that is kept: never any but the present ones.

use super::{get, header, tag, text as text_of};
use crate::support::{Folder, Server, counts, eventually};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use std::time::Duration;

/// What the page of a post says to its reader, and to the browser.
fn shown(html: &str) -> (String, String) {
    let between = |before: &str, after: &str| {
        let (_, rest) = html
            .split_once(before)
            .unwrap_or_else(|| panic!("no {before} in {html}"));
        rest.split_once(after).unwrap().0.to_owned()
    };
    let live = between("view-counter-live\">", "<");
    let total = between("view-counter-total\">", "<");
    let data = between("data-live=", " class=");
    (format!("{live}, {total}"), data)
}

#[tokio::test]
async fn a_page_that_is_kept_has_the_present_numbers() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let gzip = [("accept-encoding", "gzip")];
    let mut tags = Vec::new();
    let mut lists = Vec::new();
    let mut readers = Vec::new();
    for n in 0..4_u32 {
        for _ in 0..2 {
            for headers in [&[][..], &gzip] {
                let page = get(&server, "/posts/one", headers).await;
                let tag = tag(&page);
                let (text, data) = shown(&text_of(page).await);
                let views = if n == 1 {
                    "1 view".to_owned()
                } else {
                    format!("{n} views")
                };
                assert_eq!(text, format!("{n} reading now, {views}"));
                assert_eq!(data, format!("\"{n}\" data-total=\"{n}\""));
                tags.push(tag);
            }
            for path in ["/", "/tags/testing"] {
                let list = text_of(get(&server, path, &gzip).await).await;
                let views = if n == 1 {
                    ">1 view<".to_owned()
                } else {
                    format!(">{n} views<")
                };
                assert!(list.contains(&views), "{n}: {list}");
                lists.push((path, list));
            }
        }
        let mut reader = server.reader("one", &format!("?v={n:032x}")).await;
        // Only then is it one.
        reader.frame().await;
        readers.push(reader);
    }
    tags.dedup();
    assert_eq!(tags.len(), 4, "a tag for each: {tags:?}");
    lists.sort();
    lists.dedup();
    assert_eq!(lists.len(), 8, "a list for each");
    // A list does not say who reads: it stays as it is when somebody leaves.
    let before = tag(&get(&server, "/", &[]).await);
    drop(readers);
    eventually("they are gone", async || {
        server.views("one").await == counts(0, 4)
    })
    .await;
    assert_eq!(tag(&get(&server, "/", &[]).await), before);
}

/// Without an id a reader leaves nothing behind once its view is saved, and then the
/// total is read from the database.
#[tokio::test]
async fn no_total_falls_from_a_frame_to_a_page() {
    let folder = Folder::new();
    let server = Server::start_with(&folder, &["--save", "before-shown"]).await;
    for n in 1..=20 {
        // Kept, with one less.
        get(&server, "/posts/one", &[]).await;
        get(&server, "/", &[]).await;
        let mut reader = server.reader("one", "").await;
        while reader.frame().await.total < n {}
        if n % 2 == 0 {
            reader.leave().await;
        } else {
            drop(reader);
        }
        let views = if n == 1 {
            ">1 view<".to_owned()
        } else {
            format!(">{n} views<")
        };
        for path in ["/posts/one", "/", "/tags/testing"] {
            let page = text_of(get(&server, path, &[]).await).await;
            assert!(page.contains(&views), "{path} after {n}: {page}");
        }
    }
}

#[tokio::test]
async fn what_another_process_counts_is_on_a_page_within_a_second() {
    let folder = Folder::new();
    let one = Server::start_with(&folder, &["--save", "before-shown"]).await;
    let two = Server::start_with(&folder, &["--save", "before-shown"]).await;
    get(&two, "/posts/one", &[]).await;
    let mut reader = one.reader("one", "").await;
    while reader.frame().await.total < 1 {}
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let page = text_of(get(&two, "/posts/one", &[]).await).await;
    assert_eq!(shown(&page).0, "0 reading now, 1 view");
}

async fn execute(folder: &Folder, sql: &'static str) {
    let options = SqliteConnectOptions::new().filename(folder.database());
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_page_without_its_numbers_is_not_kept() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    execute(&folder, "ALTER TABLE totals RENAME TO away").await;
    for path in ["/posts/one", "/"] {
        let page = get(&server, path, &[]).await;
        assert_eq!(page.status(), 200, "{path}");
        assert_eq!(header(page.headers(), "etag"), None, "{path}");
        assert!(!text_of(page).await.contains("0 views<"), "{path}");
    }
    execute(&folder, "ALTER TABLE away RENAME TO totals").await;
    for path in ["/posts/one", "/"] {
        let page = text_of(get(&server, path, &[]).await).await;
        assert!(page.contains("0 views<"), "{path}: {page}");
    }
}
