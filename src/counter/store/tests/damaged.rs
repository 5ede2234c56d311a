//! Values that no version of the program stores.

use super::*;
use crate::counter::storage::StorageErrorKind;

#[tokio::test]
async fn a_damaged_value_is_an_error_and_no_number() {
    let (folder, store) = store().await;
    store.add(&batch(1, &[("a", 2)])).await.unwrap();
    let file = folder.path().join("views.db");
    execute(
        &file,
        "ALTER TABLE totals RENAME TO whole;
         CREATE TABLE totals (slug TEXT PRIMARY KEY, total);
         INSERT INTO totals VALUES ('a', 'many')",
    )
    .await;
    for error in [
        store.total(&slug("a")).await.unwrap_err(),
        store.totals().await.unwrap_err(),
        store.days(&slug("a")).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), StorageErrorKind::Damaged, "{error}");
        assert!(error.to_string().contains("damaged"), "{error}");
    }
    let again = batch(1, &[("a", 2)]);
    let error = store.add(&again).await.unwrap_err();
    assert_eq!(error.kind(), StorageErrorKind::Damaged, "{error}");
    let mut snapshot = Snapshot::of(&file).await.unwrap();
    let error = snapshot.totals().await.unwrap_err();
    assert!(error.to_string().contains("is damaged"), "{error}");
    drop(snapshot);

    // Whoever mends it has the views that wait.
    execute(
        &file,
        "DROP TABLE totals; ALTER TABLE whole RENAME TO totals",
    )
    .await;
    store.add(&batch(2, &[("a", 1)])).await.unwrap();
    assert_eq!(store.total(&slug("a")).await.unwrap(), 3);
}
