//! What an owner asks and corrects on the command line, while the server runs.

mod files;
mod moving_in;
mod unusable;

use crate::support::{Folder, Server, counts, eventually, view_id};

/// What the program prints, which must succeed.
async fn run(folder: &Folder, arguments: &[&str]) -> String {
    let (status, out, error) = on_database(folder, arguments).await;
    assert!(status.success(), "{arguments:?}: {error}");
    assert_eq!(error, "", "{arguments:?}");
    out
}

/// What it says when it refuses.
async fn refusal(folder: &Folder, arguments: &[&str]) -> String {
    let (status, out, error) = on_database(folder, arguments).await;
    assert!(!status.success(), "{arguments:?}: {out}");
    assert_eq!(out, "", "{arguments:?}");
    error
}

async fn on_database(
    folder: &Folder,
    arguments: &[&str],
) -> (std::process::ExitStatus, String, String) {
    let mut all = arguments.to_vec();
    all.extend(["--database", "views.db"]);
    folder.run(&all).await
}

/// A folder with a database in which the post `one` has this many views.
async fn with_one(views: u64) -> Folder {
    let folder = Folder::new();
    Server::start(&folder).await.stop().await;
    let views = views.to_string();
    let why = "as it was elsewhere";
    run(&folder, &["set", "one", &views, "--new", "--why", why]).await;
    folder
}

#[tokio::test]
async fn readers_see_at_once_what_is_set() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut reader = server.reader("one", &view_id(1)).await;
    reader.sees(counts(1, 1)).await;
    let saved = async || run(&folder, &["totals", "--csv"]).await.contains("one,1");
    eventually("saved", saved).await;

    let set = ["set", "one", "1204", "--why", "moved here"];
    assert_eq!(run(&folder, &set).await, "one: 1 → 1,204 views\n");
    reader.sees(counts(1, 1204)).await;
    assert_eq!(server.views("one").await, counts(1, 1204));
    assert!(server.text("/posts/one").await.contains("1,204 views<"));

    let lower = ["set", "one", "7", "--lower", "--why", "a prankster"];
    run(&folder, &lower).await;
    reader.sees(counts(1, 7)).await;
    // What is counted from now on is on top of it.
    let mut second = server.reader("one", &view_id(2)).await;
    second.sees(counts(2, 8)).await;
    second.leave().await;
    server.stop().await;
    assert_eq!(
        run(&folder, &["totals", "--csv"]).await,
        "slug,total\none,8\n"
    );
}

#[tokio::test]
async fn a_post_that_nobody_reads_shows_what_is_set() {
    let folder = with_one(5).await;
    let server = Server::start(&folder).await;
    assert_eq!(server.views("one").await, counts(0, 5));
    run(&folder, &["set", "one", "9", "--why", "so"]).await;
    eventually("seen", async || server.views("one").await == counts(0, 9)).await;
    assert!(server.text("/posts/one").await.contains("9 views<"));
    server.stop().await;
}

#[tokio::test]
async fn nothing_is_lowered_without_saying_so() {
    let folder = with_one(951_623).await;
    let set = ["set", "one", "1204", "--why", "a prankster"];
    let error = refusal(&folder, &set).await;
    assert_eq!(
        error,
        "error: one has 951,623 views and would have 1,204; if it is to be lowered, say --lower. Nothing was changed\n"
    );
    assert_eq!(
        run(&folder, &["totals", "--csv"]).await,
        "slug,total\none,951623\n"
    );
}

#[tokio::test]
async fn a_slip_of_the_pen_is_no_new_post() {
    let folder = with_one(5).await;
    let error = refusal(&folder, &["set", "noe", "7", "--why", "so"]).await;
    assert!(
        error.contains("noe never had a view; check the spelling, or say --new"),
        "{error}"
    );
    let error = refusal(&folder, &["rename", "noe", "two"]).await;
    assert!(
        error.contains("noe never had a view; check the spelling"),
        "{error}"
    );
    for (wrong, expected) in [
        (
            ["set", "one", "many", "--why", "so"],
            "invalid value 'many'",
        ),
        (
            ["set", "one", "9007199254740992", "--why", "so"],
            "at most 9007199254740991 views",
        ),
        (
            ["set", "a//b", "7", "--why", "so"],
            "the slug has an empty segment",
        ),
        (["set", "one", "7", "--why", " "], "say something"),
        (
            ["set", "one", "7", "--why", "a\u{1b}[2Jb"],
            "without control characters",
        ),
    ] {
        let error = refusal(&folder, &wrong).await;
        assert!(error.contains(expected), "{error}");
    }
    let error = refusal(&folder, &["set", "one", "7"]).await;
    assert!(error.contains("--why <WHY>"), "{error}");
}

#[tokio::test]
async fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let folder = with_one(5).await;
    let set = ["set", "one", "7", "--why", "so", "--dry-run"];
    assert_eq!(
        run(&folder, &set).await,
        "one: 5 → 7 views\nnothing was changed; to change it, leave out --dry-run\n"
    );
    let rename = ["rename", "one", "two", "--dry-run", "--json"];
    assert_eq!(
        run(&folder, &rename).await,
        "{\"dry_run\":true,\"changes\":[\
         {\"slug\":\"one\",\"before\":5,\"after\":0},{\"slug\":\"two\",\"before\":0,\"after\":5}]}\n"
    );
    assert_eq!(
        run(&folder, &["totals", "--csv"]).await,
        "slug,total\none,5\n"
    );
    assert_eq!(run(&folder, &["corrections"]).await.lines().count(), 1);
}

