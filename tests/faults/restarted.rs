//! A server that is stopped and started again, and the pages that were open all
//! the while: each is the page's own state machine.

use crate::{
    dice::Dice,
    support::{Folder, PATIENCE, Server, counts, eventually, eventually_within},
    tab::{Opened, Site, Tab},
    turn::{many_sockets, turn},
};
use std::{collections::HashMap, time::Duration};
use tokio::time::{Instant, sleep};
use view_counter::counter::{
    lifecycle::{Event, Refusal},
    protocol::{Handshake, ViewId},
};

const PAGES: u64 = 2_000;
/// How long the server is down.
const DOWN: Duration = Duration::from_secs(1);
const BACK_WITHIN: Duration = Duration::from_secs(10);
/// What an even return over 5 s brings each half second…
const EVEN: u64 = PAGES / 10;
/// …what chance may make of it…
const FIRST_MOST: u64 = EVEN * 4 / 3;
/// …and with those who try again because the server is not up yet.
const MOST: u64 = EVEN * 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_all_pages_are_back_within_10_s_evenly_and_without_a_new_view() {
    let _turn = turn().await;
    many_sockets();
    let mut dice = Dice::new();
    let seed = dice.seed();
    let folder = Folder::new();
    let address = quiet_address(&mut dice);
    let server = start(&folder, &address).await;
    let site = Site::at(&server.address);
    let mut tabs = Vec::new();
    // They come as fast as the server takes them, and no faster.
    for _ in 0..PAGES / 100 {
        tabs.extend((0..100).map(|_| Tab::open(&site, "one", dice.fork())));
        eventually("live", async || are_live(&tabs)).await;
    }
    let all = counts(PAGES, PAGES);
    assert_eq!(server.views("one").await, all, "FAULTS_SEED={seed}");
    let views: Vec<ViewId> = tabs
        .iter()
        .map(|tab| view(&tab.story().sockets[0]))
        .collect();

    let asked = Instant::now();
    server.stop().await;
    sleep(DOWN).await;
    let server = start(&folder, &address).await;
    let ready = Instant::now();
    eventually_within(2 * PATIENCE, "all back", async || {
        are_live(&tabs) && server.views("one").await.live == PAGES
    })
    .await;

    assert_eq!(server.views("one").await, all, "FAULTS_SEED={seed}");
    let stories: Vec<_> = tabs.iter().map(Tab::story).collect();
    for (story, view) in stories.iter().zip(views) {
        let again = Handshake::Reader { view, again: true };
        assert!(
            story.sockets[1..]
                .iter()
                .all(|socket| socket.handshake == again),
            "FAULTS_SEED={seed}: {story:?}"
        );
        let back = story.sockets.last().unwrap();
        assert!(
            back.planned < ready + BACK_WITHIN,
            "FAULTS_SEED={seed}: back {:?} after ready: {story:?}",
            back.planned - ready
        );
    }

    // No half second brings a storm; nor did one hit the server as it stopped.
    // How often a page fails depends on the machine, and when it first tries
    // does not: that is told apart, and more strictly.
    let tries = stories.iter().map(|story| &story.sockets[1..]);
    let first = busiest(asked, tries.clone().map(|sockets| &sockets[0]));
    assert!(
        first <= FIRST_MOST,
        "FAULTS_SEED={seed}: {first} first tries"
    );
    let any = busiest(asked, tries.flatten());
    assert!(any <= MOST, "FAULTS_SEED={seed}: {any} handshakes");
    drop(tabs);
    server.stop().await;
}

#[tokio::test]
async fn a_page_of_an_unknown_post_asks_again_after_an_hour_or_when_somebody_looks() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let tab = Tab::open(&Site::at(&server.address), "three", Dice::new());
    for asked in 1..=3 {
        let told = async || tab.story().refusals.len() == asked;
        eventually("an answer", told).await;
        let is_patient = async || {
            let wakes_at = tab.story().wakes_at;
            wakes_at.is_some_and(|at| at > Instant::now() + Duration::from_secs(3_590))
        };
        eventually("it waits for an hour", is_patient).await;
        let story = tab.story();
        assert_eq!(story.refusals, vec![Refusal::Unknown; asked]);
        assert_eq!(story.sockets.len(), asked, "{story:?}");
        assert_eq!(story.counts, None);
        tab.tell(Event::Hidden);
        tab.tell(Event::Visible);
    }
}

fn are_live(tabs: &[Tab]) -> bool {
    tabs.iter().all(|tab| tab.story().live)
}

/// How many of these were planned for the same half second.
fn busiest<'a>(since: Instant, sockets: impl Iterator<Item = &'a Opened>) -> u64 {
    let mut half_seconds = HashMap::<u128, u64>::new();
    for socket in sockets {
        let half_second = (socket.planned - since).as_millis() / 500;
        *half_seconds.entry(half_second).or_default() += 1;
    }
    half_seconds.into_values().max().unwrap_or(0)
}

fn view(socket: &Opened) -> ViewId {
    match socket.handshake {
        Handshake::Reader { view, again: false } => view,
        other => panic!("it begins with {other:?}"),
    }
}

/// An address that stays free while nobody listens: outside the range from
/// which the kernel takes ports for connections. From within it, a connection
/// to a port where nobody listens can even be answered by itself.
fn quiet_address(dice: &mut Dice) -> String {
    loop {
        let port = 10_000 + dice.bits() % 20_000;
        let address = format!("127.0.0.1:{port}");
        if std::net::TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

async fn start(folder: &Folder, address: &str) -> Server {
    let arguments = ["serve", "--listen", address, "--database", "views.db"];
    Server::start_in(folder, &[], &arguments).await
}
