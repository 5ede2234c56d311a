//! A crowd that comes all at once.

use super::{Figure, figure, millis};
use crate::{
    crowd::{Crowd, PATIENCE},
    process::own_cpu,
    server::{Contestant, Site},
    socket::{Counts, Socket},
};
use anyhow::{Context, Result};
use std::time::Instant;
use tokio::{sync::Barrier, task::JoinSet, time::timeout};

pub(super) async fn run(contestant: Contestant, readers: usize) -> Result<Vec<Figure>> {
    let server = contestant.start(Site::Slugs(1)).await?;
    // What code and memory the first readers bring in.
    let first = Crowd::gather(server.port(), 10, 1).await?;
    first.settle().await?;
    let total = first.latest().total;
    drop(first);

    let everybody = Counts {
        live: u64::try_from(readers)?,
        total: total + u64::try_from(readers)?,
    };
    let mut crowd = Crowd::new();
    crowd.await_counts(everybody);
    let mut connected = Vec::with_capacity(readers);
    for _ in 0..readers {
        connected.push(Socket::connect(server.port()).await?);
    }
    let (before, own) = (server.usage()?.cpu, own_cpu()?);
    let (last_join, heard) = join_at_once(connected, &mut crowd).await?;
    crowd.settle().await?;
    let cpu = server.usage()?.cpu - before;
    let own = own_cpu()? - own;
    let agreed = heard.into_iter().max().unwrap_or(last_join);
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let frames = crowd.frames() as f64 / readers as f64;
    drop(crowd);
    server.stop().await?;
    Ok(vec![
        figure("CPU", "s", cpu.as_secs_f64()),
        figure("frames a reader", "", frames),
        figure(
            "agreed after the last join",
            "ms",
            millis(agreed.saturating_duration_since(last_join)),
        ),
        figure("client's CPU", "s", own.as_secs_f64()),
    ])
}

/// All ask in the same moment. Returns when the last of them was let in, and when
/// each knew of all.
async fn join_at_once(
    connected: Vec<Socket>,
    crowd: &mut Crowd,
) -> Result<(Instant, Vec<Instant>)> {
    let start = std::sync::Arc::new(Barrier::new(connected.len()));
    let mut joining = JoinSet::new();
    for mut socket in connected {
        let start = std::sync::Arc::clone(&start);
        joining.spawn(async move {
            start.wait().await;
            socket.ask("s0").await?;
            socket.granted().await?;
            anyhow::Ok((socket, Instant::now()))
        });
    }
    let mut last = Instant::now();
    let everyone = async {
        while let Some(joined) = joining.join_next().await {
            let (socket, at) = joined??;
            last = last.max(at);
            crowd.seat(Ok(socket));
        }
        anyhow::Ok(())
    };
    timeout(PATIENCE * 5, everyone)
        .await
        .context("they do not all come in")??;
    let heard = crowd.all_heard().await?;
    Ok((last, heard))
}
