//! What the owner corrects while it is being read.

use super::*;

/// Within this time it is seen.
const SOON: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn readers_see_a_correction_within_a_second() {
    let memory = Memory::with("a", 951_623);
    let hub = hub(&memory);
    let mut reader = join(&hub, "a", view(1)).await;
    sleep(Duration::from_secs(30)).await;
    memory.correct("a", 1_204);
    let seen = timeout(SOON, next_frame(&mut reader)).await;
    assert_eq!(seen, Ok(Some(frame(1, 1_204))), "it may be a smaller one");
    assert_eq!(counts(&hub, "a").await, (1, 1_204));
    // What is counted from now on is on top of it.
    drop(join(&hub, "a", view(2)).await);
    sleep(Duration::from_secs(30)).await;
    assert_eq!(memory.total_of("a"), 1_205);
    assert_eq!(counts(&hub, "a").await, (1, 1_205));
}

#[tokio::test(start_paused = true)]
async fn views_that_are_not_saved_yet_are_on_top_of_a_correction() {
    let memory = Memory::with("a", 10);
    let hub = hub(&memory);
    let _reader = join(&hub, "a", view(1)).await;
    memory.correct("a", 100);
    sleep(SOON).await;
    assert_eq!(counts(&hub, "a").await, (1, 101));
    sleep(Duration::from_secs(30)).await;
    assert_eq!(memory.total_of("a"), 101);
    assert_eq!(counts(&hub, "a").await, (1, 101), "and not twice");
}

#[tokio::test(start_paused = true)]
async fn a_correction_of_what_nobody_reads_is_told_within_a_second() {
    let memory = Memory::with("a", 10);
    let hub = hub(&memory);
    assert_eq!(counts(&hub, "a").await, (0, 10));
    memory.correct("a", 3);
    sleep(Duration::from_millis(500)).await;
    assert_eq!(counts(&hub, "a").await, (0, 3));
}

#[tokio::test(start_paused = true)]
async fn a_correction_waits_for_a_save_whose_outcome_is_unknown() {
    let memory = Memory::with("a", 10);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::CommitsUnheard; 8];
    let _reader = join(&hub, "a", view(1)).await;
    sleep(Duration::from_secs(6)).await;
    assert_eq!(memory.total_of("a"), 11, "it is in it");
    memory.correct("a", 100);
    sleep(Duration::from_secs(60)).await;
    assert_eq!(hub.save_problem(), None);
    assert_eq!(counts(&hub, "a").await, (1, 100), "it is not added again");
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_comes_with_a_total_from_before_sees_the_correction() {
    let memory = Memory::with("a", 10);
    let hub = hub(&memory);
    *lock(&memory.slow_read) = Some(Duration::from_secs(3));
    let comes = join(&hub, "a", view(1));
    let corrects = async {
        sleep(Duration::from_millis(100)).await;
        memory.correct("a", 3);
    };
    let (_reader, ()) = tokio::join!(comes, corrects);
    sleep(SOON).await;
    assert_eq!(counts(&hub, "a").await, (1, 4));
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_could_not_save_leaves_corrections_to_its_last_attempt() {
    let memory = Memory::with("a", 10);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::CommitsUnheard; 8];
    let _reader = join(&hub, "a", view(1)).await;
    hub.save_and_stop(Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(memory.total_of("a"), 11, "it is in it, and nobody knows");
    memory.correct("a", 100);
    sleep(SOON).await;
    assert_eq!(counts(&hub, "a").await, (1, 11), "not 101");
    lock(&memory.faults).clear();
    hub.save_and_stop(Duration::from_secs(1)).await.unwrap();
    sleep(SOON).await;
    assert_eq!(counts(&hub, "a").await, (1, 100));
}
