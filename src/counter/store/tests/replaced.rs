//! The file that was opened is moved, replaced or overwritten.

use super::*;
use crate::counter::{storage::StorageErrorKind::Replaced, store::watch::SETTLED_AFTER};
use std::{
    fs,
    io::{Seek, Write},
    path::PathBuf,
    time::Instant,
};

/// A store with two views of `a`, and a copy of an older time that has 500.
struct Fixture {
    folder: TempDir,
    store: Store,
    file: PathBuf,
    copy: PathBuf,
}

impl Fixture {
    async fn new() -> Self {
        let (folder, store) = store().await;
        let (file, copy) = ["views.db", "copy.db"]
            .map(|name| folder.path().join(name))
            .into();
        store.add(&batch(1, &[("a", 500)])).await.unwrap();
        back_up(&file, &copy, &CancellationToken::new())
            .await
            .unwrap();
        store.add(&batch(2, &[("b", 7)])).await.unwrap();
        Self {
            folder,
            store,
            file,
            copy,
        }
    }

    /// A save fails, at once and later, and it says so.
    async fn fails_to_save(&self) {
        let error = self.store.add(&batch(3, &[("a", 1)])).await.unwrap_err();
        assert_eq!(error.kind(), Replaced, "{error}");
        self.store.check_settled_file().await.unwrap_err();
        let error = self.store.corrected(0).await.unwrap_err();
        assert_eq!(error.kind(), Replaced, "{error}");
    }

    /// After the end, the file at the path is the copy as it was made.
    async fn ends_with_the_copy(self) {
        self.store.close().await;
        let expected = [(slug("a"), 500)];
        assert_eq!(totals_in(&self.file).await, expected);
        // Also for whoever counts into it next. Where the file was written over, this
        // process holds its locks to the end.
        if self.store.inner.connections.read().await.is_some() {
            let store = open(&self.folder).await;
            assert_eq!(store.totals().await.unwrap(), expected.into());
            store.close().await;
        }
    }
}

async fn totals_in(file: &Path) -> Vec<(Slug, u64)> {
    let mut snapshot = Snapshot::of(file).await.unwrap();
    snapshot.totals().await.unwrap()
}

#[tokio::test]
async fn nothing_is_saved_while_the_file_is_elsewhere_and_again_when_it_is_back() {
    let fixture = Fixture::new().await;
    let elsewhere = fixture.folder.path().join("elsewhere.db");
    fs::rename(&fixture.file, &elsewhere).unwrap();
    fixture.fails_to_save().await;
    assert!(!fixture.file.exists(), "none is created");
    // What was committed is in it, also without its journal, and is shown on.
    let there = [(slug("a"), 500), (slug("b"), 7)];
    assert_eq!(fixture.store.totals().await.unwrap(), there.clone().into());
    assert_eq!(totals_in(&elsewhere).await, there);

    fs::rename(&elsewhere, &fixture.file).unwrap();
    let totals = fixture.store.add(&batch(3, &[("a", 1)])).await.unwrap();
    assert_eq!(totals, [(slug("a"), 501)].into());
    fixture.store.close().await;
    assert_eq!(totals_in(&fixture.file).await[0], (slug("a"), 501));
}

#[tokio::test]
async fn a_file_that_comes_back_from_behind_another_one_is_saved_into_again() {
    let fixture = Fixture::new().await;
    let elsewhere = fixture.folder.path().join("elsewhere.db");
    fs::rename(&fixture.file, &elsewhere).unwrap();
    fs::rename(&fixture.copy, &fixture.file).unwrap();
    fixture.fails_to_save().await;
    fs::rename(&elsewhere, &fixture.file).unwrap();
    fixture.store.add(&batch(3, &[("a", 1)])).await.unwrap();
    fixture.store.close().await;
    let all = [(slug("a"), 501), (slug("b"), 7)];
    assert_eq!(totals_in(&fixture.file).await, all);
}

#[tokio::test]
async fn nothing_is_written_into_a_file_that_was_renamed_over_the_database() {
    let fixture = Fixture::new().await;
    fs::rename(&fixture.copy, &fixture.file).unwrap();
    fixture.fails_to_save().await;
    fixture.ends_with_the_copy().await;
}

#[tokio::test]
async fn nothing_is_written_into_a_file_that_came_when_the_database_was_deleted() {
    let fixture = Fixture::new().await;
    fs::remove_file(&fixture.file).unwrap();
    fixture.fails_to_save().await;
    fs::copy(&fixture.copy, &fixture.file).unwrap();
    fixture.fails_to_save().await;
    fixture.ends_with_the_copy().await;
}

