//! What it costs to tell a crowd, and how soon it knows. Somebody comes and goes;
//! each waits until all have heard of the other.

use super::{Figure, figure, micros, millis, quantile};
use crate::{
    crowd::Crowd,
    process::own_cpu,
    server::{Contestant, Server, Site},
    socket::{Counts, Socket},
};
use anyhow::Result;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// CPU of one frame.
pub(super) async fn cpu(
    contestant: Contestant,
    readers: usize,
    rounds: usize,
) -> Result<Vec<Figure>> {
    let server = contestant.start(Site::Slugs(1)).await?;
    let crowd = Crowd::gather(server.port(), readers, 1).await?;
    crowd.settle().await?;
    rounds_of(&server, &crowd, rounds / 10, Duration::ZERO).await?;
    let (before, own, frames) = (server.usage()?.cpu, own_cpu()?, crowd.frames());
    rounds_of(&server, &crowd, rounds, Duration::ZERO).await?;
    let cpu = server.usage()?.cpu - before;
    let own = own_cpu()? - own;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let frames = (crowd.frames() - frames) as f64;
    drop(crowd);
    server.stop().await?;
    Ok(vec![
        figure("CPU", "µs", micros(cpu) / frames),
        figure("client's CPU", "µs", micros(own) / frames),
    ])
}

/// From when somebody asks to come in until each of the others sees it.
pub(super) async fn latency(
    contestant: Contestant,
    readers: usize,
    rounds: usize,
    pause: Duration,
) -> Result<Vec<Figure>> {
    let server = contestant.start(Site::Slugs(1)).await?;
    let crowd = Crowd::gather(server.port(), readers, 1).await?;
    crowd.settle().await?;
    rounds_of(&server, &crowd, 1, pause).await?;
    let mut times = rounds_of(&server, &crowd, rounds, pause).await?;
    drop(crowd);
    server.stop().await?;
    Ok(vec![
        figure("p50", "ms", millis(quantile(&mut times, 0.5))),
        figure("p99", "ms", millis(quantile(&mut times, 0.99))),
        figure("last", "ms", millis(quantile(&mut times, 1.0))),
    ])
}

/// Somebody comes, and goes, with a pause after each. Returns how long each reader
/// waited to see each coming.
pub(crate) async fn rounds_of(
    server: &Server,
    crowd: &Crowd,
    rounds: usize,
    pause: Duration,
) -> Result<Vec<Duration>> {
    let Counts { live, mut total } = crowd.latest();
    let mut waited = Vec::with_capacity(rounds * crowd.len());
    for _ in 0..rounds {
        total += 1;
        crowd.await_counts(Counts {
            live: live + 1,
            total,
        });
        let mut socket = Socket::connect(server.port()).await?;
        let begin = Instant::now();
        socket.ask("s0").await?;
        let heard = crowd.all_heard().await?;
        waited.extend(heard.into_iter().map(|at| at - begin));
        socket.granted().await?;
        sleep(pause).await;
        crowd.await_counts(Counts { live, total });
        socket.leave().await?;
        crowd.all_heard().await?;
        sleep(pause).await;
    }
    Ok(waited)
}
