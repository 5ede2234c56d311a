//! The site's visitors: the readers of all posts, and pages without one.

use super::*;

fn visitors(visitors: u64) -> Frame {
    Frame::of_visitors(visitors)
}

/// A page without a post is there.
async fn visit(hub: &Hub, arrival: Arrival) -> Subscription {
    hub.open(&Slug::site()).await.unwrap().join(arrival)
}

#[tokio::test(start_paused = true)]
async fn readers_of_all_posts_are_visitors_and_so_are_pages_without_one() {
    let hub = hub(&Memory::with("a", 7));
    assert_eq!(hub.visitors(), 0);
    let one = join(&hub, "a", view(1)).await;
    let two = join(&hub, "b", view(2)).await;
    let nowhere = visit(&hub, view(3)).await;
    let _watcher = hub.open(&slug("a")).await.unwrap().watch();
    assert_eq!(hub.visitors(), 3);
    assert_eq!(counts(&hub, "a").await, (1, 8));
    drop((one, nowhere));
    assert_eq!(hub.visitors(), 1);
    drop(two);
    assert_eq!(hub.visitors(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_page_without_a_post_sees_visitors_come_and_go() {
    let hub = hub(&Memory::with("a", 0));
    let mut nowhere = visit(&hub, view(1)).await;
    assert_eq!(nowhere.current(), visitors(1));
    sleep(Duration::from_secs(1)).await;
    let reader = join(&hub, "a", view(2)).await;
    assert_eq!(next_frame(&mut nowhere).await, Some(visitors(2)));
    sleep(Duration::from_secs(1)).await;
    drop(reader);
    assert_eq!(next_frame(&mut nowhere).await, Some(visitors(1)));
    assert_eq!(next_frame(&mut nowhere).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_asks_sees_visitors_beside_its_numbers_and_is_one() {
    let hub = hub(&Memory::with("a", 0));
    let mut reader = join(&hub, "a", view(1)).await;
    let mut site = reader.visitors().unwrap();
    assert_eq!(site.current(), visitors(1));
    sleep(Duration::from_secs(1)).await;
    let other = join(&hub, "b", view(1)).await;
    assert_eq!(next_frame(&mut site).await, Some(visitors(2)));
    assert_eq!(next_frame(&mut reader).await, None, "its own are the same");
    drop((site, other));
    assert_eq!(hub.visitors(), 1);

    let nowhere = visit(&hub, view(2)).await;
    assert!(nowhere.visitors().is_none(), "it sees them already");
}

#[tokio::test(start_paused = true)]
async fn a_crowd_on_many_posts_is_one_frame_and_then_the_truth() {
    let hub = hub(&Memory::with("a", 0));
    let mut nowhere = visit(&hub, view(0)).await;
    let mut crowd = Vec::new();
    for n in 1..=300 {
        crowd.push(join(&hub, &format!("post-{}", n % 7), view(n)).await);
    }
    assert_eq!(next_frame(&mut nowhere).await, Some(visitors(301)));
    assert_eq!(next_frame(&mut nowhere).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_page_without_a_post_that_connects_again_is_the_same_visitor() {
    let hub = hub(&Memory::with("a", 0));
    let mut older = visit(&hub, view(1)).await;
    let mut newer = visit(&hub, view(1)).await;
    assert!(matches!(older.news(None).await, News::Replaced));
    drop(older);
    assert_eq!(newer.current(), visitors(1));
}

#[tokio::test(start_paused = true)]
async fn a_page_without_a_post_is_no_view_and_nothing_is_saved_or_held_for_it() {
    let memory = Memory::with("a", 7);
    let hub = hub(&memory);
    let nowhere = visit(&hub, Arrival::default()).await;
    sleep(Duration::from_secs(30)).await;
    drop(nowhere);
    hub.save_and_stop(Duration::from_secs(1)).await.unwrap();
    assert_eq!(memory.saves(), 0);
    assert_eq!(hub.metrics().views.get(), 0);
    assert_eq!(hub.slugs_held(), 0);
}
