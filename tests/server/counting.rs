//! What counts.

use crate::support::{Client, Folder, Server, counts, eventually, view_id};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use view_counter::counter::{protocol::close_code, store::Snapshot};

#[tokio::test]
async fn two_readers_see_each_other_come_and_go() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut one = server.reader("one", &view_id(1)).await;
    assert_eq!(one.frame().await, counts(1, 1));
    let mut two = server.reader("one", &view_id(2)).await;
    assert_eq!(
        two.frame().await,
        counts(2, 2),
        "the newcomer's first frame"
    );
    assert_eq!(one.frame().await, counts(2, 2));
    two.leave().await;
    assert_eq!(one.frame().await, counts(1, 2));
}

#[tokio::test]
async fn slugs_do_not_see_each_other() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut one = server.reader("one", &view_id(1)).await;
    one.sees(counts(1, 1)).await;
    let mut two = server.reader("two", &view_id(1)).await;
    two.sees(counts(1, 1)).await;
    assert_eq!(server.views("one").await, counts(1, 1));
}

#[tokio::test]
async fn the_frame_is_text_as_the_wire_says() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut one = server.reader("one", "").await;
    assert_eq!(one.text().await, r#"{"live":1,"total":1}"#);
}

#[tokio::test]
async fn many_joins_and_leaves_end_at_nobody() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut watcher = server.reader("one", "?watch=1").await;
    let mut readers = Vec::new();
    for n in 0..200 {
        readers.push(server.reader("one", &view_id(n)).await);
    }
    watcher.sees(counts(200, 200)).await;
    for (n, reader) in readers.into_iter().enumerate() {
        // Some say goodbye and some just vanish.
        if n % 2 == 0 {
            reader.leave().await;
        }
    }
    watcher.sees(counts(0, 200)).await;
}

#[tokio::test]
async fn a_crowd_is_told_in_few_frames() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut first = server.reader("one", &view_id(0)).await;
    let begun = Instant::now();
    let crowd = async {
        let mut crowd = Vec::new();
        for n in 1..=100 {
            crowd.push(server.reader("one", &view_id(n)).await);
            sleep(Duration::from_millis(5)).await;
        }
        crowd
    };
    let frames = async {
        let mut frames = 1;
        while first.frame().await != counts(101, 101) {
            frames += 1;
        }
        frames
    };
    let (crowd, frames) = tokio::join!(crowd, frames);
    let windows = begun.elapsed().as_millis() / 50;
    // Its own first frame, and the first change, which is sent at once.
    assert!(
        frames <= windows + 2,
        "{frames} frames in {windows} windows"
    );
    drop(crowd);
}

#[tokio::test]
async fn whoever_has_read_a_view_s_id_in_a_log_does_not_end_its_page() {
    let folder = Folder::new();
    let server = Server::start_with(&folder, &["--trusted-proxies", "127.0.0.1"]).await;
    let join = async |from: &str, again: &str| {
        let path = format!("/api/v1/connect/one{}{again}", view_id(1));
        Client::connect_with(&server.address, &path, &[("x-forwarded-for", from)]).await
    };
    let mut page = join("203.0.113.1", "").await;
    page.sees(counts(1, 1)).await;
    let mut stranger = join("198.51.100.1", "").await;
    stranger.sees(counts(1, 1)).await;
    // Not the code with which a page ends for good.
    assert_eq!(page.close_code().await, Some(close_code::TRY_AGAIN));
    let mut page = join("203.0.113.1", "&again=1").await;
    page.sees(counts(1, 1)).await;
    assert_eq!(stranger.close_code().await, Some(close_code::TRY_AGAIN));
    assert_eq!(server.views("one").await, counts(1, 1));
}

#[tokio::test]
async fn a_repeated_view_id_replaces_and_does_not_count() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut older = server.reader("one", &view_id(1)).await;
    older.sees(counts(1, 1)).await;
    let mut newer = server.reader("one", &view_id(1)).await;
    assert_eq!(newer.frame().await, counts(1, 1));
    assert_eq!(older.close_code().await, Some(close_code::REPLACED));
    assert_eq!(server.views("one").await, counts(1, 1));
    newer.leave().await;
    eventually("the reader left", async || {
        server.views("one").await == counts(0, 1)
    })
    .await;
    let mut back = server.reader("one", &view_id(1)).await;
    assert_eq!(back.frame().await, counts(1, 1), "it left a moment ago");
}

