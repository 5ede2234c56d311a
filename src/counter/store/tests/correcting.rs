//! What an owner changes, in the real SQLite file.

use super::*;

const DAY_AFTER: Date = Date::constant(2026, 11, 21);

async fn correcting(folder: &TempDir) -> Correcting {
    Correcting::begin(&folder.path().join("views.db"))
        .await
        .unwrap()
}

async fn snapshot(folder: &TempDir) -> Snapshot {
    Snapshot::of(&folder.path().join("views.db")).await.unwrap()
}

fn change(text: &str, before: u64, after: u64) -> Change {
    let slug = slug(text);
    Change {
        slug,
        before,
        after,
    }
}

/// Of each correction the command, the slug, the change, what of it has no day, and why.
async fn audit(folder: &TempDir) -> Vec<(String, String, [i64; 3], String)> {
    let all = snapshot(folder).await.corrections().await.unwrap();
    all.into_iter()
        .map(|c| (c.command, c.slug, [c.before, c.after, c.undated], c.why))
        .collect()
}

fn entry(
    command: &str,
    slug: &str,
    numbers: [i64; 3],
    why: &str,
) -> (String, String, [i64; 3], String) {
    (command.into(), slug.into(), numbers, why.into())
}

#[tokio::test]
async fn a_total_is_set_and_the_audit_says_why() {
    let (folder, store) = store().await;
    store.add(&batch(1, &[("a", 5)])).await.unwrap();
    let mut setting = correcting(&folder).await;
    let set = setting.set(&slug("a"), 2, "a prankster").await.unwrap();
    assert_eq!(set, change("a", 5, 2));
    setting.commit().await.unwrap();
    assert_eq!(store.total(&slug("a")).await.unwrap(), 2);
    assert_eq!(
        audit(&folder).await,
        [entry("set", "a", [5, 2, -3], "a prankster")]
    );
    assert_eq!(snapshot(&folder).await.problems().await.unwrap(), [""; 0]);
    // What is counted from now on is on top of it.
    let totals = store.add(&batch(2, &[("a", 1)])).await.unwrap();
    assert_eq!(totals, [(slug("a"), 3)].into());
}

#[tokio::test]
async fn the_store_tells_what_was_corrected_since() {
    let (folder, store) = store().await;
    assert_eq!(store.corrected(0).await.unwrap(), Corrected::default());
    let mut setting = correcting(&folder).await;
    for (text, views) in [("a", 1), ("b", 2), ("a", 3)] {
        setting.set(&slug(text), views, "so").await.unwrap();
    }
    setting.commit().await.unwrap();
    let totals = [(slug("a"), 3), (slug("b"), 2)].into();
    let all = Corrected { last: 3, totals };
    assert_eq!(store.corrected(0).await.unwrap(), all);
    let totals = [(slug("a"), 3)].into();
    let last = Corrected { last: 3, totals };
    assert_eq!(store.corrected(2).await.unwrap(), last);
    let none = Corrected {
        last: 3,
        totals: HashMap::new(),
    };
    assert_eq!(store.corrected(3).await.unwrap(), none);
}

#[tokio::test]
async fn what_is_not_committed_changes_nothing() {
    let (folder, store) = store().await;
    store.add(&batch(1, &[("a", 5)])).await.unwrap();
    let mut setting = correcting(&folder).await;
    setting.set(&slug("a"), 2, "so").await.unwrap();
    setting.rename(&slug("a"), &slug("b"), "").await.unwrap();
    drop(setting);
    assert_eq!(store.total(&slug("a")).await.unwrap(), 5);
    assert_eq!(audit(&folder).await, []);
}

