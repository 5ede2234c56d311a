//! A thousand good readers of one post. None may be dropped, no total may fall,
//! and each sees every state that stays.

use crate::support::{Client, PATIENCE, Server, counts};
use std::time::Duration;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, timeout},
};
use view_counter::counter::protocol::Counts;

/// How many they are.
pub(crate) const READERS: u64 = 1_000;
/// What they read.
const POST: &str = "one";
/// Handshakes that are under way at once while they come.
const AT_ONCE: u64 = 50;
/// Newcomers whose arrival is timed.
const NEWCOMERS: usize = 3;

pub(crate) struct Crowd {
    shown: Vec<watch::Receiver<(Counts, Instant)>>,
    reading: JoinSet<()>,
    views: u64,
}

/// How long a crowd waited for the frame after somebody came.
#[derive(Debug)]
pub(crate) struct Latency {
    half: Duration,
    ninety_nine: Duration,
}

impl Crowd {
    pub(crate) async fn on(server: &Server) -> Self {
        let mut crowd = Self {
            shown: Vec::new(),
            reading: JoinSet::new(),
            views: 0,
        };
        while crowd.views < READERS {
            let group = AT_ONCE.min(READERS - crowd.views);
            let coming = (0..group).map(|_| server.reader(POST, ""));
            for client in futures_util::future::join_all(coming).await {
                crowd.seat(client).await;
            }
            crowd.views += group;
        }
        crowd.all_see(READERS).await;
        crowd
    }

    async fn seat(&mut self, mut client: Client) {
        let mut last = client.frame().await;
        let (show, shown) = watch::channel((last, Instant::now()));
        self.shown.push(shown);
        self.reading.spawn(async move {
            while let Some(counts) = client.frame_if_open().await {
                assert!(counts.total >= last.total, "{last:?}, then {counts:?}");
                last = counts;
                show.send_replace((counts, Instant::now()));
            }
        });
    }

    /// Waits until all of them show so many readers; returns when each did.
    async fn all_see(&mut self, live: u64) -> Vec<Instant> {
        let expected = counts(live, self.views);
        let mut when = Vec::new();
        for shown in &mut self.shown {
            let saw = shown.wait_for(|(counts, _)| *counts == expected);
            let saw = timeout(PATIENCE, saw).await.map(|saw| saw.map(|saw| *saw));
            match saw {
                Ok(Ok((_, at))) => when.push(at),
                Ok(Err(_)) => panic!("a good reader was dropped"),
                Err(_) => panic!("a reader shows {:?}, not {expected:?}", shown.borrow().0),
            }
        }
        when
    }

    /// Somebody comes and goes, a few times, and all see it each time. How long
    /// that takes is measured, and no rule.
    pub(crate) async fn sees_newcomers(&mut self, server: &Server) -> Latency {
        let mut waited = Vec::new();
        for _ in 0..NEWCOMERS {
            let comes = Instant::now();
            let newcomer = server.reader(POST, "").await;
            self.views += 1;
            let seen = self.all_see(READERS + 1).await;
            waited.extend(seen.iter().map(|seen| *seen - comes));
            newcomer.leave().await;
            self.all_see(READERS).await;
        }
        waited.sort_unstable();
        Latency {
            half: waited[waited.len() / 2],
            ninety_nine: waited[waited.len() * 99 / 100],
        }
    }

    /// The last that was is what they all show, and none was dropped.
    pub(crate) async fn noticed_nothing(mut self) {
        self.all_see(READERS).await;
        assert!(self.reading.try_join_next().is_none(), "a reader is gone");
        self.reading.abort_all();
    }
}

impl std::fmt::Display for Latency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "p50 {:?}, p99 {:?}", self.half, self.ninety_nine)
    }
}
