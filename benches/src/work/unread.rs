//! Readers who never read, beside a crowd that does.

use super::{Figure, fan_out::rounds_of, figure, millis, quantile};
use crate::{
    crowd::Crowd,
    server::{Contestant, Site},
    socket::Socket,
};
use anyhow::Result;
use std::time::Duration;

const ROUNDS: usize = 100;

pub(super) async fn run(
    contestant: Contestant,
    readers: usize,
    unread: usize,
) -> Result<Vec<Figure>> {
    let server = contestant.start(Site::Slugs(1)).await?;
    let crowd = Crowd::gather(server.port(), readers, 1).await?;
    crowd.settle().await?;
    let mut alone = rounds_of(&server, &crowd, ROUNDS, Duration::ZERO).await?;
    let before = server.usage()?.memory;
    let mut silent = Vec::with_capacity(unread);
    for _ in 0..unread {
        let mut socket = Socket::connect_narrow(server.port()).await?;
        socket.ask("s0").await?;
        silent.push(socket);
    }
    crowd.settle().await?;
    let mut beside = rounds_of(&server, &crowd, ROUNDS, Duration::ZERO).await?;
    let grown = server.usage()?.memory.saturating_sub(before);
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let each = grown as f64 / unread as f64 / 1024.0;
    let figures = vec![
        figure("p99 without them", "ms", millis(quantile(&mut alone, 0.99))),
        figure("p99 beside them", "ms", millis(quantile(&mut beside, 0.99))),
        figure("memory for each of them", "KiB", each),
    ];
    drop((crowd, silent));
    server.stop().await?;
    Ok(figures)
}
