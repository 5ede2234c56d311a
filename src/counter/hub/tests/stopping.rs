//! The last save: how long it tries, what it leaves alone, and what it says.

use super::*;
use crate::counter::{admission::Admission, route::Counter};

const SECOND: Duration = Duration::from_secs(1);

fn tries(memory: &Memory) -> u32 {
    *lock(&memory.tries)
}

/// As many slugs, each with a view.
async fn views_of(hub: &Hub, slugs: usize) {
    for n in 0..slugs {
        drop(join(hub, &format!("post-{n}"), Arrival::default()).await);
    }
}

#[tokio::test(start_paused = true)]
async fn stopping_waits_for_a_save_that_is_slow() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    let _one = join(&hub, "a", view(1)).await;
    *lock(&memory.faults) = vec![Fault::IsSlow(3 * SECOND)];
    hub.save_and_stop(2 * SECOND).await.unwrap();
    assert_eq!((memory.total_of("a"), tries(&memory)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_save_that_is_slow_is_not_begun_again_when_sockets_are_closed() {
    let memory = Memory::with("a", 0);
    let counter = Counter::new(hub(&memory), Admission::default());
    drop(join(counter.hub(), "a", view(1)).await);
    *lock(&memory.faults) = vec![Fault::IsSlow(9 * SECOND)];
    let began = tokio::time::Instant::now();
    counter.stop().await.unwrap();
    assert_eq!((memory.total_of("a"), tries(&memory)), (1, 1));
    assert!(began.elapsed() < 10 * SECOND, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_last_save_has_all_the_time_that_is_left() {
    let memory = Memory::with("a", 0);
    let counter = Counter::new(hub(&memory), Admission::default());
    drop(join(counter.hub(), "a", view(1)).await);
    // As SQLite does while another process has the lock.
    *lock(&memory.faults) = [vec![Fault::IsSlow(SECOND)], vec![Fault::Fails; 18]].concat();
    counter.stop().await.unwrap();
    assert_eq!(memory.total_of("a"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stop_takes_up_the_try_that_the_saver_had_begun() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::IsSlow(4 * SECOND)];
    let _one = join(&hub, "a", view(1)).await;
    sleep(6 * SECOND).await;
    let _two = join(&hub, "a", view(2)).await;
    hub.save_and_stop(10 * SECOND).await.unwrap();
    assert_eq!((memory.total_of("a"), tries(&memory)), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn many_slugs_are_saved_in_transactions_of_a_thousand() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    views_of(&hub, 10_500).await;
    *lock(&memory.faults) = vec![Fault::IsSlow(SECOND); 11];
    hub.save_and_stop(20 * SECOND).await.unwrap();
    let batches = lock(&memory.batches);
    let sizes: Vec<_> = batches.iter().map(|batch| batch.deltas.len()).collect();
    assert_eq!(sizes, [vec![1_000; 10], vec![500]].concat());
    assert!(batches.is_sorted_by(|a, b| a.number < b.number));
}

#[tokio::test(start_paused = true)]
async fn what_was_saved_before_the_time_was_over_stays_saved() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    views_of(&hub, 10_500).await;
    *lock(&memory.faults) = vec![Fault::IsSlow(SECOND); 11];
    let error = hub.save_and_stop(SECOND * 7 / 2).await.unwrap_err();
    assert_eq!(
        lock(&memory.batches).len(),
        4,
        "the one that ran at the end"
    );
    assert_eq!(
        error.to_string(),
        "6,500 views could not be saved: there was no time left"
    );
}

#[tokio::test(start_paused = true)]
async fn stopping_says_what_could_not_be_saved() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::Fails; 100];
    let _one = join(&hub, "a", view(1)).await;
    let _two = join(&hub, "b", view(2)).await;
    let error = hub.save_and_stop(2 * SECOND).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 views could not be saved: saving views: disk full (for 2 s)"
    );
}

#[tokio::test(start_paused = true)]
async fn stopping_says_so_where_the_storage_never_answers() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::Hangs];
    let _one = join(&hub, "a", view(1)).await;
    let error = hub.save_and_stop(2 * SECOND).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 view could not be saved: the database has not answered for 8 s"
    );
    assert_eq!(tries(&memory), 1, "none beside one that runs");
}

#[tokio::test(start_paused = true)]
async fn a_correction_does_not_take_the_time_of_the_last_save() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    let _one = join(&hub, "a", view(1)).await;
    // The first read says that there are any, the second is made while nobody saves.
    *lock(&memory.corrected_faults) = vec![Some(Fault::Hangs), None];
    memory.correct("a", 10);
    sleep(SECOND).await;
    assert!(lock(&memory.corrected_faults).is_empty());
    hub.save_and_stop(2 * SECOND).await.unwrap();
    assert_eq!(memory.total_of("a"), 11);
}

#[tokio::test]
async fn dropping_the_last_handle_saves_what_nobody_stopped() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    let reader = join(&hub, "a", view(1)).await;
    let other = hub.clone();
    drop(hub);
    assert_eq!(memory.total_of("a"), 0, "there is another");
    drop(other);
    assert_eq!(memory.total_of("a"), 1);
    drop(reader);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_last_handle_after_a_stop_does_not_save_again() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::Fails; 100];
    let _reader = join(&hub, "a", view(1)).await;
    hub.save_and_stop(SECOND).await.unwrap_err();
    let before = tries(&memory);
    drop(hub);
    assert_eq!(tries(&memory), before, "who stopped it knows");
}

/// As a `main` that serves with `axum::serve` and returns: the runtime ends while
/// sockets are open, and their tasks have the last handles.
#[test]
fn views_are_saved_where_the_last_handle_goes_with_the_runtime() {
    use crate::counter::store::Store;
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("views.db");
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().unwrap()
    };
    let serving = runtime();
    serving.block_on(async {
        let store = Store::open(&file, SavePolicy::Debounced).await.unwrap();
        let hub = Hub::start(Arc::new(store), HubSettings::default());
        for n in 0..6 {
            let reader = join(&hub, "a", view(n)).await;
            let hub = hub.clone();
            tokio::spawn(async move {
                std::future::pending::<()>().await;
                drop((reader, hub));
            });
        }
    });
    drop(serving);
    let total = runtime().block_on(async {
        let store = Store::open(&file, SavePolicy::Debounced).await.unwrap();
        store.total(&slug("a")).await.unwrap()
    });
    assert_eq!(total, 6);
}
