//! Numbers that are told again without asking the storage.

use super::*;

#[tokio::test(start_paused = true)]
async fn what_was_told_holds_for_a_second_and_then_the_storage_is_asked() {
    let memory = Memory::with("a", 7);
    let hub = hub(&memory);
    let a = [slug("a")];
    assert_eq!(hub.known(&a), None, "nobody has asked");
    assert_eq!(counts(&hub, "a").await, (0, 7));
    // Another process.
    lock(&memory.totals).insert(slug("a"), 9);
    for _ in 0..2 {
        assert_eq!(hub.known(&a), Some(vec![Counts { live: 0, total: 7 }]));
        assert_eq!(counts(&hub, "a").await, (0, 7), "all say the same");
        let all = hub.counts_of(a.clone()).await.unwrap();
        assert_eq!(all[0].counts.total, 7, "all say the same");
        advance(Duration::from_millis(500)).await;
    }
    advance(Duration::from_millis(1)).await;
    assert_eq!(hub.known(&a), None);
    assert_eq!(counts(&hub, "a").await, (0, 9));
}

#[tokio::test(start_paused = true)]
async fn a_reader_is_known_at_once_and_so_is_what_it_saw_last() {
    let memory = Memory::that_saves(SavePolicy::BeforeShown, "a", 7);
    let hub = hub(&memory);
    let a = [slug("a")];
    assert_eq!(counts(&hub, "a").await, (0, 7));
    // Without an id nothing is left of it once its view is saved.
    let mut reader = join(&hub, "a", Arrival::default()).await;
    let known = |hub: &Hub| hub.known(&a).map(|known| (known[0].live, known[0].total));
    assert_eq!(known(&hub), Some((1, 7)));
    assert_eq!(next_frame(&mut reader).await, Some(frame(1, 8)));
    assert_eq!(known(&hub), Some((1, 8)));
    drop(reader);
    sleep(Duration::from_millis(200)).await;
    assert_eq!(hub.slugs_held(), 0);
    assert_eq!(known(&hub), Some((0, 8)), "not 7, which was told before");
    assert_eq!(counts(&hub, "a").await, (0, 8));
}

#[tokio::test(start_paused = true)]
async fn a_total_that_was_read_while_a_view_came_and_went_is_not_told() {
    let memory = Memory::that_saves(SavePolicy::BeforeShown, "a", 7);
    let hub = hub(&memory);
    let reading = tokio::spawn({
        *lock(&memory.slow_read) = Some(Duration::from_millis(500));
        let hub = hub.clone();
        async move { counts(&hub, "a").await }
    });
    sleep(Duration::from_millis(1)).await;
    drop(join(&hub, "a", Arrival::default()).await);
    sleep(Duration::from_millis(200)).await;
    assert_eq!((hub.slugs_held(), memory.total_of("a")), (0, 8));
    assert_eq!(reading.await.unwrap(), (0, 8));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_known_of_a_slug_that_is_being_loaded() {
    let memory = Memory::with("a", 7);
    let hub = hub(&memory);
    counts(&hub, "a").await;
    *lock(&memory.slow_read) = Some(Duration::from_millis(500));
    let coming = tokio::spawn({
        let hub = hub.clone();
        async move { hub.open(&slug("a")).await.unwrap().join(view(1)) }
    });
    sleep(Duration::from_millis(1)).await;
    assert_eq!(hub.known(&[slug("a")]), None);
    let _reader = coming.await.unwrap();
    assert_eq!(hub.known(&[slug("a")]).unwrap()[0].total, 8);
}

#[tokio::test(start_paused = true)]
async fn a_load_that_fails_fails_for_all_who_wait_for_it_and_not_for_who_comes_later() {
    let memory = Memory::with("a", 7);
    let hub = hub(&memory);
    *lock(&memory.reads_fail_after) = Some(Duration::from_secs(2));
    let asked = tokio::time::Instant::now();
    let waiting = (0..50).map(|_| {
        let hub = hub.clone();
        async move { hub.open(&slug("a")).await.is_err() }
    });
    let failed = futures_util::future::join_all(waiting).await;
    assert!(failed.iter().all(|failed| *failed));
    assert_eq!(asked.elapsed(), Duration::from_secs(2), "once for all");
    let problem = hub.storage_problem();
    assert_eq!(problem.as_deref(), Some("reading a total: no answer"));

    *lock(&memory.reads_fail_after) = None;
    let mut one = join(&hub, "a", view(1)).await;
    assert_eq!(one.current(), frame(1, 8));
    assert_eq!(hub.storage_problem(), None);
}
