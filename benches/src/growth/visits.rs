//! Visits that come at a rate, whether or not the server keeps up.

use crate::{crowd::PATIENCE, socket::Socket};
use anyhow::{Context, Result};
use std::time::{Duration, Instant};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

/// Visits that are under way at once. A server that cannot keep up has no more, and
/// then the rate is not reached.
const AT_ONCE: usize = 256;

/// What came of them.
pub struct Visits {
    /// How many there were.
    pub count: u32,
    /// From when the first began until the last had begun.
    pub took: Duration,
    /// How long each waited, from before it connected until it had its first frame.
    pub waited: Vec<Duration>,
}

/// So many visits a second, in turn to each of so many slugs: a handshake, its first
/// frame, and a close.
pub async fn visit(port: u16, slugs: usize, a_second: u32, duration: Duration) -> Result<Visits> {
    let mut tick = interval(Duration::from_secs(1) / a_second);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut visits = Visits {
        count: 0,
        took: Duration::ZERO,
        waited: Vec::new(),
    };
    let mut under_way = JoinSet::new();
    let begin = Instant::now();
    for slug in (0..slugs).cycle() {
        tick.tick().await;
        if begin.elapsed() >= duration {
            break;
        }
        while let Some(visit) = under_way.try_join_next() {
            visits.waited.push(visit??);
        }
        if under_way.len() >= AT_ONCE {
            let visit = under_way.join_next().await.context("one that is there")?;
            visits.waited.push(visit??);
        }
        under_way.spawn(one(port, slug));
        visits.count += 1;
    }
    visits.took = begin.elapsed();
    while let Some(visit) = under_way.join_next().await {
        visits.waited.push(visit??);
    }
    Ok(visits)
}

async fn one(port: u16, slug: usize) -> Result<Duration> {
    let visit = async {
        let begin = Instant::now();
        let mut socket = Socket::join(port, &format!("s{slug}")).await?;
        socket.counts().await?;
        let waited = begin.elapsed();
        socket.leave().await?;
        Ok(waited)
    };
    timeout(PATIENCE, visit).await.context("a visit too long")?
}
