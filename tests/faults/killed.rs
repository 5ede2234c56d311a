//! `kill -9` at random moments under load, many times in a row on one database:
//! what a crash may take, and what not.

use crate::{
    dice::Dice,
    ledger::Ledger,
    load::Load,
    support::{Folder, Server, Stored, eventually},
    turn::turn,
};
use std::{collections::HashMap, time::Duration};
use tokio::time::{Instant, sleep};
use view_counter::counter::{lifecycle::Entropy, protocol::ViewId};

const ROUNDS: u32 = 20;
/// Readers come and go on these…
const BUSY: &[&str] = &["one", "two"];
/// …and pages stay open on this one through all rounds.
const OPEN: &str = "three";
const PAGES: usize = 20;

/// What is saved at the latest 15 s after it came, with time for a slow machine
/// to do it.
const UNSAVED_WINDOW: Duration = Duration::from_secs(15 + 3);
/// A life in which something must be saved at its busiest.
const LONG: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_shown_no_total_that_a_client_saw_is_lost_by_kill_9() {
    let mut trial = Trial::new(&["--save", "before-shown"]);
    let mut server = trial.start().await;
    for round in 0..ROUNDS {
        let _turn = turn().await;
        trial.life(server, round, None).await;
        server = trial.start().await;
        for (slug, total) in trial.agreed(&server).await {
            let shown = trial.ledger.of(slug).shown;
            assert!(total >= shown, "{trial}: {slug}: {total}, shown {shown}");
        }
    }
    server.stop().await;
    let shown = trial.ledger.of("one").shown;
    assert!(shown > 0, "{trial}: nobody was shown a view");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn debounced_kill_9_loses_no_view_older_than_the_unsaved_window() {
    let mut trial = Trial::new(&[]);
    let mut server = trial.start().await;
    for round in 0..ROUNDS {
        let long = (round % 10 == 0).then_some(LONG);
        let _turn = match long {
            None => Some(turn().await),
            // It is not the load that matters then, and it takes its time.
            Some(_) => None,
        };
        let before = trial.totals.clone();
        let life = trial.life(server, round, long).await;
        server = trial.start().await;
        let until = life.killed - UNSAVED_WINDOW;
        for (slug, total) in trial.agreed(&server).await {
            let stored = life.stored.total(slug);
            assert!(total >= stored, "{trial}: {slug}: {total}, stored {stored}");

            let account = trial.ledger.of(slug);
            let old = account.acknowledged_between(life.begun, until);
            let before = before.get(slug).copied().unwrap_or(0);
            assert!(
                total >= before + old,
                "{trial}: {slug}: {total}, was {before}, {old} came long before the kill"
            );
            assert!(
                long.is_none() || slug == OPEN || old > 0,
                "{trial}: {slug}: nobody came long before the kill"
            );
        }
    }
    server.stop().await;
}

/// One database, and all that clients saw of it.
struct Trial {
    folder: Folder,
    arguments: &'static [&'static str],
    dice: Dice,
    ledger: Ledger,
    pages: Vec<ViewId>,
    round: u32,
    /// What the last server said when it had started.
    totals: HashMap<&'static str, u64>,
}

/// A server's life among readers, to its kill.
struct Life {
    begun: Instant,
    /// What the file said right before the kill.
    stored: Stored,
    killed: Instant,
}

impl std::fmt::Display for Trial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FAULTS_SEED={} round {}", self.dice.seed(), self.round)
    }
}

impl Trial {
    fn new(arguments: &'static [&'static str]) -> Self {
        let folder = Folder::new();
        folder.post(OPEN);
        let mut dice = Dice::new();
        Self {
            folder,
            arguments,
            pages: (0..PAGES).map(|_| dice.view_id()).collect(),
            dice,
            ledger: Ledger::default(),
            round: 0,
            totals: HashMap::new(),
        }
    }

    async fn start(&self) -> Server {
        Server::start_with(&self.folder, self.arguments).await
    }

    /// Loads the server with readers, and kills it in their midst: after
    /// `length`, or a random moment.
    async fn life(&mut self, server: Server, round: u32, length: Option<Duration>) -> Life {
        self.round = round;
        let begun = Instant::now();
        let mut load = Load::on(&server, &self.ledger);
        for view in &self.pages {
            load.resident(OPEN, *view, round > 0);
        }
        let acknowledged_before = self.acknowledged();
        for slug in BUSY {
            load.onlooker(slug);
        }
        for _ in 0..10 {
            load.visitor(BUSY, Duration::from_millis(50), self.dice.fork());
        }
        // A life without a view would show nothing. Every other time the pages
        // that stay are all back before it ends, and otherwise maybe not.
        eventually("a view", async || self.acknowledged() > acknowledged_before).await;
        if round.is_multiple_of(2) {
            eventually("all pages back", async || load.settled() == PAGES).await;
        }
        let random = self
            .dice
            .between(Duration::from_millis(50), Duration::from_millis(800));
        sleep(length.unwrap_or(random)).await;

        let stored = Stored::read(&self.folder.database()).await;
        let killed = Instant::now();
        server.signal("KILL");
        server.ended().await;
        load.over().await;
        Life {
            begun,
            stored,
            killed,
        }
    }

    fn acknowledged(&self) -> usize {
        let of = |slug: &&str| self.ledger.of(slug).acknowledged.len();
        BUSY.iter().map(of).sum()
    }

    /// What the restarted server says, having asked what is true in either
    /// mode: no total fell, none counts more than came, and who comes back is
    /// no new view.
    async fn agreed(&mut self, server: &Server) -> Vec<(&'static str, u64)> {
        // That asks whether the file is whole, too.
        let stored = Stored::read(&self.folder.database()).await;
        let mut totals = Vec::new();
        for slug in BUSY.iter().copied().chain([OPEN]) {
            let total = server.views(slug).await.total;
            assert_eq!(total, stored.total(slug), "{self}: {slug}: stored");
            let begun = self.ledger.of(slug).begun;
            assert!(total <= begun, "{self}: {slug}: {total}, only {begun} came");
            let before = self.totals.insert(slug, total).unwrap_or(0);
            assert!(
                total >= before,
                "{self}: {slug}: fell from {before} to {total}"
            );
            assert!(
                slug != OPEN || self.round == 0 || total == before,
                "{self}: pages that came back made {total} of {before}"
            );
            totals.push((slug, total));
        }
        totals
    }
}
