//! When views are saved, what becomes of a save that fails, and the end.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_quiet_slug_is_saved_after_five_seconds_and_a_busy_one_after_fifteen() {
    let memory = Memory::with("quiet", 0);
    let hub = hub(&memory);
    let _reader = join(&hub, "quiet", view(1)).await;
    sleep(Duration::from_millis(4_900)).await;
    assert_eq!(memory.total_of("quiet"), 0);
    sleep(Duration::from_millis(200)).await;
    assert_eq!(memory.total_of("quiet"), 1);

    for second in 0..15 {
        drop(join(&hub, "busy", view(second)).await);
        assert_eq!(memory.total_of("busy"), 0, "second {second}");
        sleep(Duration::from_secs(1)).await;
    }
    sleep(Duration::from_millis(10)).await;
    assert_eq!(memory.total_of("busy"), 15);
}

#[tokio::test(start_paused = true)]
async fn slugs_that_are_due_together_are_saved_together() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    for text in ["a", "b", "c"] {
        drop(join(&hub, text, view(1)).await);
    }
    sleep(Duration::from_secs(6)).await;
    assert_eq!(memory.saves(), 1);
    assert_eq!(lock(&memory.batches)[0].deltas.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn many_slugs_with_few_views_share_transactions_and_none_is_late() {
    let memory = Memory::with("0", 0);
    let hub = hub(&memory);
    for n in 0..200 {
        drop(join(&hub, &n.to_string(), Arrival::default()).await);
        sleep(Duration::from_millis(10)).await;
    }
    // The first of them came two seconds before the last.
    sleep(Duration::from_millis(3_010)).await;
    assert_eq!(memory.total_of("0"), 1, "the first is due");
    assert_eq!(memory.total_of("199"), 0, "the last is not due for long");
    sleep(Duration::from_millis(2_000)).await;
    assert_eq!(memory.total_of("199"), 1);
    let saves = memory.saves();
    assert!(saves <= 9, "{saves} transactions in two seconds");
}

#[tokio::test(start_paused = true)]
async fn a_save_that_fails_is_tried_again_and_said_meanwhile() {
    let memory = Memory::with("a", 10);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::Fails; 5];
    let _one = join(&hub, "a", view(1)).await;
    sleep(Duration::from_secs(6)).await;
    assert_eq!(
        hub.save_problem().as_deref(),
        Some("saving views: disk full")
    );
    let _two = join(&hub, "a", view(2)).await;
    assert_eq!(counts(&hub, "a").await, (2, 12), "live goes on");
    sleep(Duration::from_secs(30)).await;
    assert_eq!(hub.save_problem(), None);
    assert_eq!(memory.total_of("a"), 12);
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_nobody_heard_of_is_not_applied_twice() {
    let memory = Memory::with("a", 10);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::CommitsUnheard];
    let _one = join(&hub, "a", view(1)).await;
    sleep(Duration::from_secs(30)).await;
    assert_eq!(memory.total_of("a"), 11);
    assert_eq!(counts(&hub, "a").await, (1, 11));
}

#[tokio::test(start_paused = true)]
async fn frames_are_still_sent_after_the_hub_stopped_saving() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    let mut one = join(&hub, "a", view(1)).await;
    let two = join(&hub, "a", view(2)).await;
    hub.save_and_stop(Duration::from_secs(2)).await.unwrap();
    assert_eq!(next_frame(&mut one).await, Some(frame(2, 2)));
    sleep(Duration::from_secs(1)).await;
    let three = join(&hub, "a", view(1_000)).await;
    assert_eq!(next_frame(&mut one).await, Some(frame(3, 3)));
    drop((two, three));
    assert_eq!(next_frame(&mut one).await, Some(frame(1, 3)));
    hub.save_and_stop(Duration::from_secs(2)).await.unwrap();
    assert_eq!(memory.total_of("a"), 3);
}

#[tokio::test(start_paused = true)]
async fn before_shown_a_view_is_in_the_total_once_it_is_committed() {
    let memory = Memory::that_saves(SavePolicy::BeforeShown, "a", 41);
    let hub = hub(&memory);
    let mut one = join(&hub, "a", view(1)).await;
    assert_eq!(one.current(), frame(1, 41));
    assert_eq!(memory.total_of("a"), 41);
    let begun = tokio::time::Instant::now();
    assert_eq!(next_frame(&mut one).await, Some(frame(1, 42)));
    assert!(begun.elapsed() <= Duration::from_millis(60), "soon");
    assert_eq!(memory.total_of("a"), 42);
    assert_eq!(counts(&hub, "a").await, (1, 42));
}

#[tokio::test(start_paused = true)]
async fn before_shown_a_rush_shares_its_commits() {
    let memory = Memory::that_saves(SavePolicy::BeforeShown, "a", 0);
    let hub = hub(&memory);
    for n in 0..500 {
        let text = if n % 2 == 0 { "a" } else { "b" };
        drop(join(&hub, text, view(n)).await);
        sleep(Duration::from_millis(2)).await;
    }
    sleep(Duration::from_millis(100)).await;
    assert_eq!((memory.total_of("a"), memory.total_of("b")), (250, 250));
    let saves = memory.saves();
    assert!((10..=22).contains(&saves), "{saves} commits in a second");
}

#[tokio::test(start_paused = true)]
async fn before_shown_live_goes_on_and_the_total_stays_while_commits_fail() {
    let memory = Memory::that_saves(SavePolicy::BeforeShown, "a", 10);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::Fails; 4];
    let mut one = join(&hub, "a", view(1)).await;
    let _two = join(&hub, "a", view(2)).await;
    assert_eq!(next_frame(&mut one).await, Some(frame(2, 10)));
    assert!(hub.save_problem().is_some());
    assert_eq!(next_frame(&mut one).await, Some(frame(2, 12)));
    assert_eq!(hub.save_problem(), None);
    assert_eq!(memory.total_of("a"), 12);
}
