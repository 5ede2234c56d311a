//! Views by their day, while they are being saved.

use super::*;

async fn days(hub: &Hub, text: &str) -> u64 {
    let days = hub.days(&slug(text)).await.unwrap();
    assert!(days.values().all(|views| *views > 0), "{days:?}");
    days.values().sum()
}

#[tokio::test(start_paused = true)]
async fn a_view_is_on_its_day_at_once_and_once() {
    let memory = Memory::with("a", 10);
    let hub = hub(&memory);
    assert_eq!(days(&hub, "a").await, 0, "ten are of no known day");
    let _one = join(&hub, "a", view(1)).await;
    assert_eq!(days(&hub, "a").await, 1);
    sleep(Duration::from_secs(30)).await;
    assert_eq!(memory.total_of("a"), 11);
    assert_eq!(days(&hub, "a").await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_view_that_was_saved_without_a_word_is_not_on_its_day_twice() {
    let memory = Memory::with("a", 10);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::CommitsUnheard; 4];
    let _one = join(&hub, "a", view(1)).await;
    sleep(Duration::from_secs(6)).await;
    assert!(
        hub.save_problem().is_some(),
        "it is stored, and nobody knows"
    );
    assert_eq!(memory.total_of("a"), 11);
    let _two = join(&hub, "a", view(2)).await;
    assert_eq!(days(&hub, "a").await, 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_shown_yet_is_on_no_day() {
    let memory = Memory::that_saves(SavePolicy::BeforeShown, "a", 10);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::Fails; 4];
    let _one = join(&hub, "a", view(1)).await;
    assert_eq!(counts(&hub, "a").await, (1, 10));
    assert_eq!(days(&hub, "a").await, 0);
    sleep(Duration::from_secs(30)).await;
    assert_eq!(days(&hub, "a").await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_view_that_is_saved_while_days_are_read_is_on_its_day() {
    for stays in [true, false] {
        let memory = Memory::with("a", 10);
        let hub = hub(&memory);
        // Without an id nothing is left of it once its view is saved.
        let reader = join(&hub, "a", Arrival::default()).await;
        let _reader = stays.then_some(reader);
        *lock(&memory.slow_read) = Some(Duration::from_millis(5_300));
        assert_eq!(days(&hub, "a").await, 1, "{stays}");
        assert_eq!(memory.total_of("a"), 11, "it was saved meanwhile");
    }
}
