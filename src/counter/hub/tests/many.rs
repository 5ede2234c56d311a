//! The numbers of many slugs at once.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::yield_now;

fn slugs(count: usize) -> Vec<Slug> {
    (0..count).map(|n| slug(&format!("post-{n}"))).collect()
}

async fn all(hub: &Hub, slugs: &[Slug]) -> Vec<(u64, u64)> {
    let all = hub.counts_of(slugs.to_vec()).await.unwrap();
    let names = all.iter().map(|one| &one.slug);
    assert!(names.eq(slugs), "in the same order");
    all.iter()
        .map(|one| (one.counts.live, one.counts.total))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn many_slugs_have_the_numbers_that_each_has_by_itself() {
    let memory = Memory::with("post-1", 7);
    let hub = hub(&memory);
    lock(&memory.totals).insert(slug("post-700"), 9);
    let slugs = slugs(1_000);
    let reader = join(&hub, "post-2", Arrival::default()).await;
    let numbers = all(&hub, &slugs).await;
    for (n, (one, expected)) in slugs.iter().zip(&numbers).enumerate() {
        let counts = hub.counts(one).await.unwrap();
        assert_eq!((counts.live, counts.total), *expected, "{n}");
    }
    let some = [1, 2, 3, 700].map(|n| numbers[n]);
    assert_eq!(some, [(0, 7), (1, 1), (0, 0), (0, 9)]);
    // Who has left is seen at once, also where nothing is read again.
    drop(reader);
    assert_eq!(all(&hub, &slugs).await[2], (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_slug_whose_total_is_being_loaded_is_waited_for() {
    let memory = Memory::with("post-1", 7);
    let hub = hub(&memory);
    *lock(&memory.slow_read) = Some(Duration::from_secs(2));
    let comes = join(&hub, "post-1", view(1));
    let asked = async {
        sleep(Duration::from_secs(1)).await;
        all(&hub, &slugs(3)).await
    };
    let (_reader, numbers) = tokio::join!(comes, asked);
    assert_eq!(numbers[1].1, 8, "as that reader sees it");
}

#[tokio::test(start_paused = true)]
async fn all_totals_are_read_once_a_second_at_most_and_held_no_longer() {
    let memory = Memory::with("post-1", 7);
    let hub = hub(&memory);
    let slugs = slugs(1_000);
    for _ in 0..10 {
        assert_eq!(all(&hub, &slugs).await[1], (0, 7));
    }
    assert_eq!(memory.lists_read.load(Ordering::Relaxed), 1);
    let told = lock(&hub.shared.rooms).all_told(now());
    let told = Arc::downgrade(&told.expect("they still hold"));
    sleep(Duration::from_secs(2)).await;
    assert!(told.upgrade().is_none(), "they are held in memory");
    // Another process.
    lock(&memory.totals).insert(slug("post-1"), 9);
    assert_eq!(all(&hub, &slugs).await[1], (0, 9));
    assert_eq!(memory.lists_read.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn other_tasks_have_their_turn_while_many_numbers_are_looked_up() {
    let hub = hub(&Memory::with("post-1", 7));
    let turns = Arc::new(AtomicUsize::new(0));
    let counting = {
        let turns = Arc::clone(&turns);
        tokio::spawn(async move {
            loop {
                turns.fetch_add(1, Ordering::Relaxed);
                yield_now().await;
            }
        })
    };
    let slugs = slugs(20_000);
    // The first time they are read, and the second time they are known.
    for _ in 0..2 {
        let before = turns.load(Ordering::Relaxed);
        hub.counts_in_order(slugs.iter()).await.unwrap();
        let turns = turns.load(Ordering::Relaxed) - before;
        assert!(turns >= 20_000 / 256, "{turns}");
    }
    counting.abort();
}
