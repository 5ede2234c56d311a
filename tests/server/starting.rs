//! What can be wrong at the start: said clearly, and nothing is overwritten.

use crate::support::{Folder, Server};
use std::fs;

/// The error of a server that does not start.
async fn refusal(folder: &Folder, arguments: &[&str]) -> String {
    let mut all = vec!["serve"];
    for (flag, value) in [("--listen", "127.0.0.1:0"), ("--database", "views.db")] {
        if !arguments.contains(&flag) {
            all.extend([flag, value]);
        }
    }
    all.extend(arguments);
    let (status, out, error) = folder.run(&all).await;
    assert!(!status.success());
    assert_eq!(out, "", "it does not say that it listens");
    error
}

#[tokio::test]
async fn a_missing_database_is_created_with_its_folder() {
    let folder = Folder::new();
    let file = "new/folder/views.db";
    let error = refusal(&folder, &["--database", file, "--content", "nowhere"]).await;
    assert!(error.contains("nowhere"), "{error}");
    assert!(
        !folder.path("new").exists(),
        "nothing is made for a start that fails"
    );
    // Settings come from the environment too.
    let environment = [
        ("VIEW_COUNTER_DATABASE", file),
        ("VIEW_COUNTER_LISTEN", "127.0.0.1:0"),
    ];
    Server::start_in(&folder, &environment, &["serve"])
        .await
        .stop()
        .await;
    assert!(folder.path(file).is_file());
}

/// Hugo has a folder `data`, and builds a site anew whenever something in it changes.
#[tokio::test]
async fn the_default_database_is_in_a_hidden_folder_or_where_it_was_before() {
    let listen = [("VIEW_COUNTER_LISTEN", "127.0.0.1:0")];
    let hidden = ".view-counter/views.db";
    let folder = Folder::new();
    let server = Server::start_in(&folder, &listen, &["serve"]).await;
    server.stop().await;
    assert!(folder.path(hidden).is_file());
    assert!(!folder.path("data").exists());

    let folder = Folder::new();
    let before = [listen[0], ("VIEW_COUNTER_DATABASE", "data/views.db")];
    let server = Server::start_in(&folder, &before, &["serve"]).await;
    server.stop().await;
    let server = Server::start_in(&folder, &listen, &["serve"]).await;
    server.stop().await;
    assert!(!folder.path(hidden).exists());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_as_it_is() {
    let folder = Folder::new();
    let text = "Dear diary, this is not a database. ".repeat(100);
    folder.write("views.db", &text);
    let error = refusal(&folder, &[]).await;
    assert!(
        error.contains("views.db is not a SQLite database"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(folder.path("views.db")).unwrap(), text);
}

#[tokio::test]
async fn a_database_that_is_a_folder_is_refused() {
    let folder = Folder::new();
    fs::create_dir(folder.path("views.db")).unwrap();
    let error = refusal(&folder, &[]).await;
    assert!(error.contains("views.db is a folder"), "{error}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
    let folder = Folder::new();
    Server::start(&folder).await.stop().await;
    let options = SqliteConnectOptions::new().filename(folder.database());
    let mut connection = options.connect().await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of the future', TRUE, x'00', 0)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    let error = refusal(&folder, &[]).await;
    assert!(error.contains("newer version"), "{error}");
}

/// Whoever may do everything cannot be shown a file that may not be written.
#[cfg(target_os = "linux")]
fn runs_as_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").unwrap().uid() == 0
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_database_that_may_not_be_written_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    if runs_as_root() {
        // Root may write what others may not, but not what nobody can.
        let error = refusal(&folder, &["--database", "/proc/version"]).await;
        assert!(error.contains("/proc/version cannot be"), "{error}");
        assert!(error.contains("check"), "it says what to look at: {error}");
        return;
    }
    Server::start(&folder).await.stop().await;
    let before = fs::read(folder.database()).unwrap();
    fs::set_permissions(folder.database(), fs::Permissions::from_mode(0o444)).unwrap();
    let error = refusal(&folder, &[]).await;
    assert!(error.contains("views.db cannot be written"), "{error}");
    assert_eq!(fs::read(folder.database()).unwrap(), before);
}

#[tokio::test]
async fn a_port_that_is_taken_is_said() {
    let folder = Folder::new();
    let first = Server::start(&folder).await;
    let error = refusal(&folder, &["--listen", &first.address]).await;
    assert!(
        error.contains(&format!("cannot listen on {}", first.address)),
        "{error}"
    );
    assert!(error.contains("--listen"), "{error}");
}

#[tokio::test]
async fn a_bad_post_stops_the_start_with_its_name_and_line() {
    let folder = Folder::new();
    folder.write(
        "content/posts/bad.md",
        "+++\ntitle = \"Bad\"\ndate = yesterday\n+++\nx\n",
    );
    let error = refusal(&folder, &[]).await;
    assert!(error.contains("posts/bad.md:3"), "{error}");
}

#[tokio::test]
async fn a_bad_setting_is_said_with_what_it_takes() {
    let folder = Folder::new();
    for (arguments, part) in [
        (["--listen", "nowhere"], "--listen"),
        (["--origin", "blog.example/x"], "https://blog.example"),
        (
            ["--site-url", "https://blog.example/sub"],
            "https://blog.example",
        ),
        (["--save", "never"], "debounced"),
        (["--frobnicate", "x"], "--frobnicate"),
    ] {
        let error = refusal(&folder, &arguments).await;
        assert!(error.contains(part), "{arguments:?}: {error}");
    }
}

#[tokio::test]
async fn help_names_every_setting_s_variable() {
    let folder = Folder::new();
    let (status, out, _) = folder.run(&["serve", "--help"]).await;
    assert!(status.success());
    for name in [
        "LISTEN", "DATABASE", "CONTENT", "SITE_URL", "ORIGIN", "SAVE",
    ] {
        assert!(out.contains(&format!("VIEW_COUNTER_{name}")), "{name}");
    }
}

#[tokio::test]
async fn two_first_starts_at_once_both_count() {
    for round in 0..5 {
        let folder = Folder::new();
        let (one, other) = tokio::join!(Server::start(&folder), Server::start(&folder));
        for server in [one, other] {
            let health = server.json("/healthz").await;
            assert_eq!(health["status"], "ok", "round {round}: {health}");
            server.stop().await;
        }
    }
}

#[tokio::test]
async fn a_start_says_which_file_it_created_or_opened_and_what_is_in_it() {
    let folder = Folder::new();
    let path = folder.database();
    let path = path.to_str().unwrap();
    let mut server = Server::start(&folder).await;
    let line = server.logs("created the database").await;
    assert!(line.contains(path), "{line}");
    server.stop().await;
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
    let mut server = Server::start(&folder).await;
    let line = server
        .logs("opened the database: 1,204 views of 1 post")
        .await;
    assert!(line.contains(path), "{line}");
    server.stop().await;
}