#[tokio::test]
async fn a_post_that_is_renamed_keeps_its_views() {
    let folder = with_one(5).await;
    let server = Server::start(&folder).await;
    let mut reader = server.reader("two", &view_id(1)).await;
    reader.sees(counts(1, 1)).await;
    // Whether or not the reader's view is saved by then.
    let rename = ["rename", "one", "two", "--merge", "--why", "a better name"];
    run(&folder, &rename).await;
    reader.sees(counts(1, 6)).await;
    eventually("gone", async || server.views("one").await == counts(0, 0)).await;
    server.stop().await;
    assert_eq!(
        run(&folder, &["totals", "--csv"]).await,
        "slug,total\ntwo,6\n"
    );

    run(&folder, &["set", "three", "2", "--new", "--why", "so"]).await;
    let error = refusal(&folder, &["rename", "three", "two"]).await;
    assert!(
        error.contains("two has 6 views already; to add those of three to them, say --merge"),
        "{error}"
    );
    let renamed = run(&folder, &["rename", "three", "two", "--merge"]).await;
    assert!(!renamed.contains("never had a view"), "{renamed}");
    assert_eq!(
        run(&folder, &["totals", "--csv"]).await,
        "slug,total\ntwo,8\n"
    );
    let renamed = run(&folder, &["rename", "two", "four"]).await;
    assert!(
        renamed.contains("four never had a view; see that the site has a page of this name"),
        "{renamed}"
    );
    run(&folder, &["rename", "four", "two"]).await;
    let error = refusal(&folder, &["rename", "two", "two"]).await;
    assert!(error.contains("two is called so already"), "{error}");
}

#[tokio::test]
async fn every_correction_is_written_down() {
    let folder = with_one(5).await;
    run(&folder, &["set", "one", "7", "--why", "so: \"it\" was"]).await;
    let printed = run(&folder, &["corrections"]).await;
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines.len(), 2, "{printed}");
    let (when, what) = lines[1].split_once("  ").unwrap();
    assert_eq!(when.len(), "2026-11-20T12:00:00Z".len(), "{when}");
    assert_eq!(what, "set  one: 5 → 7  so: \"it\" was");
    let json: serde_json::Value =
        serde_json::from_str(&run(&folder, &["corrections", "--json"]).await).unwrap();
    let last = &json["corrections"][1];
    assert_eq!(last["command"], "set");
    assert_eq!((&last["before"], &last["after"]), (&5.into(), &7.into()));
    assert_eq!(last["why"], "so: \"it\" was");
}

#[tokio::test]
async fn days_are_printed_and_set() {
    let folder = with_one(5).await;
    let day = |views| {
        [
            "set",
            "one",
            views,
            "--day",
            "2026-11-20",
            "--why",
            "bots",
            "--lower",
        ]
    };
    run(&folder, &day("12")).await;
    run(&folder, &day("10")).await;
    let set = ["set", "one", "3", "--day", "2026-11-21", "--why", "bots"];
    assert_eq!(run(&folder, &set).await, "one: 15 → 18 views\n");
    assert_eq!(
        run(&folder, &["days", "one"]).await,
        "views  day\n   10  2026-11-20\n    3  2026-11-21\n   13  in all\n"
    );
    assert_eq!(
        run(&folder, &["days", "--json", "--since", "2026-11-21"]).await,
        "{\"days\":[{\"day\":\"2026-11-21\",\"views\":3}]}\n"
    );
    assert_eq!(
        run(&folder, &["days", "one", "--csv", "--until", "2026-11-20"]).await,
        "day,views\n2026-11-20,10\n"
    );
    assert_eq!(
        run(&folder, &["days", "two"]).await,
        "no views of two on these days\n"
    );
    let error = refusal(&folder, &["days", "--since", "yesterday"]).await;
    assert!(error.contains("invalid value 'yesterday'"), "{error}");
}

#[tokio::test]
async fn a_database_that_is_whole_is_said_to_be() {
    let folder = with_one(5).await;
    assert_eq!(
        run(&folder, &["check"]).await,
        "all is well: 5 views of 1 post\n"
    );
    assert_eq!(
        run(&folder, &["check", "--json"]).await,
        "{\"posts\":1,\"views\":5,\"problems\":[]}\n"
    );
    // A page of the file that is no page.
    let mut file = std::fs::read(folder.database()).unwrap();
    file[4096..].fill(0xff);
    std::fs::write(folder.database(), file).unwrap();
    let (status, out, error) = on_database(&folder, &["check"]).await;
    assert!(!status.success());
    assert!(
        out.contains("restore a backup") || error.contains("restore a backup"),
        "{out}{error}"
    );
    folder.write(
        "views.db",
        "not a database, and longer than the head of one, which is checked",
    );
    let error = refusal(&folder, &["check"]).await;
    assert!(error.contains("is not a SQLite database"), "{error}");
}

#[tokio::test]
async fn where_there_is_no_database_none_is_made() {
    let folder = Folder::new();
    folder.write("views.csv", "slug,views\none,1\n");
    for arguments in [
        &["days"][..],
        &["set", "one", "1", "--new", "--why", "so"],
        &["rename", "one", "two"],
        &["export"],
        &["corrections"],
        &["check"],
    ] {
        let error = refusal(&folder, arguments).await;
        assert!(
            error.contains("views.db cannot be opened"),
            "{arguments:?}: {error}"
        );
        assert!(!folder.database().exists(), "{arguments:?}");
    }
}

#[tokio::test]
async fn shells_complete_the_commands() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (status, out, error) = folder.run(&["completions", shell]).await;
        assert!(status.success(), "{error}");
        for command in ["serve", "totals", "rename", "import"] {
            assert!(out.contains(command), "{shell} does not know {command}");
        }
    }
}
