//! `view-counter backup`: a copy that can be restored, made while views are
//! being saved; or a clear error and nothing at all.

use crate::{
    dice::Dice,
    ledger::Ledger,
    load::Load,
    support::{
        Folder, PATIENCE, Page, Server, Stored, counts, eventually, on_small_disk, output_of,
    },
};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use std::{
    collections::BTreeSet,
    fs,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{process::Command, time::timeout};

/// The posts that are being read while a copy is made…
const BUSY: [&str; 2] = ["one", "two"];
/// …and those that were read long ago: so many that a copy takes its time.
const OLD_POSTS: u64 = 4_000;
/// Copies of one test: at least, and at most until one was made during a save.
const COPIES: std::ops::Range<u32> = 5..50;

async fn backup(folder: &Folder, file: &str) -> (ExitStatus, String, String) {
    let arguments = ["backup", file, "--database", "views.db"];
    folder.run(&arguments).await
}

async fn copy(folder: &Folder, file: &str) {
    let (status, out, error) = backup(folder, file).await;
    assert!(status.success(), "{error}");
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(out.contains(file), "{out}");
}

/// The error of a backup that is not made.
async fn refusal(folder: &Folder, file: &str) -> String {
    let (status, out, error) = backup(folder, file).await;
    assert!(!status.success());
    assert_eq!(out, "", "it does not say that there is a copy");
    error
}

/// The names in a folder of the test's.
fn names_in(folder: &Folder, name: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder.path(name)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

async fn add_old_posts(folder: &Folder) {
    Server::start(folder).await.stop().await;
    let options = SqliteConnectOptions::new().filename(folder.database());
    let mut database = options.connect().await.unwrap();
    let totals = format!(
        "WITH RECURSIVE posts (n) AS
             (SELECT 1 UNION ALL SELECT n + 1 FROM posts WHERE n < {OLD_POSTS})
         INSERT INTO totals (slug, total) SELECT printf('old/%05d', n), 3 FROM posts"
    );
    let days = "INSERT INTO days (slug, day, views)
         SELECT slug, '2025-12-31', 1 FROM totals
         UNION ALL SELECT slug, '2026-01-01', 2 FROM totals";
    for insert in [totals.as_str(), days] {
        sqlx::query(sqlx::AssertSqlSafe(insert))
            .execute(&mut database)
            .await
            .unwrap();
    }
    database.close().await.unwrap();
}

#[tokio::test]
async fn a_copy_made_under_load_is_whole_and_of_one_moment() {
    let folder = Folder::new();
    add_old_posts(&folder).await;
    let server = Server::start_with(&folder, &["--save", "before-shown"]).await;
    let ledger = Ledger::default();
    let mut dice = Dice::new();
    let mut load = Load::on(&server, &ledger);
    for _ in 0..4 {
        load.visitor(&BUSY, Duration::from_millis(20), dice.fork());
    }
    eventually("shown", async || {
        BUSY.iter().all(|s| ledger.of(s).shown > 0)
    })
    .await;

    fs::create_dir(folder.path("copies")).unwrap();
    let mut during_a_save = false;
    let mut copies = BTreeSet::new();
    for n in 0..COPIES.end {
        if n >= COPIES.start && during_a_save {
            break;
        }
        let shown = BUSY.map(|slug| ledger.of(slug).shown);
        let before = Stored::read(&folder.database()).await;
        let name = format!("{n}.db");
        copy(&folder, &format!("copies/{name}")).await;
        let after = Stored::read(&folder.database()).await;
        copies.insert(name.clone());
        assert_eq!(names_in(&folder, "copies"), copies, "and nothing else");

        // Reading it checks that it is whole, and each total against its days.
        let copied = Stored::read(&folder.path("copies").join(name)).await;
        for (slug, shown) in BUSY.into_iter().zip(shown) {
            let [least, total, most] = [&before, &copied, &after].map(|s| s.total(slug));
            assert!(
                least.max(shown) <= total && total <= most,
                "{slug}: {least} saved and {shown} shown before, {total} copied, {most} after"
            );
            during_a_save |= least < most;
        }
        assert_eq!(copied.total("old/00001"), 3);
        let old = OLD_POSTS as usize;
        assert_eq!(copied.totals.len(), old + BUSY.len());
    }
    assert!(during_a_save, "the premise: views were saved meanwhile");
    drop(load);
    server.stop().await;
}

#[tokio::test]
async fn a_restored_copy_serves_its_totals_and_counts_on() {
    let folder = Folder::new();
    let server = Server::start_with(&folder, &["--save", "before-shown"]).await;
    let mut pages = Vec::new();
    for n in 0..3 {
        let slug = if n < 2 { "one" } else { "two" };
        pages.push(Page::open(&server, slug, n).await);
    }
    pages[0].sees(counts(2, 2)).await;
    pages[2].sees(counts(1, 1)).await;
    copy(&folder, "copy.db").await;
    let _after = Page::open(&server, "one", 3).await;
    pages[0].sees(counts(3, 3)).await;
    server.stop().await;
    // Also when nobody serves; and what came after the first copy is in this.
    copy(&folder, "later.db").await;

    for (copied, total) in [("copy.db", 2), ("later.db", 3)] {
        let elsewhere = Folder::new();
        fs::copy(folder.path(copied), elsewhere.database()).unwrap();
        let server = Server::start(&elsewhere).await;
        assert_eq!(server.views("one").await, counts(0, total));
        assert_eq!(server.views("two").await, counts(0, 1));
        // A view of the same id is a new one: this server never saw it.
        let mut page = Page::open(&server, "one", 0).await;
        page.sees(counts(1, total + 1)).await;
        page.leave().await;
        server.stop().await;
        let stored = Stored::read(&elsewhere.database()).await;
        assert_eq!(stored.total("one"), total + 1);
        assert_eq!(stored.total("two"), 1);
    }
}

#[tokio::test]
async fn a_copy_overwrites_nothing() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    fs::create_dir(folder.path("copies")).unwrap();
    folder.write("copies/diary", "Dear diary");
    fs::create_dir(folder.path("copies/folder")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path("copies/link")).unwrap();
    let before = names_in(&folder, "copies");
    for name in ["diary", "folder", "link"] {
        let file = format!("copies/{name}");
        let error = refusal(&folder, &file).await;
        assert!(error.contains(&format!("{file} exists already")), "{error}");
    }
    assert_eq!(names_in(&folder, "copies"), before);
    let diary = fs::read_to_string(folder.path("copies/diary")).unwrap();
    assert_eq!(diary, "Dear diary");
    // Least of all what it copies.
    let error = refusal(&folder, "views.db").await;
    assert!(error.contains("views.db exists already"), "{error}");
    server.stop().await;
}

#[tokio::test]
async fn a_copy_into_no_folder_is_an_error_and_makes_none() {
    let folder = Folder::new();
    Server::start(&folder).await.stop().await;
    let error = refusal(&folder, "no/folder/copy.db").await;
    assert!(error.contains("no/folder/copy.db"), "{error}");
    assert!(error.contains("folder exists"), "{error}");
    assert!(!folder.path("no").exists());
}

#[tokio::test]
async fn a_copy_of_no_database_is_an_error_and_makes_neither() {
    let folder = Folder::new();
    let before = names_in(&folder, ".");
    let error = refusal(&folder, "copy.db").await;
    assert!(
        error.contains("views.db cannot be opened: there is no such file"),
        "{error}"
    );
    folder.write("views.db", &"This is no database. ".repeat(100));
    let error = refusal(&folder, "copy.db").await;
    assert!(
        error.contains("views.db is not a SQLite database"),
        "{error}"
    );
    fs::remove_file(folder.database()).unwrap();
    assert_eq!(names_in(&folder, "."), before);
}

#[tokio::test]
async fn a_copy_for_which_there_is_no_room_is_an_error_and_leaves_nothing() {
    let folder = Folder::new();
    add_old_posts(&folder).await;
    let line = "\"$0\" backup disk/copy.db --database views.db; \
        status=$?; ls -A disk; exit $status";
    let mut command = on_small_disk(&folder, "64k", line).await;
    let (status, left, error) = output_of(&mut command).await;
    assert!(!status.success());
    assert_eq!(left, "");
    assert!(error.contains("disk/copy.db"), "{error}");
    assert!(error.contains("disk is full"), "{error}");
}

/// A database that takes a while to be copied, and what interrupts a copy of it.
async fn interrupted(folder: &Folder, signal: &str) -> (ExitStatus, String) {
    for n in 0..20 {
        let name = format!("copies/{n}.db");
        let copying = Command::new(env!("CARGO_BIN_EXE_view-counter"))
            .args(["backup", &name, "--database", "views.db"])
            .current_dir(folder.path("."))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let pid = copying.id().unwrap().to_string();
        let send = |name: &str| {
            let sent = std::process::Command::new("kill")
                .args(["-s", name, &pid])
                .status();
            sent.unwrap().success()
        };
        eventually("it is being written, or was", async || {
            !names_in(folder, "copies").is_empty()
        })
        .await;
        // It does not go on between the look and the signal.
        if send("STOP") && !folder.path(&name).exists() {
            send(signal);
            send("CONT");
        } else {
            send("CONT");
        }
        let ended = timeout(PATIENCE, copying.wait_with_output()).await;
        let output = ended.expect("it ends").unwrap();
        if !output.status.success() {
            return (output.status, String::from_utf8(output.stderr).unwrap());
        }
        fs::remove_file(folder.path(&name)).unwrap();
    }
    panic!("every copy was over before it could be interrupted");
}

async fn add_many_days(folder: &Folder) {
    Server::start(folder).await.stop().await;
    let options = SqliteConnectOptions::new().filename(folder.database());
    let mut database = options.connect().await.unwrap();
    let days = "WITH RECURSIVE posts (n) AS
             (SELECT 1 UNION ALL SELECT n + 1 FROM posts WHERE n < 300000)
         INSERT INTO days (slug, day, views)
         SELECT printf('a/post/of/a/long/name/%07d', n), '2026-01-01', 1 FROM posts";
    sqlx::query(days).execute(&mut database).await.unwrap();
    database.close().await.unwrap();
}

#[tokio::test]
async fn a_copy_that_is_interrupted_leaves_nothing_and_what_a_killed_one_left_is_removed() {
    let folder = Folder::new();
    add_many_days(&folder).await;
    fs::create_dir(folder.path("copies")).unwrap();
    for signal in ["TERM", "INT"] {
        let (status, error) = interrupted(&folder, signal).await;
        assert!(!status.success());
        assert!(error.contains("interrupted; there is no copy"), "{error}");
        assert_eq!(names_in(&folder, "copies"), BTreeSet::new(), "{signal}");
    }
    interrupted(&folder, "KILL").await;
    let left = names_in(&folder, "copies");
    assert!(
        left.iter().any(|name| name.ends_with(".unfinished")),
        "the premise: {left:?}"
    );
    folder.write("copies/notes.unfinished", "of somebody else");
    copy(&folder, "copies/whole.db").await;
    let expected = ["notes.unfinished", "whole.db"].map(str::to_owned);
    assert_eq!(names_in(&folder, "copies"), expected.into());
}
