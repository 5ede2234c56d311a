//! Numbers that come from files, and that go to them.

use super::{refusal, run, with_one};
use crate::support::{Folder, Server, counts, view_id};

#[tokio::test]
async fn a_file_is_imported_when_that_is_said_and_once() {
    let folder = with_one(5).await;
    folder.write("old.csv", "slug,views\none,1000\ntwo,3\n");
    let said = run(&folder, &["import", "old.csv"]).await;
    assert_eq!(
        said,
        "read as CSV: slug is \"slug\", views is \"views\"\n  \
         \"one\": 1000 of one\n  \
         \"two\": 3 of two\n\
         one: 5 → 1,005 views\ntwo: 0 → 3 views\n\
         nothing was changed; to import it, say --apply\n"
    );
    assert_eq!(
        run(&folder, &["totals", "--csv"]).await,
        "slug,total\none,5\n"
    );

    let server = Server::start(&folder).await;
    let mut reader = server.reader("one", &view_id(1)).await;
    reader.sees(counts(1, 6)).await;
    let apply = ["import", "old.csv", "--apply", "--why", "the old counter"];
    let done = run(&folder, &apply).await;
    assert_eq!(done.lines().last(), Some("two: 0 → 3 views"), "{done}");
    reader.sees(counts(1, 1006)).await;
    server.stop().await;

    let error = refusal(&folder, &apply).await;
    assert!(
        error.contains("this file was imported already, at 20"),
        "{error}"
    );
    assert!(
        error.contains("say --again. Nothing was changed"),
        "{error}"
    );
    run(
        &folder,
        &["import", "old.csv", "--apply", "--again", "--json"],
    )
    .await;
    assert_eq!(
        run(&folder, &["totals", "--csv"]).await,
        "slug,total\none,2006\ntwo,6\n"
    );
    let audit = run(&folder, &["corrections"]).await;
    assert!(
        audit.contains("import  two: 0 → 3  CSV \"old.csv\": the old counter\n"),
        "{audit}"
    );
}

#[tokio::test]
async fn an_export_of_goatcounter_is_imported_by_its_days() {
    let folder = with_one(5).await;
    folder.write(
        "export.csv",
        "2Path,Title,Event,Bot,Date\n\
         /posts/one,One,false,0,2025-11-19T10:00:00Z\n\
         /posts/one/,One,false,0,2025-11-20T10:00:00Z\n\
         /about,About,false,0,2025-11-20T10:00:00Z\n",
    );
    let apply = ["import", "export.csv", "--strip", "/posts/", "--apply"];
    assert_eq!(
        run(&folder, &apply).await,
        "one: 5 → 7 views\nleft out: pages elsewhere on the site (1), for example \"/about\"\n"
    );
    assert_eq!(
        run(&folder, &["days", "one", "--csv"]).await,
        "day,views\n2025-11-19,1\n2025-11-20,1\n"
    );
    assert_eq!(
        run(&folder, &["check"]).await,
        "all is well: 7 views of 1 post\n"
    );
}

#[tokio::test]
async fn an_import_that_takes_nothing_is_none() {
    let folder = with_one(5).await;
    folder.write("old.csv", "path,views\n/posts/one,1\n");
    let import = |strip| ["import", "old.csv", "--apply", "--strip", strip];
    let error = refusal(&folder, &import("/notes/")).await;
    assert!(
        error.contains("all of it would be left out (pages elsewhere on the site)"),
        "{error}"
    );
    let error = refusal(&folder, &import("/")).await;
    assert!(
        error.contains("it is to name a folder such as /posts/"),
        "{error}"
    );
    let done = run(&folder, &import("/posts/")).await;
    assert_eq!(done, "one: 5 → 6 views\n");
}

#[tokio::test]
async fn a_file_with_a_mistake_changes_nothing() {
    let folder = with_one(5).await;
    folder.write("old.csv", "slug,views\none,1000\ntwo,three\n");
    let error = refusal(&folder, &["import", "old.csv", "--apply"]).await;
    assert_eq!(
        error,
        "error: old.csv cannot be imported: line 3: \"three\" is no whole number of views\n"
    );
    // The first line alone would do.
    for (second, why) in [
        ("two,-1", "two would have fewer than no views"),
        (
            "one,-1003",
            "one has 5 views and would have 2; an import lowers nothing",
        ),
    ] {
        folder.write("old.csv", &format!("slug,views\none,1000\n{second}\n"));
        let error = refusal(&folder, &["import", "old.csv", "--apply"]).await;
        assert!(error.contains(why), "{error}");
    }
    assert_eq!(
        run(&folder, &["totals", "--csv"]).await,
        "slug,total\none,5\n"
    );
    let error = refusal(&folder, &["import", "none.csv"]).await;
    assert!(
        error.contains("none.csv cannot be imported: No such file"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_exported_is_all_there_is() {
    let folder = with_one(5).await;
    let set = ["set", "one", "7", "--day", "2026-11-20", "--why", "so"];
    run(&folder, &set).await;
    for day in ["2226-11-20", "1970-01-01"] {
        let set = ["set", "one", "7", "--day", day, "--why", "so"];
        let error = refusal(&folder, &set).await;
        assert!(
            error.contains("no day between 1990-01-01 and tomorrow"),
            "{error}"
        );
    }
    run(&folder, &["set", "two", "0", "--new", "--why", "so"]).await;
    let csv = run(&folder, &["export"]).await;
    assert_eq!(csv, "slug,day,views\none,2026-11-20,7\none,,5\ntwo,,0\n");
    let json = run(&folder, &["export", "--json"]).await;

    for (name, text) in [("all.csv", csv.clone()), ("all.json", json)] {
        let other = Folder::new();
        Server::start(&other).await.stop().await;
        other.write(name, &text);
        run(&other, &["import", name, "--apply"]).await;
        assert_eq!(run(&other, &["export"]).await, csv, "{name}");
        let same = async |arguments: &[&str]| {
            assert_eq!(run(&other, arguments).await, run(&folder, arguments).await);
        };
        same(&["totals"]).await;
        same(&["days", "one"]).await;
        same(&["check"]).await;
    }
}
