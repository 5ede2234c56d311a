//! SIGTERM while the database cannot be written: the last save has time, and says why
//! it failed if it did.

use crate::support::{Folder, Lock, Page, Server, SmallDisk, Stored, eventually};
use std::{fmt::Write, time::Duration};
use tokio::time::{sleep, timeout};

/// The database cannot be written for longer than SQLite waits for a lock, and less long
/// than a server has to stop.
const LOCKED_FOR: Duration = Duration::from_secs(8);

/// Two views of the post `one`, one of them by a page that stays. Where they are not to be
/// saved, the database is locked before: a slow machine may take longer than it takes until
/// they are.
async fn two_views(server: &Server) -> Page {
    Page::open(server, "one", 1).await.leave().await;
    Page::open(server, "one", 2).await
}

#[tokio::test]
async fn a_stop_while_another_process_writes_for_8_s_loses_nothing() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let lock = Lock::take(&folder).await;
    let _page = two_views(&server).await;
    let (status, log) = server
        .stop_during(async {
            sleep(LOCKED_FOR).await;
            lock.release().await;
        })
        .await;
    assert!(status.success(), "{log}");
    assert!(log.contains("everything is saved"), "{log}");
    assert_eq!(Stored::read(&folder.database()).await.total("one"), 2);
}

#[tokio::test]
async fn a_stop_that_cannot_save_says_how_many_views_and_why() {
    let folder = Folder::new();
    let server = Server::start_with(&folder, &["--stop-timeout", "1"]).await;
    let lock = Lock::take(&folder).await;
    let _page = two_views(&server).await;
    let (status, log) = server.stop_during(async {}).await;
    assert_eq!(status.code(), Some(1), "{log}");
    let said = log.lines().last().unwrap();
    let said = said.strip_prefix("error: 2 views could not be saved: ");
    assert!(said.is_some_and(|why| why.contains("locked")), "{log}");
    lock.release().await;

    // They are not lost: the last line says how they are added.
    let file = said.unwrap().split('`').nth(1).unwrap();
    let import: Vec<&str> = file.split(' ').skip(1).collect();
    let (status, _, error) = folder.run(&import).await;
    assert!(status.success(), "{import:?}: {error}");
    assert_eq!(Stored::read(&folder.database()).await.total("one"), 2);
}

#[tokio::test]
async fn a_stop_during_an_import_loses_neither_views_nor_the_import() {
    let folder = Folder::new();
    let mut lines = "slug,views\none,1000\n".to_owned();
    for n in 0..5_000 {
        writeln!(lines, "post-{n},1").unwrap();
    }
    folder.write("old.csv", &lines);
    let server = Server::start(&folder).await;
    let _page = two_views(&server).await;
    let import = ["import", "old.csv", "--apply", "--database", "views.db"];
    let importing = async {
        let (status, _, error) = folder.run(&import).await;
        assert!(status.success(), "{error}");
    };
    let (status, log) = server.stop_during(importing).await;
    assert!(status.success(), "{log}");
    let totals = ["totals", "--csv", "--database", "views.db"];
    let (_, stored, _) = folder.run(&totals).await;
    assert!(stored.contains("\none,1002\n"), "{stored}");
    assert!(stored.contains("\npost-4999,1\n"), "{stored}");
}

#[tokio::test]
async fn a_stop_on_a_full_disk_that_has_the_log_too_saves_once_there_is_room() {
    let folder = Folder::new();
    let (server, disk) = SmallDisk::start_with(&folder, "2>> disk/log").await;
    let _page = two_views(&server).await;
    disk.fill_with_log();
    // A view more than is saved already, if that was quick.
    Page::open(&server, "two", 3).await.leave().await;
    server.signal("TERM");
    eventually("not ready", async || {
        server.get("/readyz").await.status() == 503
    })
    .await;
    sleep(LOCKED_FOR).await;
    disk.make_room();
    let (status, _) = server.ended().await;
    assert!(status.success());
    let stored = disk.stored().await;
    assert_eq!((stored.total("one"), stored.total("two")), (2, 1));
    assert!(disk.text("log").contains("everything is saved"));
}

#[tokio::test]
async fn a_hurried_stop_does_not_wait_for_the_save() {
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let folder = Folder::new();
        let mut server = Server::start(&folder).await;
        let lock = Lock::take(&folder).await;
        let _page = two_views(&server).await;
        server.signal(signal);
        server.logs("stopping").await;
        server.signal(signal);
        // SQLite alone would wait for 5 s.
        let ended = timeout(Duration::from_secs(60), server.ended()).await;
        let (status, log) = ended.unwrap();
        assert_eq!(status.code(), Some(code), "{log}");
        assert!(log.contains("stopped at once"), "{log}");
        assert!(log.contains("unsaved_views=2"), "{log}");
        assert!(log.contains("views.db.unsaved-"), "they are kept: {log}");
        lock.release().await;
    }
}
