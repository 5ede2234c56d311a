//! Readers who only stay: what it costs to ask them every 25 seconds whether they
//! are still there.

use super::{PING, PING_EACH};
use crate::{
    crowd::Crowd,
    process::own_cpu,
    server::{Contestant, Site},
    work::{Figure, figure, micros},
};
use anyhow::Result;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const SLUGS: usize = 200;
/// After this, what the readers' coming had to save is saved.
const SAVED_WITHIN: Duration = Duration::from_secs(16);
/// Two pings for each.
const LISTENING: Duration = Duration::from_secs(50);
const PINGS: f64 = 2.0;

pub(super) async fn run(readers: usize) -> Result<Vec<Figure>> {
    let server = Contestant::OURS.start(Site::Slugs(SLUGS)).await?;
    let crowd = Crowd::gather(server.port(), readers, SLUGS).await?;
    crowd.settle().await?;
    sleep(SAVED_WITHIN).await;
    let (before, own, frames) = (server.usage()?.cpu, own_cpu()?, crowd.frames());
    let begin = Instant::now();
    sleep(LISTENING).await;
    let took = begin.elapsed();
    let cpu = server.usage()?.cpu - before;
    let own = own_cpu()? - own;
    crowd.nobody_lost()?;
    anyhow::ensure!(crowd.frames() == frames, "somebody came or went");
    drop(crowd);
    server.stop().await?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let readers = readers as f64;
    Ok(vec![
        figure(PING_EACH, "µs", micros(cpu) / readers / PINGS),
        figure(PING, "µs", micros(cpu) / readers / took.as_secs_f64()),
        figure(
            "client's CPU of a ping",
            "µs",
            micros(own) / readers / PINGS,
        ),
    ])
}
