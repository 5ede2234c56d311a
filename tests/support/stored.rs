//! What a database file says.

use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use std::{collections::BTreeMap, path::Path, time::Duration};

/// Totals and days as they stood together at one moment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) totals: BTreeMap<String, u64>,
    /// Views by slug and UTC day.
    pub(crate) days: BTreeMap<(String, String), u64>,
}

impl Stored {
    /// Reads the file, also while a server counts into it. Whatever happened
    /// to that server, the file is whole, and each total is the sum of its days.
    pub(crate) async fn read(file: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .busy_timeout(Duration::from_secs(10));
        let mut connection = options.connect().await.unwrap();
        let mut moment = connection.begin().await.unwrap();
        let integrity: String = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_one(&mut *moment)
            .await
            .unwrap();
        assert_eq!(integrity, "ok", "{}", file.display());
        let totals = sqlx::query_as("SELECT slug, total FROM totals")
            .fetch_all(&mut *moment)
            .await
            .unwrap();
        let days = sqlx::query_as("SELECT slug, day, views FROM days")
            .fetch_all(&mut *moment)
            .await
            .unwrap();
        moment.rollback().await.unwrap();
        connection.close().await.unwrap();

        let views = |views: i64| u64::try_from(views).unwrap();
        let totals: Vec<(String, i64)> = totals;
        let days: Vec<(String, String, i64)> = days;
        let stored = Self {
            totals: totals.into_iter().map(|(s, t)| (s, views(t))).collect(),
            days: days
                .into_iter()
                .map(|(slug, day, v)| ((slug, day), views(v)))
                .collect(),
        };
        let mut sums = BTreeMap::new();
        for ((slug, _), views) in &stored.days {
            *sums.entry(slug.clone()).or_default() += views;
        }
        assert_eq!(sums, stored.totals, "the sum of each post's days");
        stored
    }

    /// The total of a post; 0 if it never had a view.
    pub(crate) fn total(&self, slug: &str) -> u64 {
        self.totals.get(slug).copied().unwrap_or(0)
    }

    /// The views of a post by day, oldest first.
    pub(crate) fn days_of(&self, slug: &str) -> Vec<(&str, u64)> {
        let days = self.days.iter().filter(|((s, _), _)| s == slug);
        days.map(|((_, day), views)| (day.as_str(), *views))
            .collect()
    }
}
