//! Files that are no database of this program: each command says so in one sentence, and
//! leaves them as they are.

use crate::support::{Folder, Server};
use futures_util::future::join_all;
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use std::{fs, path::Path};

async fn execute(file: &Path, sql: &'static str) {
    let options = SqliteConnectOptions::new().filename(file);
    let mut database = options.create_if_missing(true).connect().await.unwrap();
    sqlx::raw_sql(sql).execute(&mut database).await.unwrap();
    database.close().await.unwrap();
}

/// A database with a view, whose later pages hold something else.
async fn damage(folder: &Folder) {
    Server::start(folder).await.stop().await;
    let insert = "WITH RECURSIVE posts (n) AS
            (SELECT 1 UNION ALL SELECT n + 1 FROM posts WHERE n < 4000)
        INSERT INTO totals (slug, total) SELECT printf('old/%05d', n), 3 FROM posts";
    execute(&folder.database(), insert).await;
    let mut bytes = fs::read(folder.database()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0xa5);
    fs::write(folder.path("damaged.db"), bytes).unwrap();
}

/// The commands that take `--database FILE` at their end.
const READING: [&[&str]; 6] = [
    &["totals"],
    &["days"],
    &["export"],
    &["corrections"],
    &["check"],
    &["backup", "copy.db"],
];
const CHANGING: [&[&str]; 3] = [
    &["set", "one", "7", "--new", "--why", "a test"],
    &["rename", "one", "two"],
    &["import", "old.csv", "--apply"],
];

#[tokio::test]
async fn every_command_says_in_a_sentence_why_a_file_cannot_be_used() {
    let folder = Folder::new();
    damage(&folder).await;
    folder.write("old.csv", "slug,views\none,1000\n");
    folder.write("text.db", &"This is no database. ".repeat(100));
    folder.write("empty.db", "");
    fs::create_dir(folder.path("folder.db")).unwrap();
    execute(
        &folder.path("other.db"),
        "CREATE TABLE bookmarks (url TEXT)",
    )
    .await;
    fs::copy(folder.database(), folder.path("newer.db")).unwrap();
    execute(
        &folder.path("newer.db"),
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of the future', TRUE, x'00', 0)",
    )
    .await;

    let mut cases = Vec::new();
    for (file, sentence) in [
        (
            "none.db",
            "cannot be opened: there is no such file; check the path",
        ),
        ("folder.db", "is a folder; name a file in it"),
        ("empty.db", "is empty: no server has counted into it yet"),
        ("text.db", "is not a SQLite database; it was left as it is"),
        (
            "other.db",
            "holds something else than counts; it was left as it is",
        ),
        (
            "newer.db",
            "was written by a newer version of this program; use that version",
        ),
    ] {
        for command in READING.into_iter().chain(CHANGING) {
            // An import makes the database that it is the first to write into.
            if (command[0], file) != ("import", "none.db") {
                cases.push(says(&folder, command, file, sentence));
            }
        }
    }
    for command in [&["totals"][..], &["export"], &["backup", "copy.db"]] {
        cases.push(says(
            &folder,
            command,
            "damaged.db",
            "is damaged; restore a backup of it",
        ));
    }
    // As many at once as finish soon on a small machine.
    while !cases.is_empty() {
        let rest = cases.split_off(cases.len().min(8));
        join_all(std::mem::replace(&mut cases, rest)).await;
    }
    assert!(!folder.path("none.db").exists());
    assert!(!folder.path("copy.db").exists());
    assert_eq!(fs::read(folder.path("empty.db")).unwrap(), b"");
}

async fn says(folder: &Folder, command: &[&str], file: &str, sentence: &str) {
    let before = fs::read(folder.path(file)).ok();
    let arguments = [command, &["--database", file]].concat();
    let (status, out, error) = folder.run(&arguments).await;
    assert!(!status.success(), "{arguments:?}: {out}");
    let expected = format!("error: the database {file} {sentence}");
    assert!(error.starts_with(&expected), "{arguments:?}: {error}");
    assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
    assert_eq!(out, "", "{arguments:?}");
    let after = fs::read(folder.path(file)).ok();
    assert!(before == after, "{arguments:?} changed it");
}
