//! The file comes from another version of the program: an older one is brought
//! up to date with all its counts, a newer one is left alone.

use crate::support::{Folder, Page, Server, Stored, counts};
use sqlx::{
    ConnectOptions, Connection, SqliteConnection, migrate::Migrator, sqlite::SqliteConnectOptions,
};
use std::{fs, path::PathBuf};

/// The migrations of this version of the program, oldest first.
fn migrations() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "sql"));
    files.sort();
    assert!(!files.is_empty());
    files
}

/// A database as the program with the first `version` migrations left it.
async fn database_of_version(folder: &Folder, version: usize) -> SqliteConnection {
    let then = folder.path("migrations-then");
    fs::create_dir(&then).unwrap();
    for file in migrations().iter().take(version) {
        fs::copy(file, then.join(file.file_name().unwrap())).unwrap();
    }
    let options = SqliteConnectOptions::new()
        .filename(folder.database())
        .create_if_missing(true);
    let mut database = options.connect().await.unwrap();
    let migrator = Migrator::new(then).await.unwrap();
    migrator.run(&mut database).await.unwrap();
    assert_eq!(version_of(&mut database).await, version, "the premise");
    database
}

/// How many migrations a database has seen.
async fn version_of(database: &mut SqliteConnection) -> usize {
    let applied: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE success")
        .fetch_one(database)
        .await
        .unwrap();
    usize::try_from(applied).unwrap()
}

#[tokio::test]
async fn a_database_of_every_older_version_keeps_its_totals() {
    let newest = migrations().len();
    for version in 1..=newest {
        let folder = Folder::new();
        let mut database = database_of_version(&folder, version).await;
        for insert in [
            "INSERT INTO totals (slug, total) VALUES ('one', 1204), ('gone', 7)",
            "INSERT INTO days (slug, day, views) VALUES
                ('one', '2025-12-31', 1200), ('one', '2026-01-01', 4), ('gone', '2026-01-01', 7)",
        ] {
            sqlx::query(insert).execute(&mut database).await.unwrap();
        }
        database.close().await.unwrap();

        let server = Server::start(&folder).await;
        assert_eq!(server.views("one").await, counts(0, 1204), "v{version}");
        assert_eq!(server.views("two").await, counts(0, 0), "v{version}");
        let mut page = Page::open(&server, "one", 1).await;
        page.sees(counts(1, 1205)).await;
        page.leave().await;
        server.stop().await;

        let totals = ["totals", "--database", "views.db", "--csv"];
        let (status, out, error) = folder.run(&totals).await;
        assert!(status.success(), "v{version}: {error}");
        assert_eq!(out, "slug,total\none,1205\ngone,7\n", "v{version}");
        let stored = Stored::read(&folder.database()).await;
        let days = stored.days_of("one");
        assert_eq!(
            days[..2],
            [("2025-12-31", 1200), ("2026-01-01", 4)],
            "v{version}"
        );
        assert_eq!(days.len(), 3, "and today's, v{version}");
        let options = SqliteConnectOptions::new().filename(folder.database());
        let mut database = options.connect().await.unwrap();
        assert_eq!(version_of(&mut database).await, newest);
    }
}

/// A database in tests/databases, and what is in it: its totals, days of `three`, and how
/// many corrections there are.
type Released = (
    &'static str,
    &'static str,
    &'static [(&'static str, u64)],
    usize,
);

/// The databases that released versions wrote.
const RELEASED: [Released; 1] = [(
    "0.1.0.db",
    "slug,total\none,1204\nthree,6\n",
    &[("2025-12-31", 5), ("2026-11-29", 1)],
    4,
)];

/// Unlike the databases above, these do not come from the migrations of today: one that
/// was edited would be noticed here.
#[tokio::test]
async fn a_database_of_each_released_version_is_opened_with_all_its_numbers() {
    let databases = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/databases");
    let names = fs::read_dir(databases).unwrap().map(|entry| {
        let name = entry.unwrap().file_name();
        name.into_string().unwrap()
    });
    let names: Vec<String> = names.filter(|name| name.ends_with(".db")).collect();
    assert_eq!(
        names.len(),
        RELEASED.len(),
        "each is in the table: {names:?}"
    );

    for (name, totals, days, corrections) in RELEASED {
        let folder = Folder::new();
        fs::copy(PathBuf::from(databases).join(name), folder.database()).unwrap();
        let server = Server::start(&folder).await;
        let counted = server.views("one").await;
        let mut page = Page::open(&server, "one", 1).await;
        page.sees(counts(1, counted.total + 1)).await;
        page.leave().await;
        server.stop().await;

        let check = ["check", "--database", "views.db"];
        let (status, out, error) = folder.run(&check).await;
        assert!(status.success(), "{name}: {out}{error}");
        let options = SqliteConnectOptions::new().filename(folder.database());
        let mut database = options.connect().await.unwrap();
        assert_eq!(version_of(&mut database).await, migrations().len());
        let found: i64 = sqlx::query_scalar("SELECT count(*) FROM corrections")
            .fetch_one(&mut database)
            .await
            .unwrap();
        assert_eq!(found, corrections as i64, "{name}");
        database.close().await.unwrap();

        let one_more = totals.replace(
            &format!("one,{}", counted.total),
            &format!("one,{}", counted.total + 1),
        );
        let csv = ["totals", "--database", "views.db", "--csv"];
        assert_eq!(folder.run(&csv).await.1, one_more, "{name}");
        let csv = ["days", "three", "--database", "views.db", "--csv"];
        let out = folder.run(&csv).await.1;
        for (day, views) in days {
            assert!(out.contains(&format!("{day},{views}")), "{name}: {out}");
        }
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_as_it_is() {
    let folder = Folder::new();
    let mut database = database_of_version(&folder, migrations().len()).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of the future', TRUE, x'00', 0)",
    )
    .execute(&mut database)
    .await
    .unwrap();
    database.close().await.unwrap();
    // As a copy is restored: without a journal beside it.
    let before = fs::read(folder.database()).unwrap();

    let serve = ["serve", "--listen", "127.0.0.1:0", "--database", "views.db"];
    let (status, out, error) = folder.run(&serve).await;
    assert!(!status.success());
    assert_eq!(out, "", "it does not say that it listens");
    assert!(
        error.contains("views.db was written by a newer version"),
        "{error}"
    );
    assert!(error.contains("use that version"), "{error}");
    assert!(fs::read(folder.database()).unwrap() == before, "changed");
    for beside in ["views.db-wal", "views.db-shm", "views.db-journal"] {
        assert!(!folder.path(beside).exists(), "{beside}");
    }
}
