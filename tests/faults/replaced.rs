//! Somebody moves, replaces or overwrites the database under a running server: nothing is
//! written into the other file, and no view is lost.

use crate::support::{Folder, Page, Server, Stored, counts, eventually};
use futures_util::future::join_all;
use std::{fs, path::Path};

/// How another database comes to stand in the place of the one that is counted into.
#[derive(Clone, Copy, Debug)]
enum Restored {
    Renamed,
    DeletedBefore,
    WrittenOver,
}

impl Restored {
    fn restore(self, copy: &Path, database: &Path) {
        match self {
            Self::Renamed => fs::rename(copy, database).unwrap(),
            Self::DeletedBefore => {
                fs::remove_file(database).unwrap();
                fs::copy(copy, database).unwrap();
            }
            // It truncates the file that is there.
            Self::WrittenOver => drop(fs::copy(copy, database).unwrap()),
        }
    }
}

async fn run(folder: &Folder, arguments: &[&str]) -> String {
    let (status, out, error) = folder.run(arguments).await;
    assert!(status.success(), "{arguments:?}: {error}");
    out
}

async fn totals(folder: &Folder) -> String {
    run(folder, &["totals", "--csv", "--database", "views.db"]).await
}

/// Why the server is degraded, which it says at once: when it is known whether another
/// process is only writing the file.
async fn becomes_degraded(folder: &Folder, server: &Server) -> String {
    eventually("degraded", async || {
        server.json("/healthz").await["status"] == "degraded"
    })
    .await;
    let strict = ["health", "--strict", "--listen", &server.address];
    let (status, _, error) = folder.run(&strict).await;
    assert!(!status.success(), "{error}");
    let mut problem = String::new();
    eventually("known", async || {
        let health = server.json("/healthz").await;
        assert_eq!(health["status"], "degraded");
        problem = health["problem"].as_str().unwrap().to_owned();
        !problem.contains("until that is known")
    })
    .await;
    problem
}

/// The files in the test's folder that hold views that were not saved.
fn unsaved_files(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path(".")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("unsaved")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_copy_under_a_running_server_keeps_its_numbers_and_the_views_since_are_kept() {
    let mut cases = Vec::new();
    for how in [
        Restored::Renamed,
        Restored::DeletedBefore,
        Restored::WrittenOver,
    ] {
        for save in ["debounced", "before-shown"] {
            cases.push(a_copy_is_restored(how, save));
        }
    }
    join_all(cases).await;
}

async fn a_copy_is_restored(how: Restored, save: &'static str) {
    let folder = Folder::new();
    Server::start(&folder).await.stop().await;
    let database = ["--database", "views.db"];
    let set = |views, more: &[&'static str]| {
        let mut all = vec!["set", "one", views, "--why", "a test"];
        all.extend(more);
        all.extend(database);
        all
    };
    run(&folder, &set("500", &["--new"])).await;
    run(&folder, &[&["backup", "copy.db"][..], &database].concat()).await;
    run(&folder, &set("2", &["--lower"])).await;

    let mut server = Server::start_with(&folder, &["--save", save, "--stop-timeout", "1"]).await;
    let _saved = Page::open(&server, "one", 1).await;
    eventually("saved", async || {
        totals(&folder).await == "slug,total\none,3\n"
    })
    .await;
    how.restore(&folder.path("copy.db"), &folder.database());
    let problem = becomes_degraded(&folder, &server).await;
    assert!(problem.contains("nothing is written into it"), "{problem}");
    server.logs("nothing is written into it").await;
    let mut page = Page::open(&server, "one", 2).await;
    let shown = if save == "debounced" { 4 } else { 3 };
    page.sees(counts(2, shown)).await;

    server.signal("TERM");
    let (status, log) = server.ended().await;
    assert!(!status.success(), "{how:?}: {log}");
    assert!(
        !log.contains("nothing is written into it, "),
        "said once: {log}"
    );
    for ending in ["-wal", "-shm"] {
        let name = format!("views.db{ending}");
        assert!(!folder.path(&name).exists(), "{how:?}: {name} is left");
    }
    // Reading it brings in what an old journal holds.
    assert_eq!(totals(&folder).await, "slug,total\none,500\n", "{how:?}");

    let files = unsaved_files(&folder);
    let [file] = &files[..] else {
        panic!("one file: {files:?}");
    };
    assert!(log.contains(file), "{log}");
    let import = ["import", file, "--apply", "--database", "views.db"];
    run(&folder, &import).await;
    let added = "slug,total\none,501\n";
    assert_eq!(totals(&folder).await, added, "{how:?}");
    let server = Server::start(&folder).await;
    assert_eq!(server.views("one").await, counts(0, 501));
    server.stop().await;
}

#[tokio::test]
async fn a_database_that_is_moved_away_is_told_at_once_and_saved_into_when_it_is_back() {
    let folder = Folder::new();
    let mut server = Server::start_with(&folder, &["--save", "before-shown"]).await;
    let mut page = Page::open(&server, "one", 1).await;
    page.sees(counts(1, 1)).await;
    fs::rename(folder.database(), folder.path("moved.db")).unwrap();
    // Nobody comes, and it is noticed all the same.
    let problem = becomes_degraded(&folder, &server).await;
    assert!(problem.contains("the database file is gone"), "{problem}");
    server.logs("the database file is gone").await;
    let second = Page::open(&server, "one", 2).await;
    page.sees(counts(2, 1)).await;
    // A post that is not loaded yet can be read too.
    let mut other = Page::open(&server, "two", 3).await;
    other.sees(counts(1, 0)).await;
    assert!(!folder.database().exists(), "none is created");

    fs::rename(folder.path("moved.db"), folder.database()).unwrap();
    page.sees(counts(2, 2)).await;
    other.sees(counts(1, 1)).await;
    server.logs("the database file is back").await;
    eventually("well again", async || {
        server.json("/healthz").await["status"] == "ok"
    })
    .await;
    drop(second);
    server.stop().await;
    let stored = Stored::read(&folder.database()).await;
    assert_eq!((stored.total("one"), stored.total("two")), (2, 1));
}

#[tokio::test]
async fn a_database_that_was_overwritten_with_garbage_is_told_at_once_and_left_alone() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let garbage = vec![0xa5; 20_000];
    fs::write(folder.database(), &garbage).unwrap();
    let problem = becomes_degraded(&folder, &server).await;
    assert!(problem.contains("was overwritten"), "{problem}");
    server.signal("TERM");
    let (status, log) = server.ended().await;
    // Nothing was counted, so nothing is lost.
    assert!(status.success(), "{log}");
    assert_eq!(fs::read(folder.database()).unwrap(), garbage);
    assert_eq!(unsaved_files(&folder), [""; 0]);
}

#[tokio::test]
async fn a_journal_that_is_removed_costs_no_view_also_where_the_server_is_killed() {
    let folder = Folder::new();
    let mut server = Server::start_with(&folder, &["--save", "before-shown"]).await;
    let mut page = Page::open(&server, "one", 1).await;
    page.sees(counts(1, 1)).await;
    fs::remove_file(folder.path("views.db-wal")).unwrap();
    server.logs("were removed or replaced").await;
    let _second = Page::open(&server, "one", 2).await;
    page.sees(counts(2, 2)).await;
    assert_eq!(server.json("/healthz").await["status"], "ok");
    server.signal("KILL");
    server.ended().await;
    assert_eq!(Stored::read(&folder.database()).await.total("one"), 2);
}
