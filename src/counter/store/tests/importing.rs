//! What is added from another counter, in the real SQLite file.

use super::*;

const DAY_AFTER: Date = Date::constant(2026, 11, 21);

async fn importing(folder: &TempDir, views: &[(&str, Views)]) -> Result<Importing, CorrectError> {
    let mut importing = Importing::open(&folder.path().join("views.db"))
        .await
        .unwrap();
    let views = views.iter().cloned();
    let views = views.map(|(text, views)| (slug(text), views)).collect();
    importing.stage(&views, || {}).await?;
    Ok(importing)
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

fn undated(undated: i64) -> Views {
    Views {
        undated,
        days: BTreeMap::new(),
    }
}

#[tokio::test]
async fn views_from_elsewhere_are_added_to_days_and_totals() {
    let (folder, store) = store().await;
    store.add(&batch(1, &[("a", 5)])).await.unwrap();
    let views = Views {
        undated: 10,
        days: [(DAY, 2), (DAY_AFTER, 3)].into(),
    };
    let views = [("a", views), ("b", undated(0))];
    let mut previewed = importing(&folder, &views).await.unwrap();
    let changes = [change("a", 5, 20), change("b", 0, 0)];
    assert_eq!(previewed.preview().await.unwrap(), changes);
    drop(previewed);
    assert_eq!(snapshot(&folder).await.corrections().await.unwrap(), []);
    let applied = importing(&folder, &views).await.unwrap();
    assert_eq!(applied.apply("old.csv", "00ff").await.unwrap(), changes);
    let a = Views {
        undated: 10,
        days: [(DAY, 7), (DAY_AFTER, 3)].into(),
    };
    let mut now = snapshot(&folder).await;
    let all = [(slug("a"), a), (slug("b"), undated(0))];
    assert_eq!(now.views().await.unwrap(), all.into());
    assert_eq!(now.problems().await.unwrap(), [""; 0]);
    let corrections = now.corrections().await.unwrap();
    assert_eq!((corrections.len(), corrections[0].undated), (2, 10));
    let mut again = importing(&folder, &[]).await.unwrap();
    assert!(again.imported_at("00ff").await.unwrap().is_some());
    assert_eq!(again.imported_at("ff00").await.unwrap(), None);
}

#[tokio::test]
async fn an_import_makes_no_total_larger_than_json_can_say_and_lowers_none() {
    let (folder, store) = store().await;
    store.add(&batch(1, &[("a", 5), ("b", 5)])).await.unwrap();
    let most = i64::try_from(MOST_VIEWS).unwrap();
    let two_days = |first, second| Views {
        undated: 0,
        days: [(DAY, first), (DAY_AFTER, second)].into(),
    };
    for (views, expected) in [
        (undated(most - 4), "a would have more than"),
        (undated(i64::MAX), "a would have more than"),
        (two_days(u64::MAX, u64::MAX), "a would have more than"),
        (two_days(MOST_VIEWS, 1), "a would have more than"),
        (
            undated(-2),
            "a has 5 views and would have 3; an import lowers nothing",
        ),
        (
            undated(-6),
            "a would have fewer than no views: 5 are stored in all, and 6",
        ),
        (undated(i64::MIN), "a would have fewer than no views"),
    ] {
        // What comes after it would do.
        let views = [("a", views), ("b", undated(1))];
        let refused = async {
            let mut importing = importing(&folder, &views).await?;
            importing.preview().await.expect_err("is refused before");
            importing.apply("so", "00ff").await
        };
        let error = refused.await.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    assert_eq!(store.total(&slug("b")).await.unwrap(), 5);
    let fits = importing(&folder, &[("a", undated(most - 5))])
        .await
        .unwrap();
    let changes = fits.apply("so", "00ff").await.unwrap();
    assert_eq!(changes, [change("a", 5, MOST_VIEWS)]);
}

#[tokio::test]
async fn views_are_staged_while_another_process_writes() {
    let (folder, store) = store().await;
    let pool = writing(&store).await;
    let mut writing = pool.acquire().await.unwrap();
    let transaction = writing.begin_with("BEGIN IMMEDIATE").await.unwrap();
    // As many as take several statements.
    let many = (0..5_000).map(|n| (slug(&format!("p{n}")), undated(1)));
    let many: BTreeMap<Slug, Views> = many.collect();
    let mut importing = importing(&folder, &[]).await.unwrap();
    let mut staged = 0;
    importing.stage(&many, || staged += 1).await.unwrap();
    assert_eq!(staged, 5_000);
    assert_eq!(importing.preview().await.unwrap().len(), 5_000);
    transaction.rollback().await.unwrap();
    drop(writing);
    // And nobody waits for what is staged.
    store.add(&batch(1, &[("p1", 5)])).await.unwrap();
    let changes = importing.apply("so", "00ff").await.unwrap();
    assert!(changes.contains(&change("p1", 5, 6)));
}
