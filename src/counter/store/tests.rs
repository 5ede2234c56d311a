//! The real SQLite file.

mod correcting;
mod damaged;
mod importing;
mod migrations;
mod replaced;

use super::*;
use crate::counter::tally::{Arrival, Delta, Tally};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const DAY: Date = Date::constant(2026, 11, 20);

async fn open(folder: &TempDir) -> Store {
    let file = folder.path().join("views.db");
    Store::open(&file, SavePolicy::Debounced).await.unwrap()
}

async fn store() -> (TempDir, Store) {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    (folder, store)
}

/// The connection that writes.
async fn writing(store: &Store) -> SqlitePool {
    let connections = store.inner.connections.read().await;
    connections.as_ref().unwrap().writing.clone()
}

/// The connections that read.
async fn reading(store: &Store) -> SqlitePool {
    let connections = store.inner.connections.read().await;
    connections.as_ref().unwrap().reading.clone()
}

/// Runs SQL on a file, as another program does.
async fn execute(file: &Path, sql: &'static str) {
    let options = SqliteConnectOptions::new().filename(file);
    let mut other = options.create_if_missing(true).connect().await.unwrap();
    sqlx::raw_sql(sql).execute(&mut other).await.unwrap();
    other.close().await.unwrap();
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

/// So many views of one day, as a tally hands them over.
fn views(n: usize, day: Date) -> Delta {
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    for _ in 0..n {
        tally.join(Arrival::default(), Instant::now(), day);
    }
    tally.start_save().unwrap()
}

fn batch(number: i64, deltas: &[(&str, usize)]) -> Batch {
    let deltas = deltas
        .iter()
        .map(|(text, n)| (slug(text), views(*n, DAY)))
        .collect();
    Batch { number, deltas }
}

async fn days(store: &Store) -> Vec<(String, String, i64)> {
    sqlx::query_as("SELECT slug, day, views FROM days ORDER BY slug, day")
        .fetch_all(&reading(store).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_batch_adds_to_totals_and_days_and_returns_the_new_totals() {
    let (_folder, store) = store().await;
    let totals = store.add(&batch(1, &[("a", 2), ("b", 1)])).await.unwrap();
    assert_eq!(totals, [(slug("a"), 2), (slug("b"), 1)].into());
    let totals = store.add(&batch(2, &[("a", 3)])).await.unwrap();
    assert_eq!(totals, [(slug("a"), 5)].into());
    assert_eq!(store.total(&slug("a")).await.unwrap(), 5);
    assert_eq!(store.total(&slug("never")).await.unwrap(), 0);
    let day = || "2026-11-20".to_owned();
    assert_eq!(
        days(&store).await,
        [("a".into(), day(), 5), ("b".into(), day(), 1)]
    );
}

#[tokio::test]
async fn a_batch_that_was_committed_is_not_applied_again() {
    let (_folder, store) = store().await;
    store.add(&batch(1, &[("a", 2)])).await.unwrap();
    let totals = store.add(&batch(1, &[("a", 2)])).await.unwrap();
    assert_eq!(totals, [(slug("a"), 2)].into());
    let totals = store.add(&batch(2, &[("a", 1)])).await.unwrap();
    assert_eq!(totals, [(slug("a"), 3)].into());
}

#[tokio::test]
async fn a_writer_whose_row_was_cleared_away_goes_on_saving() {
    let (_folder, store) = store().await;
    store.add(&batch(1, &[("a", 2)])).await.unwrap();
    sqlx::query("DELETE FROM writers")
        .execute(&writing(&store).await)
        .await
        .unwrap();
    let totals = store.add(&batch(2, &[("a", 1)])).await.unwrap();
    assert_eq!(totals, [(slug("a"), 3)].into());
}

#[tokio::test]
async fn a_database_of_something_else_is_refused_and_left_as_it_is() {
    for tables in [
        "CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('a')",
        // Another program that has its tables made by sqlx.
        "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, success BOOLEAN);
         INSERT INTO _sqlx_migrations VALUES (20240101000000, TRUE);
         CREATE TABLE bookmarks (url TEXT)",
        // And one whose tables have such names, and that says that they are its own.
        "PRAGMA application_id = 7; CREATE TABLE totals (slug TEXT)",
    ] {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("views.db");
        execute(&file, tables).await;
        let before = std::fs::read(&file).unwrap();
        let opened = Store::open(&file, SavePolicy::Debounced).await;
        let read = Snapshot::of(&file).await.map(|_| ());
        let corrected = Correcting::begin(&file).await.map(|_| ());
        let copy = folder.path().join("copy.db");
        let copied = back_up(&file, &copy, &CancellationToken::new()).await;
        for error in [
            opened.unwrap_err().to_string(),
            read.unwrap_err().to_string(),
            corrected.unwrap_err().to_string(),
            copied.unwrap_err().to_string(),
        ] {
            assert!(error.contains("something else"), "{error}");
        }
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }
}

#[tokio::test]
async fn a_database_of_an_older_version_is_known_by_its_tables_and_then_by_its_mark() {
    let (folder, store) = store().await;
    store.close().await;
    let file = folder.path().join("views.db");
    execute(&file, "PRAGMA application_id = 0").await;
    Snapshot::of(&file).await.unwrap();
    let store = open(&folder).await;
    let mark: i32 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&reading(&store).await)
        .await
        .unwrap();
    assert_ne!(mark, 0);
}

#[tokio::test]
async fn only_its_owner_can_read_a_new_database_and_its_copies() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, store) = store().await;
    store.add(&batch(1, &[("a", 2)])).await.unwrap();
    let file = folder.path().join("views.db");
    let copy = folder.path().join("copy.db");
    back_up(&file, &copy, &CancellationToken::new())
        .await
        .unwrap();
    let mut names = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        names += 1;
    }
    assert_eq!(
        names, 4,
        "the database, its journal and index, and the copy"
    );
    // A file that was there keeps what its owner gave it.
    store.close().await;
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
    let _store = open(&folder).await;
    let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o640);
}

