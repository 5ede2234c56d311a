//! Ever more slugs that are read, by three readers each.

use super::{SLUG, VISIT_AMONG, visits::visit, warm};
use crate::{
    server::{Contestant, Server, Site},
    work::{Figure, figure, idle, micros},
};
use anyhow::{Context, Result};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Visits a second: so few that even the fewest slugs are seldom visited within a
/// window of the visit before, and each visit is two frames to each who is there.
const A_SECOND: u32 = 200;
const VISITING: Duration = Duration::from_secs(20);
/// A visit is saved five seconds later: from then on saves come as often as visits.
const BEFORE_SAVES: Duration = Duration::from_secs(6);
/// Everybody is pinged once.
const RESTING: Duration = Duration::from_secs(25);
/// Slugs that come before those that are measured, as the first bring in what stays.
const FIRST: usize = 64;

pub(super) async fn run(slugs: usize) -> Result<Vec<Figure>> {
    let server = Contestant::OURS.start(Site::Slugs(slugs + FIRST)).await?;
    let port = server.port();
    let first = warm(&server, slugs..slugs + FIRST).await?;
    // The first reader of a slug brings in the slug too, and those who follow do not.
    let (openers, opener) = idle::gather(&server, slugs, 0..slugs).await?;
    let (followers, follower) = idle::gather(&server, 2 * slugs, 0..slugs).await?;
    let resting = resting(&server).await?;

    visit(port, slugs, A_SECOND, BEFORE_SAVES).await?;
    let (before, saves, begin) = (server.usage()?.cpu, saves(&server).await?, Instant::now());
    let visits = visit(port, slugs, A_SECOND, VISITING).await?;
    let took = begin.elapsed().as_secs_f64();
    let cpu = (server.usage()?.cpu - before).as_secs_f64() - resting * took;
    let saves = self::saves(&server).await? - saves;
    openers.nobody_lost()?;
    followers.nobody_lost()?;
    drop((openers, followers, first));
    server.stop().await?;
    Ok(vec![
        figure(SLUG, "B", opener.server - follower.server),
        figure("a reader more", "B", follower.server),
        figure(VISIT_AMONG, "µs", cpu * 1e6 / f64::from(visits.count)),
        figure("saves", "/s", saves / took),
    ])
}

/// The CPU that it takes when nobody comes or goes, in seconds a second.
async fn resting(server: &Server) -> Result<f64> {
    let (before, begin) = (server.usage()?.cpu, Instant::now());
    sleep(RESTING).await;
    let cpu = server.usage()?.cpu - before;
    Ok(micros(cpu) / micros(begin.elapsed()))
}

/// Transactions so far.
async fn saves(server: &Server) -> Result<f64> {
    let saves = server.metric("viewcounter_save_duration_seconds_count");
    saves.await?.context("it has metrics")
}
