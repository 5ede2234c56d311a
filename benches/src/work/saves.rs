//! As many views as a server takes, and how many transactions they become.

use super::{Figure, figure, micros};
use crate::{
    server::{Contestant, Site},
    socket::Socket,
};
use anyhow::{Context, Result};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const SLUGS: usize = 200;
/// With before-shown, each of them waits for a commit.
const AT_ONCE: usize = 256;

pub(super) async fn run(contestant: Contestant, duration: Duration) -> Result<Vec<Figure>> {
    let server = contestant.start(Site::Slugs(SLUGS)).await?;
    let port = server.port();
    let before = server.usage()?.cpu;
    let begin = Instant::now();
    let mut visitors = JoinSet::new();
    for visitor in 0..AT_ONCE {
        visitors.spawn(async move {
            let mut visits: u32 = 0;
            while begin.elapsed() < duration {
                let slug = format!("s{}", (visitor + 7 * visits as usize) % SLUGS);
                let mut socket = Socket::join(port, &slug).await?;
                socket.counts().await?;
                socket.leave().await?;
                visits += 1;
            }
            anyhow::Ok(visits)
        });
    }
    let mut views = 0;
    while let Some(visits) = visitors.join_next().await {
        views += visits??;
    }
    let took = begin.elapsed().as_secs_f64();
    let cpu = server.usage()?.cpu - before;
    // The last of a debounced save's five seconds.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let saves = server
        .metric("viewcounter_save_duration_seconds_count")
        .await?;
    let saves = saves.context("it has metrics")?;
    server.stop().await?;
    Ok(vec![
        figure("views", "/s", f64::from(views) / took),
        figure("transactions", "/s", saves / took),
        figure("CPU of a view", "µs", micros(cpu) / f64::from(views)),
    ])
}