#[tokio::test]
async fn a_day_is_set_and_the_total_changes_by_as_much() {
    let (folder, store) = store().await;
    store.add(&batch(1, &[("a", 5)])).await.unwrap();
    let mut setting = correcting(&folder).await;
    let a = slug("a");
    assert_eq!(
        setting.set_day(&a, DAY, 2, "bots").await.unwrap(),
        change("a", 5, 2)
    );
    assert_eq!(
        setting.set_day(&a, DAY_AFTER, 4, "bots").await.unwrap(),
        change("a", 2, 6)
    );
    setting.commit().await.unwrap();
    let days = [(DAY, 2), (DAY_AFTER, 4)].into();
    let mut now = snapshot(&folder).await;
    assert_eq!(now.days(Some(&a)).await.unwrap(), days);
    assert_eq!(now.problems().await.unwrap(), [""; 0]);
    assert_eq!(
        audit(&folder).await[0],
        entry("set", "a", [5, 2, 0], "2026-11-20: bots")
    );
    // The total was lowered, and its day still has what was taken away.
    let mut setting = correcting(&folder).await;
    setting.set(&a, 1, "so").await.unwrap();
    let error = setting.set_day(&a, DAY_AFTER, 0, "so").await.unwrap_err();
    let expected =
        "a would have fewer than no views: 1 are stored in all, and 4 would be taken away";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn a_rename_moves_views_with_their_days() {
    let (folder, store) = store().await;
    store.add(&batch(1, &[("a", 5), ("b", 1)])).await.unwrap();
    let mut renaming = correcting(&folder).await;
    renaming.set(&slug("a"), 7, "so").await.unwrap();
    let moved = renaming.rename(&slug("a"), &slug("b"), "").await.unwrap();
    assert_eq!(moved, [change("a", 7, 0), change("b", 1, 8)]);
    renaming.commit().await.unwrap();
    let mut now = snapshot(&folder).await;
    assert_eq!(now.totals().await.unwrap(), [(slug("b"), 8)]);
    let b = Views {
        undated: 2,
        days: [(DAY, 6)].into(),
    };
    assert_eq!(now.views().await.unwrap(), [(slug("b"), b)].into());
    assert_eq!(now.problems().await.unwrap(), [""; 0]);
    assert_eq!(
        audit(&folder).await[1..],
        [
            entry("rename", "a", [7, 0, -2], "to b"),
            entry("rename", "b", [1, 8, 2], "from a")
        ]
    );
}

#[tokio::test]
async fn no_slug_is_set_to_more_views_than_json_can_say() {
    let (folder, _store) = store().await;
    let mut setting = correcting(&folder).await;
    let a = slug("a");
    setting.set(&a, MOST_VIEWS, "so").await.unwrap();
    for refused in [
        setting.set(&a, MOST_VIEWS + 1, "so").await,
        setting.set_day(&a, DAY, 1, "so").await,
    ] {
        refused.unwrap_err();
    }
}

#[tokio::test]
async fn what_is_more_than_sqlite_can_add_up_is_told_all_the_same() {
    let (folder, store) = store().await;
    // Slugs with the most views on one day; and one of them that had them again and again,
    // on other days, and was lowered each time.
    sqlx::raw_sql(
        "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS
             (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1025)
             SELECT i, 9007199254740991 AS most FROM n;
         INSERT INTO totals SELECT 'p' || i, most FROM n;
         INSERT INTO days SELECT 'p' || i, '2026-11-20', most FROM n;
         INSERT INTO days SELECT 'p1', date('2026-11-20', i || ' days'), most FROM n
             WHERE i < 1024;
         INSERT INTO corrections (made_at, command, slug, before, after, undated, why)
             SELECT '', 'set', 'p1', 0, 0, -most, '' FROM n
             UNION ALL SELECT '', 'set', 'p1', 0, 0, most, '' FROM n WHERE i < 3",
    )
    .execute(&writing(&store).await)
    .await
    .unwrap();
    let all = u128::from(MOST_VIEWS) * 1025;
    assert!(all > i64::MAX as u128);
    let [file, copy] = ["views.db", "copy.db"].map(|name| folder.path().join(name));
    let copied = back_up(&file, &copy, &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(u128::from(copied.views), all);
    let mut snapshot = snapshot(&folder).await;
    let days = snapshot.days(None).await.unwrap();
    assert_eq!(u128::from(days[&DAY]), all);
    assert_eq!(snapshot.problems().await.unwrap(), [""; 0]);
    drop(snapshot);
    let mut setting = correcting(&folder).await;
    setting.set(&slug("p1"), 1, "so").await.unwrap();
    let renamed = setting.rename(&slug("p1"), &slug("q"), "so").await;
    assert_eq!(renamed.unwrap()[1], change("q", 0, 1));
}

#[tokio::test]
async fn a_file_that_does_not_add_up_is_found_out() {
    let (folder, store) = store().await;
    store.add(&batch(1, &[("a", 5)])).await.unwrap();
    sqlx::raw_sql(
        "UPDATE totals SET total = 7 WHERE slug = 'a';
         INSERT INTO totals VALUES ('x//y', 0);
         INSERT INTO days VALUES ('b', 'some day', 1)",
    )
    .execute(&writing(&store).await)
    .await
    .unwrap();
    let problems = snapshot(&folder).await.problems().await.unwrap();
    assert_eq!(problems.len(), 4, "{problems:?}");
    for (problem, expected) in problems.iter().zip([
        "\"b\" has views on \"some day\", which is no day",
        "\"a\" has 7 views, and its days and corrections add up to 5",
        "\"b\" has 0 views, and its days and corrections add up to 1",
        "\"x//y\" is counted and can be no page: the slug has an empty segment",
    ]) {
        assert!(problem.starts_with(expected), "{problem}");
    }
}

#[tokio::test]
async fn a_total_that_did_not_add_up_does_so_once_it_is_set_or_renamed() {
    let (folder, store) = store().await;
    store.add(&batch(1, &[("a", 5), ("b", 5)])).await.unwrap();
    sqlx::raw_sql("UPDATE totals SET total = total + 2")
        .execute(&writing(&store).await)
        .await
        .unwrap();
    assert_eq!(snapshot(&folder).await.problems().await.unwrap().len(), 2);
    let mut setting = correcting(&folder).await;
    setting.set(&slug("a"), 7, "as it is").await.unwrap();
    setting.rename(&slug("b"), &slug("c"), "").await.unwrap();
    setting.commit().await.unwrap();
    let mut now = snapshot(&folder).await;
    assert_eq!(
        now.totals().await.unwrap(),
        [(slug("a"), 7), (slug("c"), 7)]
    );
    assert_eq!(now.problems().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_file_of_an_older_version_is_brought_up_to_date_by_a_change_and_by_no_other() {
    let (folder, store) = store().await;
    let older = "DROP TABLE corrections; DROP TABLE imports;
        DELETE FROM _sqlx_migrations WHERE version = 2;
        INSERT INTO totals VALUES ('a', 5); INSERT INTO days VALUES ('a', '2026-11-20', 5)";
    sqlx::raw_sql(older)
        .execute(&writing(&store).await)
        .await
        .unwrap();
    store.close().await;
    assert_eq!(audit(&folder).await, []);
    assert_eq!(snapshot(&folder).await.problems().await.unwrap(), [""; 0]);
    for done in [false, true] {
        let mut setting = correcting(&folder).await;
        setting.set(&slug("a"), 7, "so").await.unwrap();
        match done {
            false => setting.give_up().await,
            true => setting.commit().await.unwrap(),
        }
        assert_eq!(audit(&folder).await.len(), usize::from(done));
    }
    assert_eq!(snapshot(&folder).await.problems().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_day_without_views_is_none() {
    let (folder, store) = store().await;
    store.add(&batch(1, &[("a", 5)])).await.unwrap();
    let mut setting = correcting(&folder).await;
    setting.set_day(&slug("a"), DAY, 0, "bots").await.unwrap();
    setting.commit().await.unwrap();
    let mut now = snapshot(&folder).await;
    assert!(now.days(Some(&slug("a"))).await.unwrap().is_empty());
    assert!(now.days(None).await.unwrap().is_empty());
    assert_eq!(now.problems().await.unwrap(), [""; 0]);
}
