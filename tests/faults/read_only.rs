//! A database on a file system that is mounted read-only.

use crate::support::{Folder, Page, Server, counts, on_small_disk, output_of};
use std::fs;

/// What these lines of a shell print, run where `disk` has these files and is read-only.
async fn on_read_only_disk(folder: &Folder, files: &str, lines: &str) -> (String, String) {
    let line = format!("cp {files} disk/ && mount -o remount,ro disk && {{ {lines}\n}}");
    let mut command = on_small_disk(folder, "2m", &line).await;
    let (_, out, error) = output_of(&mut command).await;
    (out, error)
}

#[tokio::test]
async fn numbers_can_be_read_and_copied_where_nothing_can_be_written() {
    let folder = Folder::new();
    Server::start(&folder).await.stop().await;
    let set = [
        "set",
        "one",
        "1204",
        "--new",
        "--why",
        "a test",
        "--database",
        "views.db",
    ];
    let (status, _, error) = folder.run(&set).await;
    assert!(status.success(), "{error}");
    let lines = r#"
        "$0" totals --csv --database disk/views.db
        "$0" days --csv --database disk/views.db
        "$0" export --database disk/views.db
        "$0" check --database disk/views.db
        "$0" backup copy.db --database disk/views.db
    "#;
    let (out, error) = on_read_only_disk(&folder, "views.db", lines).await;
    assert_eq!(error, "");
    assert_eq!(
        out,
        "slug,total\none,1204\n\
         slug,day,views\none,,1204\n\
         all is well: 1,204 views of 1 post\n\
         copied 1,204 views of 1 post to copy.db\n"
    );
    assert!(folder.path("copy.db").is_file());
}

#[tokio::test]
async fn what_cannot_be_written_says_that_its_file_system_is_read_only() {
    let folder = Folder::new();
    Server::start(&folder).await.stop().await;
    let lines = r#"
        "$0" serve --listen 127.0.0.1:0 --database disk/views.db
        "$0" serve --listen 127.0.0.1:0 --database disk/new.db
        "$0" serve --listen 127.0.0.1:0 --database disk/new/views.db
        "$0" set one 7 --new --why test --database disk/views.db
    "#;
    let (out, error) = on_read_only_disk(&folder, "views.db", lines).await;
    assert_eq!(out, "", "no server listens");
    let said: Vec<_> = error
        .lines()
        .filter(|line| line.contains("error: "))
        .collect();
    assert_eq!(said.len(), 4, "{error}");
    for line in said {
        assert!(
            line.contains("its file system is mounted read-only"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_journal_on_a_read_only_file_system_is_not_overlooked() {
    let folder = Folder::new();
    let server = Server::start_with(&folder, &["--save", "before-shown"]).await;
    let mut page = Page::open(&server, "one", 1).await;
    page.sees(counts(1, 1)).await;
    // As a snapshot of a disk has it.
    for name in ["views.db", "views.db-wal"] {
        fs::create_dir_all(folder.path("snapshot")).unwrap();
        fs::copy(folder.path(name), folder.path("snapshot").join(name)).unwrap();
    }
    let totals = r#""$0" totals --csv --database disk/views.db"#;
    let (out, error) = on_read_only_disk(&folder, "snapshot/*", totals).await;
    let said = error.contains("Copy both files to a folder that can be written");
    assert!(said || out.contains("one,1"), "{out}{error}");
    server.stop().await;
}
