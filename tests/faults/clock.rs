//! The wall clock is set back and forward under a running server. All it is
//! asked for is the day of a view; everything else goes by monotonic time.

use crate::support::{Folder, Page, Server, Stored, counts, eventually, view_id};
use jiff::{SignedDuration, Timestamp};
use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    path::PathBuf,
};
use tokio::{
    process::Command,
    time::{Duration, Instant},
};
use view_counter::counter::protocol::close_code;

/// Totals are saved when no view was counted for this long.
const QUIET: Duration = Duration::from_secs(5);

const MONDAY_NOON: &str = "2031-05-05T12:00:00Z";

/// The wall clock of the servers of one test, and of nobody else.
struct Clock {
    offset: File,
    file: PathBuf,
    library: PathBuf,
}

impl Clock {
    /// A clock that is set to this time, and goes on from there.
    async fn at(folder: &Folder, time: &str) -> Self {
        let library = folder.path("clock.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/clock.c");
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O1", "-o"]);
        let compiled = cc.arg(&library).arg(source).output().await;
        let compiled = compiled.expect("building this project takes a C compiler, `cc`");
        let said = String::from_utf8_lossy(&compiled.stderr);
        assert!(compiled.status.success(), "cc: {said}");
        let file = folder.path("clock-offset");
        let clock = Self {
            offset: File::create(&file).unwrap(),
            file,
            library,
        };
        clock.set(time);
        clock
    }

    /// Sets it to this time.
    fn set(&self, time: &str) {
        let time: Timestamp = time.parse().unwrap();
        let offset = time.duration_since(Timestamp::now());
        self.offset
            .write_all_at(&offset.as_secs().to_ne_bytes(), 0)
            .unwrap();
    }

    /// Sets it so much ahead of what it shows, or back.
    fn jump(&self, by: SignedDuration) {
        let bytes = fs::read(&self.file).unwrap();
        let offset = i64::from_ne_bytes(bytes.try_into().unwrap()) + by.as_secs();
        self.offset.write_all_at(&offset.to_ne_bytes(), 0).unwrap();
    }

    /// A server that goes by this clock.
    async fn server(&self, folder: &Folder) -> Server {
        let environment = [
            ("LD_PRELOAD", self.library.to_str().unwrap()),
            ("CLOCK_OFFSET_FILE", self.file.to_str().unwrap()),
        ];
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--database", "views.db"];
        Server::start_in(folder, &environment, &arguments).await
    }
}

async fn stored(folder: &Folder) -> Stored {
    Stored::read(&folder.database()).await
}

#[tokio::test]
async fn a_view_is_entered_under_the_day_that_the_clock_had_at_its_handshake() {
    let folder = Folder::new();
    let clock = Clock::at(&folder, MONDAY_NOON).await;
    let server = clock.server(&folder).await;
    let mut page = Page::open(&server, "one", 1).await;
    // Set back and forward, both before any of these views is saved.
    clock.set("2031-03-01T12:00:00Z");
    let second = Page::open(&server, "one", 2).await;
    page.sees(counts(2, 2)).await;
    clock.set("2032-02-29T12:00:00Z");
    let _third = Page::open(&server, "one", 3).await;
    page.sees(counts(3, 3)).await;
    second.leave().await;
    page.sees(counts(2, 3)).await;
    clock.set("2031-05-06T00:00:01Z");
    let _fourth = Page::open(&server, "one", 4).await;
    page.sees(counts(3, 4)).await;
    // When they are saved, it is yet another day.
    clock.set("2031-06-01T12:00:00Z");
    eventually("saved", async || stored(&folder).await.total("one") == 4).await;
    assert_eq!(
        stored(&folder).await.days_of("one"),
        [
            ("2031-03-01", 1),
            ("2031-05-05", 1),
            ("2031-05-06", 1),
            ("2032-02-29", 1)
        ]
    );
    assert_eq!(server.views("one").await, counts(3, 4));
    server.stop().await;
}