#[tokio::test]
async fn two_runs_on_one_file_both_add() {
    let (folder, one) = store().await;
    let other = open(&folder).await;
    one.add(&batch(1, &[("a", 2)])).await.unwrap();
    let totals = other.add(&batch(1, &[("a", 3)])).await.unwrap();
    assert_eq!(totals, [(slug("a"), 5)].into());
    assert_eq!(one.total(&slug("a")).await.unwrap(), 5);
}

#[tokio::test]
async fn an_attempt_that_was_given_up_half_way_is_repeated_whole() {
    let (_folder, store) = store().await;
    let many: Vec<String> = (0..2_000).map(|n| format!("post-{n}")).collect();
    let deltas: Vec<(&str, usize)> = many.iter().map(|text| (text.as_str(), 1)).collect();
    let batch = batch(1, &deltas);
    for micros in [0, 100, 1_000, 5_000, 20_000] {
        let attempt = tokio::time::timeout(Duration::from_micros(micros), store.add(&batch));
        // Given up, or through: both are a beginning for the next.
        let _ = attempt.await;
    }
    store.add(&batch).await.unwrap();
    let totals = store.totals().await.unwrap();
    assert_eq!(totals.len(), 2_000);
    assert!(totals.values().all(|total| *total == 1));
}

#[tokio::test]
async fn nothing_is_half_done_when_a_step_fails() {
    let (_folder, store) = store().await;
    store.add(&batch(1, &[("a", 1)])).await.unwrap();
    sqlx::query(
        "CREATE TRIGGER fault BEFORE INSERT ON days WHEN NEW.slug = 'b'
         BEGIN SELECT RAISE(ABORT, 'fault'); END",
    )
    .execute(&writing(&store).await)
    .await
    .unwrap();
    let failing = batch(2, &[("a", 5), ("b", 5)]);
    let error = store.add(&failing).await.unwrap_err();
    assert!(error.to_string().contains("fault"), "{error}");
    assert_eq!(store.totals().await.unwrap(), [(slug("a"), 1)].into());
    sqlx::query("DROP TRIGGER fault")
        .execute(&writing(&store).await)
        .await
        .unwrap();
    let totals = store.add(&failing).await.unwrap();
    assert_eq!(totals, [(slug("a"), 6), (slug("b"), 5)].into());
}
