//! The disk gets full under a running server, and has room again later.

use crate::support::{
    Folder, Page, Server, SmallDisk, counts, eventually, eventually_within, on_small_disk,
    output_of,
};
use std::time::Duration;

/// A save that fails is tried again within 10 s; three times that is patience.
const A_RETRY: Duration = Duration::from_secs(30);

async fn healthy(server: &Server) -> bool {
    server.json("/healthz").await["status"] == "ok"
}

/// The premise of these tests: a save was tried, and there was no room for it.
async fn says_that_the_disk_is_full(server: &Server) {
    eventually("degraded", async || !healthy(server).await).await;
    let health = server.json("/healthz").await;
    assert_eq!(health["status"], "degraded");
    let problem = health["problem"].as_str().unwrap();
    assert!(problem.starts_with("saving views: "), "{problem}");
    assert!(problem.contains("disk is full"), "{problem}");
}

#[tokio::test]
async fn a_full_disk_loses_no_view_and_health_says_so() {
    let folder = Folder::new();
    let (server, disk) = SmallDisk::start(&folder, "debounced").await;
    let mut first = Page::open(&server, "one", 1).await;
    first.sees(counts(1, 1)).await;
    eventually("saved while there is room", async || {
        disk.stored().await.total("one") == 1
    })
    .await;
    assert!(healthy(&server).await);

    disk.fill();
    let second = Page::open(&server, "one", 2).await;
    first.sees(counts(2, 2)).await;
    says_that_the_disk_is_full(&server).await;
    // Readers come and go all the same, to posts that are not loaded yet too.
    let mut third = Page::open(&server, "one", 3).await;
    first.sees(counts(3, 3)).await;
    second.leave().await;
    first.sees(counts(2, 3)).await;
    third.sees(counts(2, 3)).await;
    let mut other = Page::open(&server, "two", 4).await;
    other.sees(counts(1, 1)).await;
    assert_eq!(server.views("one").await, counts(2, 3));
    assert_eq!(disk.stored().await.total("one"), 1);
    assert!(!healthy(&server).await, "for as long as it is full");

    disk.make_room();
    eventually_within(A_RETRY, "saved", async || {
        let stored = disk.stored().await;
        stored.total("one") == 3 && stored.total("two") == 1
    })
    .await;
    eventually("well again", async || healthy(&server).await).await;
    // And it counts on from there.
    let _fourth = Page::open(&server, "one", 5).await;
    first.sees(counts(3, 4)).await;
    eventually("saved again", async || {
        disk.stored().await.total("one") == 4
    })
    .await;
    server.stop().await;
}

#[tokio::test]
async fn on_a_full_disk_a_total_that_is_saved_before_it_is_shown_stays_and_live_goes_on() {
    let folder = Folder::new();
    let (server, disk) = SmallDisk::start(&folder, "before-shown").await;
    let mut first = Page::open(&server, "one", 1).await;
    first.sees(counts(1, 1)).await;
    assert_eq!(disk.stored().await.total("one"), 1, "before it was shown");

    disk.fill();
    let mut second = Page::open(&server, "one", 2).await;
    first.sees(counts(2, 1)).await;
    second.sees(counts(2, 1)).await;
    says_that_the_disk_is_full(&server).await;
    let third = Page::open(&server, "one", 3).await;
    first.sees(counts(3, 1)).await;
    third.leave().await;
    first.sees(counts(2, 1)).await;
    let mut other = Page::open(&server, "two", 4).await;
    other.sees(counts(1, 0)).await;
    assert_eq!(server.views("one").await, counts(2, 1));
    assert_eq!(disk.stored().await.total("one"), 1);

    disk.make_room();
    eventually_within(A_RETRY, "well again", async || healthy(&server).await).await;
    first.sees(counts(2, 3)).await;
    second.sees(counts(2, 3)).await;
    other.sees(counts(1, 1)).await;
    let stored = disk.stored().await;
    assert_eq!((stored.total("one"), stored.total("two")), (3, 1));
    server.stop().await;
}

#[tokio::test]
async fn a_start_on_a_full_disk_says_so() {
    let folder = Folder::new();
    // `head` ends with an error: there is no room for all of it.
    let line = "! head -c 1m /dev/zero 2> head.log > disk/ballast \
        && exec \"$0\" serve --listen 127.0.0.1:0 --database disk/views.db";
    let mut command = on_small_disk(&folder, "64k", line).await;
    let (status, out, error) = output_of(&mut command).await;
    assert!(!status.success());
    assert_eq!(out, "", "it does not say that it listens");
    assert!(
        error.contains("disk/views.db cannot be written: the disk is full"),
        "{error}"
    );
}