#[tokio::test]
async fn nothing_is_written_into_a_copy_that_was_written_over_the_database() {
    let fixture = Fixture::new().await;
    fs::copy(&fixture.copy, &fixture.file).unwrap();
    fixture.fails_to_save().await;
    let error = fixture.store.totals().await.unwrap_err();
    assert_eq!(
        error.kind(),
        Replaced,
        "what is there is not its own: {error}"
    );
    fixture.ends_with_the_copy().await;
}

#[tokio::test]
async fn nothing_is_written_where_the_database_is_replaced_just_before_the_end() {
    let fixture = Fixture::new().await;
    fs::rename(&fixture.copy, &fixture.file).unwrap();
    fixture.ends_with_the_copy().await;
    let fixture = Fixture::new().await;
    fs::copy(&fixture.copy, &fixture.file).unwrap();
    fixture.ends_with_the_copy().await;
}

#[tokio::test]
async fn a_file_that_was_overwritten_with_something_else_is_left_alone() {
    let garbage = vec![0xa5; 8192];
    for content in [&garbage[..], b"", b"SQLite format 3\0and no more"] {
        let fixture = Fixture::new().await;
        fs::write(&fixture.file, content).unwrap();
        fixture.fails_to_save().await;
        fixture.store.close().await;
        assert_eq!(fs::read(&fixture.file).unwrap(), content);
    }
}

#[tokio::test]
async fn a_journal_that_was_removed_is_made_again_and_takes_nothing_along() {
    for removed in [
        &["views.db-wal"][..],
        &["views.db-shm"],
        &["views.db-wal", "views.db-shm"],
    ] {
        let fixture = Fixture::new().await;
        for name in removed {
            fs::remove_file(fixture.folder.path().join(name)).unwrap();
        }
        fixture.store.corrected(0).await.unwrap();
        // All of it is in the files again: another process reads it.
        let all = [(slug("a"), 500), (slug("b"), 7)];
        assert_eq!(totals_in(&fixture.file).await, all);
        fixture.store.add(&batch(3, &[("a", 1)])).await.unwrap();
        assert_eq!(totals_in(&fixture.file).await[0], (slug("a"), 501));
        fixture.store.close().await;
    }
}

#[tokio::test]
async fn a_file_that_another_process_is_writing_is_waited_for() {
    let fixture = Fixture::new().await;
    let names: Vec<String> = (0..500).map(|n| format!("{n:0100}")).collect();
    let many: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 1)).collect();
    fixture.store.add(&batch(3, &many)).await.unwrap();
    execute(&fixture.file, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    fixture.store.corrected(0).await.unwrap();
    let whole = fs::read(&fixture.file).unwrap();

    // A checkpoint that takes long: the first pages name more of them than there are yet.
    let mut file = fs::File::options().write(true).open(&fixture.file).unwrap();
    file.set_len(whole.len() as u64 / 2).unwrap();
    let begun = Instant::now();
    while begun.elapsed() < 2 * SETTLED_AFTER {
        file.write_all(&whole[..4096]).unwrap();
        file.rewind().unwrap();
        let error = fixture.store.add(&batch(4, &[("a", 1)])).await.unwrap_err();
        assert_eq!(error.kind(), Replaced, "{error}");
        tokio::time::sleep(SETTLED_AFTER / 10).await;
    }
    file.write_all(&whole).unwrap();
    fixture.store.add(&batch(4, &[("a", 1)])).await.unwrap();
    fixture.store.close().await;
    assert_eq!(totals_in(&fixture.file).await.len(), 502);
}

#[tokio::test]
async fn a_checkpoint_and_a_foreign_change_do_not_make_it_another_file() {
    let fixture = Fixture::new().await;
    for n in 3..6 {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&writing(&fixture.store).await)
            .await
            .unwrap();
        execute(&fixture.file, "PRAGMA wal_checkpoint(TRUNCATE)").await;
        fixture.store.corrected(0).await.unwrap();
        fixture.store.add(&batch(n, &[("a", 1)])).await.unwrap();
    }
    let second = open(&fixture.folder).await;
    second.add(&batch(1, &[("a", 1)])).await.unwrap();
    second.close().await;
    fixture.store.corrected(0).await.unwrap();
    assert_eq!(fixture.store.total(&slug("a")).await.unwrap(), 504);
}
