//! How things stand, for who operates it.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_overview_is_of_all_slugs() {
    let hub = hub(&Memory::with("a", 0));
    assert_eq!(hub.overview(), Overview::default());
    let _one = join(&hub, "a", view(1)).await;
    sleep(Duration::from_secs(2)).await;
    let _two = join(&hub, "b", view(1)).await;
    let _watcher = hub.open(&slug("b")).await.unwrap().watch();
    let expected = Overview {
        slugs: 2,
        readers: 2,
        visitors: 2,
        watchers: 1,
        unsaved_views: 2,
        unsaved_for: Some(Duration::from_secs(2)),
        longest_window: Some(SHORTEST_WINDOW),
    };
    assert_eq!(hub.overview(), expected);
    sleep(Duration::from_secs(20)).await;
    let expected = Overview {
        unsaved_views: 0,
        unsaved_for: None,
        longest_window: None,
        ..expected
    };
    assert_eq!(hub.overview(), expected, "all is saved, and quiet");
}

#[tokio::test(start_paused = true)]
async fn views_that_cannot_be_saved_grow_old() {
    let memory = Memory::with("a", 0);
    lock(&memory.faults).extend([Fault::Hangs]);
    let hub = hub(&memory);
    let _one = join(&hub, "a", view(1)).await;
    sleep(Duration::from_secs(60)).await;
    let overview = hub.overview();
    assert_eq!(overview.unsaved_views, 1);
    assert_eq!(overview.unsaved_for, Some(Duration::from_secs(60)));
}

#[tokio::test(start_paused = true)]
async fn tries_to_save_are_counted() {
    let memory = Memory::with("a", 0);
    lock(&memory.faults).extend([Fault::Fails, Fault::Fails]);
    let hub = hub(&memory);
    let _one = join(&hub, "a", view(1)).await;
    sleep(Duration::from_secs(20)).await;
    assert_eq!(hub.metrics().save_failures.get(), 2);
    assert_eq!(hub.metrics().save_seconds.get_sample_count(), 1);
    assert_eq!(hub.metrics().views.get(), 1);
}
