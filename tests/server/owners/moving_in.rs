//! Moving in with the numbers of another counter.

use super::{refusal, run, with_one};
use crate::support::{Folder, Server, counts, output_of, view_id};
use std::{process::Stdio, time::Duration};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

#[tokio::test]
async fn an_import_before_the_first_start_creates_the_database() {
    let folder = Folder::new();
    folder.write("views.csv", "slug,views\none,3\n");
    let said = run(&folder, &["import", "views.csv"]).await;
    assert!(
        said.contains("one: 0 → 3 views\nnote: views.db does not exist; it would be created\n"),
        "{said}"
    );
    assert!(!folder.database().exists());
    let done = run(&folder, &["import", "views.csv", "--apply"]).await;
    assert_eq!(
        done,
        "one: 0 → 3 views\nnote: views.db did not exist and was created\n"
    );
    let server = Server::start(&folder).await;
    assert_eq!(server.views("one").await, counts(0, 3));
    server.stop().await;
}

#[tokio::test]
async fn standard_input_is_imported_as_a_file_is() {
    let folder = with_one(5).await;
    let arguments = ["import", "-", "--apply", "--json", "--database", "views.db"];
    let mut command = folder.command(&arguments);
    let mut import = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = import.stdin.take().unwrap();
    stdin.write_all(b"page\thits\n/one\t1 000\n").await.unwrap();
    drop(stdin);
    let output = import.wait_with_output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["changes"][0]["after"], 1005);
    assert_eq!(json["read_as"], "CSV");
    assert_eq!(json["columns"]["views"], "hits");
    let audit = run(&folder, &["corrections"]).await;
    assert!(audit.contains("CSV standard input\n"), "{audit}");
}

#[tokio::test]
async fn pages_that_the_site_does_not_have_are_named() {
    let folder = with_one(5).await;
    folder.write("old.csv", "path,views\n/one,1\n/posts/two,2\n/gone,3\n");
    let said = run(&folder, &["import", "old.csv"]).await;
    assert!(
        said.contains("note: 2 posts that the site does not have, whose views nobody sees: gone, posts/two; --strip and --map give them other names\n"),
        "{said}"
    );
    folder.write("pages.txt", "gone\n");
    folder.write("map.csv", "/posts/two,two\n");
    let mapped = [
        "import",
        "old.csv",
        "--slugs",
        "pages.txt",
        "--map",
        "map.csv",
    ];
    let said = run(&folder, &mapped).await;
    assert!(!said.contains("note:"), "{said}");
    assert!(said.contains("two: 0 → 2 views\n"), "{said}");
    // Where nothing says which pages there are, nothing is said of it.
    std::fs::remove_dir_all(folder.path("content")).unwrap();
    let said = run(&folder, &["import", "old.csv"]).await;
    assert!(!said.contains("note:"), "{said}");
    let unread = ["import", "old.csv", "--slugs", "none.txt"];
    let error = refusal(&folder, &unread).await;
    assert!(error.contains("none.txt"), "{error}");
}

