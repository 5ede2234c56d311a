//! The hub over a storage that fails on command, with tokio's clock stopped.

mod corrected;
mod days;
mod known;
mod site;

use super::*;
use crate::counter::{
    budget::SHORTEST_WINDOW,
    frame::Frame,
    protocol::ViewId,
    storage::{Batch, Corrected, Days, StorageFuture},
    tally::Arrival,
};
use std::collections::{BTreeMap, HashMap};
use tokio::time::{advance, sleep, timeout};

/// Keeps totals in memory, by the rules of the real store.
#[derive(Default)]
struct Memory {
    policy: SavePolicy,
    totals: Mutex<HashMap<Slug, u64>>,
    batches: Mutex<Vec<Batch>>,
    last_number: Mutex<i64>,
    corrections: Mutex<Vec<Slug>>,
    faults: Mutex<Vec<Fault>>,
    /// How long the next read of a total takes; the later ones take no time.
    slow_read: Mutex<Option<Duration>>,
}

/// What the next saves do; the last of the list first.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// Nothing is written, and it says so.
    Fails,
    /// All is written, and it says that it failed.
    CommitsUnheard,
    /// Never answers.
    Hangs,
}

impl Memory {
    fn with(slug: &str, total: u64) -> Arc<Self> {
        Self::that_saves(SavePolicy::Debounced, slug, total)
    }

    fn that_saves(policy: SavePolicy, slug: &str, total: u64) -> Arc<Self> {
        let memory = Self {
            policy,
            ..Self::default()
        };
        lock(&memory.totals).insert(slug.parse().unwrap(), total);
        Arc::new(memory)
    }

    fn total_of(&self, slug: &str) -> u64 {
        lock(&self.totals)
            .get(&slug.parse().unwrap())
            .copied()
            .unwrap_or(0)
    }

    /// The owner sets a total.
    fn correct(&self, slug: &str, total: u64) {
        let slug: Slug = slug.parse().unwrap();
        lock(&self.totals).insert(slug.clone(), total);
        lock(&self.corrections).push(slug);
    }

    fn saves(&self) -> usize {
        lock(&self.batches).len()
    }
}

impl Storage for Memory {
    fn policy(&self) -> SavePolicy {
        self.policy
    }

    fn total<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, u64> {
        Box::pin(async {
            let delay = lock(&self.slow_read).take();
            let total = self.total_of(slug.as_str());
            if let Some(delay) = delay {
                sleep(delay).await;
            }
            Ok(total)
        })
    }

    fn totals(&self) -> StorageFuture<'_, HashMap<Slug, u64>> {
        Box::pin(async { Ok(lock(&self.totals).clone()) })
    }

    fn days<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, Days> {
        Box::pin(async move {
            let delay = lock(&self.slow_read).take();
            let mut days = BTreeMap::new();
            for batch in lock(&self.batches).iter() {
                let of_slug = batch.deltas.iter().filter(|(s, _)| s == slug);
                for (day, views) in of_slug.flat_map(|(_, delta)| delta.days()) {
                    *days.entry(day).or_default() += views;
                }
            }
            let total = self.total_of(slug.as_str());
            if let Some(delay) = delay {
                sleep(delay).await;
            }
            Ok(Days { total, days })
        })
    }

    fn add<'a>(&'a self, batch: &'a Batch) -> StorageFuture<'a, HashMap<Slug, u64>> {
        Box::pin(async {
            let fault = lock(&self.faults).pop();
            if fault == Some(Fault::Hangs) {
                std::future::pending::<()>().await;
            }
            if fault == Some(Fault::Fails) {
                return Err(StorageError::new("saving views", "disk full"));
            }
            let mut totals = lock(&self.totals);
            let first_time = *lock(&self.last_number) < batch.number;
            if first_time {
                *lock(&self.last_number) = batch.number;
                lock(&self.batches).push(batch.clone());
                for (slug, delta) in &batch.deltas {
                    *totals.entry(slug.clone()).or_default() += delta.views();
                }
            }
            if fault == Some(Fault::CommitsUnheard) {
                return Err(StorageError::new("saving views", "connection lost"));
            }
            Ok(totals.clone())
        })
    }

    fn corrected(&self, after: i64) -> StorageFuture<'_, Corrected> {
        Box::pin(async move {
            let corrections = lock(&self.corrections);
            let since = corrections.iter().skip(usize::try_from(after).unwrap());
            Ok(Corrected {
                last: corrections.len() as i64,
                totals: since
                    .map(|slug| (slug.clone(), self.total_of(slug.as_str())))
                    .collect(),
            })
        })
    }
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