#[tokio::test]
async fn a_handshake_without_an_id_counts_each_time() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    for n in 1..=3 {
        let mut reader = server.reader("one", "").await;
        reader.sees(counts(1, n)).await;
        reader.leave().await;
        eventually("left", async || server.views("one").await.live == 0).await;
    }
}

#[tokio::test]
async fn a_page_that_was_open_before_is_not_counted_after_a_restart() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut reader = server.reader("one", &view_id(1)).await;
    reader.sees(counts(1, 1)).await;
    server.stop().await;

    let server = Server::start(&folder).await;
    let again = format!("{}&again=1", view_id(1));
    let mut reader = server.reader("one", &again).await;
    assert_eq!(reader.frame().await, counts(1, 1));
}

#[tokio::test]
async fn a_watcher_sees_the_numbers_and_is_in_neither() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut watcher = server.reader("one", "?watch=1").await;
    assert_eq!(watcher.frame().await, counts(0, 0));
    let mut reader = server.reader("one", &view_id(1)).await;
    assert_eq!(reader.frame().await, counts(1, 1));
    assert_eq!(watcher.frame().await, counts(1, 1));
    watcher.leave().await;
    assert_eq!(server.views("one").await, counts(1, 1));
}

#[tokio::test]
async fn page_list_json_and_frame_agree_before_anything_is_saved() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut reader = server.reader("one", &view_id(1)).await;
    assert_eq!(reader.frame().await, counts(1, 1));
    assert_eq!(server.views("one").await, counts(1, 1));
    let all = server.json("/api/v1/views").await;
    let expected = serde_json::json!({"views": [
        {"slug": "one", "live": 1, "total": 1},
        {"slug": "two", "live": 0, "total": 0},
    ]});
    assert_eq!(all, expected);
    assert!(server.text("/posts/one").await.contains("1 view<"));
    assert!(server.text("/posts/two").await.contains("0 views<"));
    assert!(server.text("/").await.contains("1 view<"));
    let mut saved = Snapshot::of(&folder.database()).await.unwrap();
    assert_eq!(
        saved.totals().await.unwrap(),
        [],
        "all this came from the hub"
    );
}

#[tokio::test]
async fn a_reader_that_answers_no_ping_is_gone_within_forty_seconds() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut watcher = server.reader("one", "?watch=1").await;
    // Its socket stays open and nobody reads it: pings are not answered.
    let vanished = server.reader("one", &view_id(1)).await;
    watcher.sees(counts(1, 1)).await;
    let since = Instant::now();
    loop {
        // The watcher answers its own pings by waiting for frames.
        let left = Duration::from_secs(40).saturating_sub(since.elapsed());
        match tokio::time::timeout(left, watcher.frame_or_ping()).await {
            Ok(Some(frame)) if frame == counts(0, 1) => break,
            Ok(_) => {}
            Err(_) => panic!("still counted after 40 s"),
        }
    }
    drop(vanished);
}

#[tokio::test]
async fn a_browser_that_asks_for_privacy_watches_where_the_server_heeds_it() {
    for heeds in [false, true] {
        let folder = Folder::new();
        let arguments: &[&str] = if heeds { &["--respect-gpc"] } else { &[] };
        let server = Server::start_with(&folder, arguments).await;
        let mut witness = server.reader("one", "?watch=1").await;
        witness.frame().await;
        let mut expected = counts(0, 0);
        for (n, headers, query) in [
            (1, &[("sec-gpc", "1")][..], ""),
            (2, &[("dnt", "1")], ""),
            (3, &[], "&gpc=1"),
        ] {
            let path = format!("/api/v1/connect/one{}{query}", view_id(n));
            let mut reader = Client::connect_with(&server.address, &path, headers).await;
            if !heeds {
                expected = counts(1, expected.total + 1);
            }
            reader.sees(expected).await;
            reader.leave().await;
            expected.live = 0;
            eventually("left", async || server.views("one").await == expected).await;
        }
    }
}
