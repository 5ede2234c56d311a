//! A save that fails at each of its steps in turn, on the real SQLite file: no
//! view is lost, none is counted twice, and nothing of the failed attempt stays.

use super::*;
use crate::counter::{
    storage::{Batch, Corrected, Days, StorageFuture},
    store::Store,
    tally::{Arrival, SavePolicy},
};
use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
};
use tempfile::TempDir;

/// Where a save fails as long as it does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// Before anything reached the database.
    Beginning,
    /// The statement that enters the batch's number.
    Number,
    /// A statement that adds to a day.
    Day,
    /// A statement that adds to a total.
    Total,
    /// The COMMIT, which the database refuses.
    Commit,
    /// After the COMMIT: nobody hears that it was done.
    Answer,
}

impl Step {
    /// SQL that makes the database itself fail there.
    fn breaking(self) -> &'static str {
        match self {
            Self::Beginning | Self::Answer => "",
            Self::Number => {
                "CREATE TRIGGER fault BEFORE INSERT ON writers
                 BEGIN SELECT RAISE(ABORT, 'fault'); END"
            }
            // The second of two slugs: the first has been written by then.
            Self::Day => {
                "CREATE TRIGGER fault BEFORE INSERT ON days
                 WHEN (SELECT count(*) FROM days) = 1
                 BEGIN SELECT RAISE(ABORT, 'fault'); END"
            }
            Self::Total => {
                "CREATE TRIGGER fault BEFORE INSERT ON totals
                 WHEN (SELECT count(*) FROM totals) = 1
                 BEGIN SELECT RAISE(ABORT, 'fault'); END"
            }
            // A reference that is checked when the transaction ends.
            Self::Commit => {
                "CREATE TABLE parents (id INTEGER PRIMARY KEY);
                 CREATE TABLE broken (id INTEGER
                     REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED);
                 CREATE TRIGGER fault AFTER INSERT ON totals
                 BEGIN INSERT INTO broken VALUES (1); END"
            }
        }
    }
}

/// The real store, that fails at one step until it is mended.
struct Failing {
    store: Store,
    step: Step,
    fails: AtomicBool,
}

impl Storage for Failing {
    fn policy(&self) -> SavePolicy {
        self.store.policy()
    }

    fn total<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, u64> {
        self.store.total(slug)
    }

    fn totals(&self) -> StorageFuture<'_, HashMap<Slug, u64>> {
        self.store.totals()
    }

    fn days<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, Days> {
        self.store.days(slug)
    }

    fn add<'a>(&'a self, batch: &'a Batch) -> StorageFuture<'a, HashMap<Slug, u64>> {
        Box::pin(async {
            let fault = || StorageError::new("saving views", "fault");
            let fails = |step| self.step == step && self.fails.load(Ordering::SeqCst);
            if fails(Step::Beginning) {
                return Err(fault());
            }
            let totals = self.store.add(batch).await?;
            if fails(Step::Answer) {
                return Err(fault());
            }
            Ok(totals)
        })
    }

    fn corrected(&self, after: i64) -> StorageFuture<'_, Corrected> {
        self.store.corrected(after)
    }
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(connection).await.unwrap();
}

async fn a_save_survives_failing_at(step: Step, policy: SavePolicy) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("views.db");
    let store = Store::open(&file, policy).await.unwrap();
    let options = SqliteConnectOptions::new().filename(&file);
    let mut other = options.connect().await.unwrap();
    execute(&mut other, step.breaking()).await;

    let failing = Arc::new(Failing {
        store: store.clone(),
        step,
        fails: true.into(),
    });
    let hub = Hub::start(Arc::<Failing>::clone(&failing), HubSettings::default());
    let slugs: [Slug; 2] = ["a", "b"].map(|text| text.parse().unwrap());
    for (slug, views) in slugs.iter().zip([2, 3]) {
        for _ in 0..views {
            drop(hub.open(slug).await.unwrap().join(Arrival::default()));
        }
    }
    let saving = tokio::spawn({
        let hub = hub.clone();
        async move { hub.save_and_stop(Duration::from_secs(20)).await }
    });
    let problem = async {
        loop {
            match hub.save_problem() {
                Some(problem) => return problem,
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    let problem = tokio::time::timeout(Duration::from_secs(20), problem).await;
    let problem = problem.expect("it fails");
    if step != Step::Commit {
        assert!(problem.contains("fault"), "{step:?}: {problem}");
    }
    // Another comes while it fails: it waits for the next save.
    drop(hub.open(&slugs[0]).await.unwrap().join(Arrival::default()));

    failing.fails.store(false, Ordering::SeqCst);
    execute(&mut other, "DROP TRIGGER IF EXISTS fault").await;
    saving.await.unwrap().unwrap();
    hub.save_and_stop(Duration::from_secs(20)).await.unwrap();

    let expected = slugs.into_iter().zip([3, 3]).collect::<HashMap<_, _>>();
    assert_eq!(store.totals().await.unwrap(), expected, "{step:?}");
    let days: i64 = sqlx::query_scalar("SELECT sum(views) FROM days")
        .fetch_one(&mut other)
        .await
        .unwrap();
    assert_eq!(days, 6, "{step:?}");
    assert_eq!(hub.save_problem(), None);
}

macro_rules! at_each_step {
    ($($name:ident: $step:expr,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                a_save_survives_failing_at($step, SavePolicy::Debounced).await;
                a_save_survives_failing_at($step, SavePolicy::BeforeShown).await;
            }
        )*
    };
}

at_each_step! {
    a_save_that_never_began_is_made_later: Step::Beginning,
    a_save_that_could_not_enter_its_number_is_made_whole: Step::Number,
    a_save_that_failed_between_two_days_is_made_whole: Step::Day,
    a_save_that_failed_between_two_totals_is_made_whole: Step::Total,
    a_save_whose_commit_was_refused_is_made_whole: Step::Commit,
    a_save_whose_commit_nobody_heard_of_is_not_made_twice: Step::Answer,
}
