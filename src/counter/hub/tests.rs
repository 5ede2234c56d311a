//! The hub over a storage that fails on command, with tokio's clock stopped.

mod corrected;
mod days;
mod known;
mod many;
mod memory;
mod overview;
mod panics;
mod saving;
mod site;
mod stopping;

use super::*;
use crate::counter::{budget::SHORTEST_WINDOW, frame::Frame, protocol::ViewId, tally::Arrival};
use memory::{Fault, Memory};
use std::collections::HashMap;
use tokio::time::{advance, sleep, timeout};

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
        Ok(News::Replaced | News::TakenElsewhere) => panic!("replaced"),
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
async fn a_view_that_is_taken_from_another_address_is_told_so() {
    let hub = hub(&Memory::with("a", 0));
    let join_from = async |address: &str| {
        let from = address.parse::<std::net::IpAddr>().unwrap().into();
        let door = hub.open(&slug("a")).await.unwrap();
        door.join_from(Some(from), view(1), || true)
    };
    let mut page = join_from("2001:db8::1").await;
    // The same household.
    let mut again = join_from("2001:db8::2").await;
    assert!(matches!(page.news(None).await, News::Replaced));
    let mut other = join_from("203.0.113.9").await;
    assert!(matches!(again.news(None).await, News::TakenElsewhere));
    let _unknown = join(&hub, "a", view(1)).await;
    assert!(matches!(other.news(None).await, News::Replaced));
    assert_eq!(counts(&hub, "a").await, (1, 1), "it is one view all along");
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
