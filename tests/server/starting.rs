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
    let server = Server::start_with(&folder, &[]).await;
    server.stop().await;
    assert!(folder.database().is_file());
    let error = refusal(&folder, &["--database", file, "--content", "nowhere"]).await;
    assert!(error.contains("nowhere"), "{error}");
    assert!(
        !folder.path("new").exists(),
        "nothing is made for a start that fails"
    );
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
    assert!(error.contains("views.db cannot be opened"), "{error}");
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
    Server::start(&folder).await.stop().await;
    let before = fs::read(folder.database()).unwrap();
    let error = if runs_as_root() {
        // Root ignores permissions, but not a file system that is read-only.
        refusal(&folder, &["--database", "/proc/version"]).await
    } else {
        fs::set_permissions(folder.database(), fs::Permissions::from_mode(0o444)).unwrap();
        refusal(&folder, &[]).await
    };
    assert!(error.contains("the database"), "{error}");
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
async fn settings_come_from_the_environment_and_help_names_them() {
    let folder = Folder::new();
    let (status, out, _) = folder.run(&["serve", "--help"]).await;
    assert!(status.success());
    for name in [
        "LISTEN", "DATABASE", "CONTENT", "SITE_URL", "ORIGIN", "SAVE",
    ] {
        assert!(out.contains(&format!("VIEW_COUNTER_{name}")), "{name}");
    }
}