fn view(n: u128) -> Arrival {
    Arrival {
        view: Some(ViewId::from_bits(n)),
        again: false,
    }
}

fn hub(memory: &Arc<Memory>) -> Hub {
    Hub::start(Arc::<Memory>::clone(memory), HubSettings::default())
}

async fn join(hub: &Hub, text: &str, arrival: Arrival) -> Subscription {
    hub.open(&slug(text)).await.unwrap().join(arrival)
}

async fn counts(hub: &Hub, text: &str) -> (u64, u64) {
    let counts = hub.counts(&slug(text)).await.unwrap();
    (counts.live, counts.total)
}

fn frame(live: u64, total: u64) -> Frame {
    Frame::of(Counts { live, total })
}

/// The next frame to all; none if nothing is sent for a minute.
async fn next_frame(subscription: &mut Subscription) -> Option<Frame> {
    match timeout(Duration::from_secs(60), subscription.news(None)).await {
        Ok(News::Frame(frame)) => Some(frame),
        Ok(News::Replaced) => panic!("replaced"),
        Err(_) => None,
    }
}

#[tokio::test(start_paused = true)]
async fn the_stored_total_is_loaded_and_the_newcomer_sees_itself_in_it() {
    let hub = hub(&Memory::with("a", 41));
    assert_eq!(counts(&hub, "a").await, (0, 41));
    let mut one = join(&hub, "a", view(1)).await;
    assert_eq!(one.current(), frame(1, 42));
    assert_eq!(counts(&hub, "a").await, (1, 42));
    assert_eq!(next_frame(&mut one).await, None, "it has seen that frame");
}

#[tokio::test(start_paused = true)]
async fn readers_see_each_other_come_and_go() {
    let hub = hub(&Memory::with("a", 0));
    let mut one = join(&hub, "a", view(1)).await;
    sleep(Duration::from_secs(1)).await;
    let two = join(&hub, "a", view(2)).await;
    assert_eq!(next_frame(&mut one).await, Some(frame(2, 2)));
    sleep(Duration::from_secs(1)).await;
    drop(two);
    assert_eq!(next_frame(&mut one).await, Some(frame(1, 2)));
}

