//! What coming and going costs.

use super::{Figure, figure, micros};
use crate::{
    process::own_cpu,
    server::{Contestant, Server, Site},
    socket::Socket,
};
use anyhow::{Result, ensure};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};
use tokio::task::JoinSet;

/// As many are in at a time: seldom two of them on one slug, or frames for each
/// other would be measured too.
const AT_ONCE: usize = 16;

pub(super) async fn run(
    contestant: Contestant,
    handshakes: usize,
    slugs: usize,
) -> Result<Vec<Figure>> {
    let server = contestant.start(Site::Slugs(slugs)).await?;
    let port = server.port();
    // Code is compiled and loaded on its first use.
    visit(port, handshakes / 10, slugs).await?;
    let (before, own) = (server.usage()?.cpu, own_cpu()?);
    let begin = Instant::now();
    visit(port, handshakes, slugs).await?;
    let took = begin.elapsed();
    let cpu = server.usage()?.cpu - before;
    let own = own_cpu()? - own;
    check(&server, handshakes + handshakes / 10, slugs).await?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let count = handshakes as f64;
    server.stop().await?;
    Ok(vec![
        figure("CPU", "µs", micros(cpu) / count),
        figure("handshakes", "/s", count / took.as_secs_f64()),
        figure("client's CPU", "µs", micros(own) / count),
    ])
}

/// A server that lost some would be the faster for it.
async fn check(server: &Server, visits: usize, slugs: usize) -> Result<()> {
    let mut total = 0;
    for n in 0..slugs {
        total += server.counts(&format!("s{n}")).await?.total;
    }
    ensure!(
        total == u64::try_from(visits)?,
        "{total} views counted of {visits}"
    );
    Ok(())
}

/// So many visits, one after the other on each of some connections' worth of tasks.
async fn visit(port: u16, visits: usize, slugs: usize) -> Result<()> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut visitors = JoinSet::new();
    for _ in 0..AT_ONCE {
        let next = Arc::clone(&next);
        visitors.spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= visits {
                    return anyhow::Ok(());
                }
                let mut socket = Socket::join(port, &format!("s{}", n % slugs)).await?;
                socket.counts().await?;
                socket.leave().await?;
            }
        });
    }
    while let Some(visitor) = visitors.join_next().await {
        visitor??;
    }
    Ok(())
}
