//! Another process holds the database's lock for half a minute: a backup tool,
//! or somebody's forgotten transaction.

use crate::support::{Folder, Lock, Page, Server, Stored, counts, eventually, eventually_within};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const LOCKED_FOR: Duration = Duration::from_secs(30);
/// A save that fails is tried again within 10 s; three times that is patience.
const A_RETRY: Duration = Duration::from_secs(30);
/// The views of the test are numbered from here.
const NEWCOMERS: u32 = 100;

async fn start(folder: &Folder, save: &str) -> Server {
    Server::start_with(folder, &["--save", save]).await
}

async fn healthy(server: &Server) -> bool {
    server.json("/healthz").await["status"] == "ok"
}

/// Readers of `one` come, one every two seconds, until the lock was held for
/// its time and, the premise of these tests, has kept views from being saved.
/// The `first` page sees each come; `shown` says which total with so many
/// readers. Returns them.
async fn readers_come_while_locked(
    server: &Server,
    first: &mut Page,
    shown: impl Fn(u64) -> u64,
) -> Vec<Page> {
    let locked = Instant::now();
    let mut newcomers = Vec::new();
    let mut problem = None;
    while locked.elapsed() < LOCKED_FOR || problem.is_none() {
        assert!(locked.elapsed() < 4 * LOCKED_FOR, "never degraded");
        let n = u32::try_from(newcomers.len()).unwrap();
        newcomers.push(Page::open(server, "one", NEWCOMERS + n).await);
        let readers = u64::from(n) + 2;
        first.sees(counts(readers, shown(readers))).await;
        let numbers = server.views("one").await;
        assert_eq!(numbers, counts(readers, shown(readers)));
        let health = server.json("/healthz").await;
        problem = health["problem"].as_str().map(str::to_owned);
        sleep(Duration::from_secs(2)).await;
    }
    let problem = problem.unwrap();
    assert!(problem.starts_with("saving views: "), "{problem}");
    assert!(problem.contains("locked"), "{problem}");
    newcomers
}

#[tokio::test]
async fn a_locked_database_loses_no_view_and_health_says_so() {
    let folder = Folder::new();
    let server = start(&folder, "debounced").await;
    let mut first = Page::open(&server, "one", 1).await;
    eventually("saved", async || {
        Stored::read(&folder.database()).await.total("one") == 1
    })
    .await;

    let lock = Lock::take(&folder).await;
    let newcomers = readers_come_while_locked(&server, &mut first, |readers| readers).await;
    let all = newcomers.len() as u64 + 1;
    assert_eq!(Stored::read(&folder.database()).await.total("one"), 1);
    // Posts that are not loaded yet can be read too.
    let mut other = Page::open(&server, "two", 2).await;
    other.sees(counts(1, 1)).await;

    lock.release().await;
    eventually_within(A_RETRY, "saved", async || {
        let stored = Stored::read(&folder.database()).await;
        stored.total("one") == all && stored.total("two") == 1
    })
    .await;
    eventually("well again", async || healthy(&server).await).await;
    assert_eq!(first.shows(), counts(all, all));
    server.stop().await;
    let stored = Stored::read(&folder.database()).await;
    assert_eq!((stored.total("one"), stored.total("two")), (all, 1));
}

#[tokio::test]
async fn while_locked_a_total_that_is_saved_before_it_is_shown_stays_and_live_goes_on() {
    let folder = Folder::new();
    let server = start(&folder, "before-shown").await;
    let mut first = Page::open(&server, "one", 1).await;
    first.sees(counts(1, 1)).await;

    let lock = Lock::take(&folder).await;
    let mut newcomers = readers_come_while_locked(&server, &mut first, |_| 1).await;
    let all = newcomers.len() as u64 + 1;

    lock.release().await;
    eventually_within(A_RETRY, "well again", async || healthy(&server).await).await;
    first.sees(counts(all, all)).await;
    assert_eq!(
        Stored::read(&folder.database()).await.total("one"),
        all,
        "before it was shown"
    );
    for page in &mut newcomers {
        page.sees(counts(all, all)).await;
    }
    server.stop().await;
    assert_eq!(Stored::read(&folder.database()).await.total("one"), all);
}

#[tokio::test]
async fn a_start_on_a_locked_database_says_so() {
    let folder = Folder::new();
    Server::start(&folder).await.stop().await;
    let lock = Lock::take(&folder).await;
    let serve = ["serve", "--listen", "127.0.0.1:0", "--database", "views.db"];
    let (status, out, error) = folder.run(&serve).await;
    assert!(!status.success());
    assert_eq!(out, "", "it does not say that it listens");
    assert!(
        error.contains("views.db is locked by another process"),
        "{error}"
    );
    lock.release().await;
    Server::start(&folder).await.stop().await;
}