#[tokio::test(start_paused = true)]
async fn a_crowd_that_joins_at_once_is_one_frame_and_then_the_truth() {
    let hub = hub(&Memory::with("a", 0));
    let mut one = join(&hub, "a", view(0)).await;
    let mut crowd = Vec::new();
    for n in 1..=500 {
        crowd.push(join(&hub, "a", view(n)).await);
    }
    assert_eq!(next_frame(&mut one).await, Some(frame(501, 501)));
    assert_eq!(next_frame(&mut one).await, None);
    for newcomer in &mut crowd {
        assert_eq!(next_frame(newcomer).await, Some(frame(501, 501)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_socket_of_a_view_replaces_the_first() {
    let hub = hub(&Memory::with("a", 0));
    let mut older = join(&hub, "a", view(1)).await;
    let mut newer = join(&hub, "a", view(1)).await;
    assert!(matches!(older.news(None).await, News::Replaced));
    drop(older);
    assert_eq!(newer.current(), frame(1, 1));
    assert_eq!(counts(&hub, "a").await, (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_watcher_sees_frames_and_is_in_none() {
    let hub = hub(&Memory::with("a", 5));
    let mut watcher = hub.open(&slug("a")).await.unwrap().watch();
    assert_eq!(watcher.current(), frame(0, 5));
    let _one = join(&hub, "a", view(1)).await;
    assert_eq!(next_frame(&mut watcher).await, Some(frame(1, 6)));
}

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
async fn numbers_asked_for_while_the_first_reader_comes_are_that_readers() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    *lock(&memory.slow_read) = Some(Duration::from_secs(2));
    let asked = counts(&hub, "a");
    let comes = async {
        sleep(Duration::from_secs(1)).await;
        let reader = join(&hub, "a", view(1)).await;
        // The owner's correction, which the reader's total does not have yet.
        lock(&memory.totals).insert(slug("a"), 5);
        reader
    };
    let (asked, mut reader) = tokio::join!(asked, comes);
    assert_eq!(reader.current(), frame(1, 1));
    assert_eq!(asked, (1, 1), "what everyone sees");
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
async fn stopping_saves_what_a_hanging_save_had_begun() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::Hangs];
    let _one = join(&hub, "a", view(1)).await;
    sleep(Duration::from_secs(6)).await;
    let _two = join(&hub, "a", view(2)).await;
    hub.save_and_stop(Duration::from_secs(2)).await.unwrap();
    assert_eq!(memory.total_of("a"), 2);
}

#[tokio::test(start_paused = true)]
async fn stopping_says_what_could_not_be_saved() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    *lock(&memory.faults) = vec![Fault::Fails; 100];
    let _one = join(&hub, "a", view(1)).await;
    let _two = join(&hub, "b", view(2)).await;
    let error = hub.save_and_stop(Duration::from_secs(2)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 views could not be saved: saving views: disk full"
    );
}

#[tokio::test(start_paused = true)]
async fn a_slug_is_held_until_nothing_of_it_is_left() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    drop(hub.open(&slug("a")).await.unwrap());
    assert_eq!(hub.slugs_held(), 0, "nobody came in");

    let one = join(&hub, "a", view(1)).await;
    drop(one);
    sleep(Duration::from_secs(59)).await;
    assert_eq!(hub.slugs_held(), 1, "its id is remembered");
    sleep(Duration::from_secs(2)).await;
    assert_eq!(hub.slugs_held(), 0);

    let returned = Arrival {
        view: None,
        again: true,
    };
    drop(join(&hub, "a", returned).await);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(hub.slugs_held(), 0, "no id, nothing to save");

    drop(hub.open(&slug("a")).await.unwrap().watch());
    assert_eq!(hub.slugs_held(), 0, "a watcher left");
    assert_eq!(counts(&hub, "a").await, (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_return_within_a_minute_is_the_same_view_also_after_the_save() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    drop(join(&hub, "a", view(1)).await);
    advance(Duration::from_secs(50)).await;
    let _again = join(&hub, "a", view(1)).await;
    assert_eq!(counts(&hub, "a").await, (1, 1));
}

#[tokio::test(start_paused = true)]
async fn all_counts_are_asked_at_once_and_in_order() {
    let memory = Memory::with("b", 7);
    let hub = hub(&memory);
    let _reader = join(&hub, "a", view(1)).await;
    let all = hub.counts_of(["b", "a", "never"].map(slug)).await.unwrap();
    let all: Vec<_> = all
        .iter()
        .map(|s| (s.slug.as_str(), s.counts.live, s.counts.total))
        .collect();
    assert_eq!(all, [("b", 0, 7), ("a", 1, 1), ("never", 0, 0)]);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_last_handle_ends_the_tasks() {
    let memory = Memory::with("a", 0);
    let hub = hub(&memory);
    let other = hub.clone();
    drop(hub);
    drop(join(&other, "a", view(1)).await);
    sleep(Duration::from_secs(6)).await;
    assert_eq!(memory.total_of("a"), 1, "still saving");
    drop(other);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(Arc::strong_count(&memory), 1);
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