#[tokio::test]
async fn what_is_ambiguous_asks_for_the_setting_that_settles_it() {
    let folder = with_one(5).await;
    folder.write(
        "a.csv",
        "Seite,Aufrufe,Datum\nblog.example/one,3,04.03.2026\nshop.example/one,4,04/03/2026\n",
    );
    let mut import = vec!["import", "a.csv"];
    for (expected, more) in [
        (
            "--column path=\"Seite\" --column views=\"Aufrufe\"",
            ["--column", "path=Seite"],
        ),
        ("--column path=\"Seite\"", ["--column", "views=Aufrufe"]),
        (
            "say --date-order dmy or --date-order mdy",
            ["--date-order", "dmy"],
        ),
        (
            "for example --host blog.example, or --host any",
            ["--host", "any"],
        ),
    ] {
        if more[1] == "dmy" {
            import.extend(["--column", "day=Datum"]);
        }
        let error = refusal(&folder, &import).await;
        assert!(error.contains(expected), "{error}");
        import.extend(more);
    }
    let said = run(&folder, &import).await;
    assert!(
        said.contains("  \"shop.example/one\" on 2026-03-04: 4 of one\n"),
        "{said}"
    );
    assert!(said.contains("one: 5 → 12 views\n"), "{said}");
    for (wrong, expected) in [
        (
            ["--column", "title=a"],
            "it is to be slug, path, host, views or day",
        ),
        (["--host", " "], "it is to be a host such as blog.example"),
        (["--date-order", "ymd"], "possible values: dmy, mdy"),
    ] {
        let error = refusal(&folder, &[&["import", "a.csv"][..], &wrong].concat()).await;
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_database_is_no_file_of_views() {
    let folder = with_one(5).await;
    let error = refusal(&folder, &["import", "views.db"]).await;
    assert!(
        error.contains("it is a SQLite database. If it is one of this program, write its numbers with `view-counter export --json"),
        "{error}"
    );
}

#[tokio::test]
async fn whoever_has_read_enough_of_an_export_is_no_failure() {
    let folder = Folder::new();
    let lines = (0..20_000).map(|n| format!("page-{n},1\n"));
    let text = format!("slug,views\n{}", lines.collect::<String>());
    folder.write("many.csv", &text);
    run(&folder, &["import", "many.csv", "--apply"]).await;
    for arguments in [&["export"][..], &["export", "--json"], &["totals", "--csv"]] {
        let mut command = folder.command(arguments);
        let mut export = command.args(["--database", "views.db"]).spawn().unwrap();
        let mut lines = BufReader::with_capacity(16, export.stdout.take().unwrap());
        lines.fill_buf().await.unwrap();
        drop(lines);
        let output = export.wait_with_output().await.unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.success() && error.is_empty(),
            "{arguments:?}: {error}"
        );
    }
}

#[tokio::test]
async fn what_is_exported_begins_no_formula() {
    let folder = with_one(5).await;
    folder.write(
        "old.json",
        r#"{"views":[{"slug":"=1+1","total":3},{"slug":"'=a","total":2}]}"#,
    );
    run(&folder, &["import", "old.json", "--apply"]).await;
    let totals = run(&folder, &["totals", "--csv"]).await;
    assert_eq!(totals, "slug,total\none,5\n'=1+1,3\n''=a,2\n");
    let csv = run(&folder, &["export"]).await;
    assert_eq!(csv, "slug,day,views\n''=a,,2\n'=1+1,,3\none,,5\n");
    for (name, text) in [("all.csv", &csv), ("totals.csv", &totals)] {
        let other = Folder::new();
        other.write(name, text);
        run(&other, &["import", name, "--apply"]).await;
        assert_eq!(run(&other, &["export"]).await, csv);
    }
}

/// As many lines as took longer than a save waits, when each was written by itself.
#[tokio::test]
async fn a_server_saves_while_a_large_file_is_imported() {
    let folder = Folder::new();
    let mut text = String::from("path,day,views\n");
    for page in 0..600 {
        for day in 0..168 {
            let (month, day) = (day / 28 + 1, day % 28 + 1);
            text += &format!("/page-{page}/,2025-{month:02}-{day:02},2\n");
        }
    }
    text += "/one/,2025-01-01,1000\n";
    folder.write("large.csv", &text);
    // Each view is saved before it is shown.
    let server = Server::start_with(&folder, &["--save", "before-shown"]).await;
    let apply = [
        "import",
        "large.csv",
        "--apply",
        "--json",
        "--database",
        "views.db",
    ];
    let mut command = folder.command(&apply);
    let mut import = command.stdout(Stdio::null()).spawn().unwrap();
    let mut views = 0;
    // A view after the other.
    while import.try_wait().unwrap().is_none() {
        views += 1;
        let mut reader = server.reader("one", &view_id(views)).await;
        reader.frame().await;
        reader.leave().await;
        assert_eq!(server.text("/healthz").await, "{\"status\":\"ok\"}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(import.wait().await.unwrap().success());
    assert!(views > 0, "the import takes longer than a view");
    server.stop().await;
    let days = run(&folder, &["totals", "--csv"]).await;
    assert!(days.contains(&format!("one,{}\n", 1000 + views)), "{days}");
    let (_, out, error) =
        output_of(folder.command(&["check"]).args(["--database", "views.db"])).await;
    assert!(out.contains("all is well"), "{out}{error}");
}
