//! What is saved, when, and that nothing is lost on the way.

use crate::support::{Folder, Server, counts, eventually, view_id};
use std::time::Duration;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use view_counter::counter::{protocol::close_code, store::Snapshot};

/// What the database file says of a post.
async fn stored(folder: &Folder, slug: &str) -> u64 {
    let mut stored = Snapshot::of(&folder.database()).await.unwrap();
    let totals = stored.totals().await.unwrap();
    let total = totals.into_iter().find(|(s, _)| s.as_str() == slug);
    total.map_or(0, |(_, total)| total)
}

#[tokio::test]
async fn a_quiet_post_is_saved_and_a_restart_keeps_the_total() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut reader = server.reader("one", &view_id(1)).await;
    reader.sees(counts(1, 1)).await;
    eventually("saved", async || stored(&folder, "one").await == 1).await;
    // Killed, so that it is the save and not the stop that kept it.
    server.signal("KILL");
    server.ended().await;

    let server = Server::start(&folder).await;
    assert_eq!(server.views("one").await, counts(0, 1));
}

#[tokio::test]
async fn a_busy_post_is_saved_although_it_is_never_quiet() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let begun = Instant::now();
    let mut sent = 0;
    let mut saved = 0;
    while saved == 0 {
        assert!(begun.elapsed() < Duration::from_secs(25), "not saved");
        server.reader("one", &view_id(sent)).await.leave().await;
        sent += 1;
        sleep(Duration::from_millis(200)).await;
        saved = stored(&folder, "one").await;
    }
    assert!(saved > 20, "only {saved} saved: it was quiet for a while");
    eventually("all saved", async || {
        stored(&folder, "one").await == u64::from(sent)
    })
    .await;
}

#[tokio::test]
async fn a_view_is_entered_under_its_day() {
    use sqlx::{ConnectOptions, Row, sqlite::SqliteConnectOptions};
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let day = || jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let before = day();
    for n in 0..3 {
        server.reader("one", &view_id(n)).await.leave().await;
    }
    let after = day();
    server.stop().await;
    let options = SqliteConnectOptions::new().filename(folder.database());
    let mut connection = options.connect().await.unwrap();
    let rows = sqlx::query("SELECT slug, day, views FROM days")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let sum: i64 = rows.iter().map(|row| row.get::<i64, _>("views")).sum();
    assert_eq!(sum, 3);
    for row in rows {
        assert_eq!(row.get::<&str, _>("slug"), "one");
        assert!([&before, &after].contains(&&row.get::<String, _>("day")));
    }
}

#[tokio::test]
async fn a_server_that_stops_says_that_it_is_not_ready() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    assert_eq!(server.get("/readyz").await.status(), 200);
    let _reader = server.reader("one", &view_id(1)).await;
    server.signal("TERM");
    eventually("not ready", async || {
        server.get("/readyz").await.status() == 503
    })
    .await;
    let (status, log) = server.ended().await;
    assert!(status.success(), "{log}");
}

/// Who is told to go and comes back at once is not sent here again by a proxy that
/// asks whether it is ready.
#[tokio::test]
async fn a_server_that_stops_is_not_ready_before_it_closes_the_first_socket() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut closing = JoinSet::new();
    for n in 0..50 {
        let mut reader = server.reader("one", &view_id(n)).await;
        closing.spawn(async move { reader.close_code().await });
    }
    assert_eq!(server.get("/readyz").await.status(), 200);
    server.signal("TERM");
    let first = closing.join_next().await.unwrap().unwrap();
    // Of a server that has gone meanwhile there is no answer, and that is one too.
    let ready = reqwest::get(server.url("/readyz")).await;
    assert!(ready.is_err() || ready.is_ok_and(|answer| answer.status() == 503));
    assert_eq!(first, Some(close_code::RESTART));
    while let Some(code) = closing.join_next().await {
        assert_eq!(code.unwrap(), Some(close_code::RESTART));
    }
    let (status, log) = server.ended().await;
    assert!(status.success(), "{log}");
}
