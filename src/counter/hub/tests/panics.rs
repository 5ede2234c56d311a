//! Nothing that panics, and no thread without a runtime, ends what the hub does.

use super::*;
use std::thread;

#[tokio::test(start_paused = true)]
async fn a_save_that_panics_is_tried_again() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::Panics; 2];
    let _one = join(&hub, "a", view(1)).await;
    sleep(Duration::from_millis(5_100)).await;
    assert_eq!(
        hub.save_problem().as_deref(),
        Some("saving views: the storage panicked")
    );
    sleep(Duration::from_secs(5)).await;
    assert_eq!((memory.total_of("a"), hub.save_problem()), (1, None));
    let _two = join(&hub, "b", view(2)).await;
    sleep(Duration::from_secs(6)).await;
    assert_eq!(memory.total_of("b"), 1, "saving goes on");
}

#[tokio::test(start_paused = true)]
async fn a_task_of_the_hub_that_panics_is_started_again() {
    let memory = Memory::with("a", 5);
    *lock(&memory.corrected_faults) = vec![Some(Fault::Panics); 3];
    let hub = hub(&memory);
    let _one = join(&hub, "a", view(1)).await;
    sleep(Duration::from_secs(2)).await;
    assert!(lock(&memory.corrected_faults).is_empty());
    memory.correct("a", 100);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(counts(&hub, "a").await, (1, 101));
    sleep(Duration::from_secs(6)).await;
    assert_eq!(memory.total_of("a"), 101);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_went_well_for_long_is_started_again_at_once() {
    let memory = Memory::with("a", 5);
    let hub = hub(&memory);
    let _one = join(&hub, "a", view(1)).await;
    // It is saved, and in no number that is corrected later.
    sleep(Duration::from_secs(120)).await;
    for nth in 1..=10 {
        *lock(&memory.corrected_faults) = vec![Some(Fault::Panics)];
        sleep(Duration::from_secs(1)).await;
        assert!(lock(&memory.corrected_faults).is_empty());
        memory.correct("a", 100 * nth);
        sleep(Duration::from_secs(1)).await;
        assert_eq!(counts(&hub, "a").await.1, 100 * nth, "panic {nth}");
        sleep(Duration::from_secs(120)).await;
    }
}

#[test]
fn readers_may_come_and_go_on_a_thread_without_a_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let (hub, mut watcher, door) = runtime.block_on(async {
        let hub = hub(&Memory::with("a", 0));
        let watcher = hub.open(&slug("a")).await.unwrap().watch();
        let door = hub.open(&slug("a")).await.unwrap();
        (hub, watcher, door)
    });
    let joined = thread::spawn(move || door.join(view(1))).join().unwrap();
    let seen = runtime.block_on(next_frame(&mut watcher));
    assert_eq!(seen, Some(frame(1, 1)));
    thread::spawn(move || drop(joined)).join().unwrap();
    let seen = runtime.block_on(next_frame(&mut watcher));
    assert_eq!(seen, Some(frame(0, 1)), "the slug is not silent since");

    // Also when there is no runtime at all any more.
    let late = runtime.block_on(join(&hub, "a", view(2)));
    drop(runtime);
    drop((late, watcher, hub));
}