#[tokio::test]
async fn saves_are_on_time_whichever_way_the_clock_is_set() {
    let folder = Folder::new();
    let clock = Clock::at(&folder, MONDAY_NOON).await;
    let server = clock.server(&folder).await;
    let mut first = Page::open(&server, "one", 1).await;
    eventually("saved", async || stored(&folder).await.total("one") == 1).await;
    // Each between a view and its save.
    for (n, time) in [(2, "2032-05-05T12:00:00Z"), (3, "2030-05-05T12:00:00Z")] {
        let came = Instant::now();
        let page = Page::open(&server, "one", n).await;
        clock.set(time);
        let total = u64::from(n);
        eventually("saved", async || {
            stored(&folder).await.total("one") == total
        })
        .await;
        // Not too late is what `eventually` says. And however slow this machine
        // is, it cannot be seen too early.
        assert!(came.elapsed() >= QUIET, "{:?}", came.elapsed());
        first.sees(counts(2, total)).await;
        page.leave().await;
        first.sees(counts(1, total)).await;
        assert_eq!(server.json("/healthz").await["status"], "ok");
    }
    // The premise: these clocks were the server's.
    let days = stored(&folder).await;
    let days: Vec<_> = days.days_of("one").iter().map(|(day, _)| *day).collect();
    assert!(days.contains(&"2031-05-05") && days.contains(&"2032-05-05"));
    server.stop().await;
}

#[tokio::test]
async fn a_reader_who_returns_within_a_minute_is_the_same_whichever_way_the_clock_is_set() {
    let folder = Folder::new();
    let clock = Clock::at(&folder, MONDAY_NOON).await;
    let server = clock.server(&folder).await;
    let mut first = Page::open(&server, "one", 1).await;
    let mut returning = Page::open(&server, "one", 2).await;
    first.sees(counts(2, 2)).await;
    for hours in [5, -48, 24 * 365] {
        returning.leave().await;
        first.sees(counts(1, 2)).await;
        clock.jump(SignedDuration::from_hours(hours));
        returning = Page::open(&server, "one", 2).await;
        first.sees(counts(2, 2)).await;
    }
    returning.leave().await;
    // Here the older socket is still connected when the newer one comes.
    let mut older = server.reader("one", &view_id(2)).await;
    first.sees(counts(2, 2)).await;
    clock.jump(SignedDuration::from_hours(-5));
    let _newer = Page::open(&server, "one", 2).await;
    assert_eq!(older.close_code().await, Some(close_code::REPLACED));
    // The premise, and that this one is new and the others were not.
    let _third = Page::open(&server, "two", 3).await;
    first.sees(counts(2, 2)).await;
    server.stop().await;
    let stored = stored(&folder).await;
    assert_eq!(stored.days_of("one"), [("2031-05-05", 2)]);
    // 5, -48, 365 days and -5 hours after Monday noon.
    assert_eq!(stored.days_of("two"), [("2032-05-02", 1)]);
}

#[tokio::test]
async fn a_restart_with_a_clock_a_month_behind_keeps_everything() {
    let folder = Folder::new();
    let clock = Clock::at(&folder, MONDAY_NOON).await;
    let server = clock.server(&folder).await;
    let mut page = Page::open(&server, "one", 1).await;
    let _other = Page::open(&server, "one", 2).await;
    page.sees(counts(2, 2)).await;
    server.stop().await;

    clock.set("2031-04-05T12:00:00Z");
    let server = clock.server(&folder).await;
    assert_eq!(server.views("one").await, counts(0, 2));
    let mut page = Page::open(&server, "one", 3).await;
    page.sees(counts(1, 3)).await;
    server.stop().await;
    let behind = stored(&folder).await;
    assert_eq!(
        behind.days_of("one"),
        [("2031-04-05", 1), ("2031-05-05", 2)]
    );

    clock.set(MONDAY_NOON);
    let server = clock.server(&folder).await;
    assert_eq!(server.views("one").await, counts(0, 3));
    server.stop().await;
    assert_eq!(stored(&folder).await, behind);
}
