//! What a reader takes who only listens.

use super::{Figure, figure};
use crate::{
    crowd::Crowd,
    machine,
    server::{Contestant, Site},
};
use anyhow::Result;
use std::time::Duration;
use tokio::time::sleep;

/// Garbage is collected, and what a handshake took is given back, within this.
const REST: Duration = Duration::from_secs(5);

pub(super) async fn run(
    contestant: Contestant,
    readers: usize,
    slugs: usize,
) -> Result<Vec<Figure>> {
    let server = contestant.start(Site::Slugs(slugs)).await?;
    // What the first handshakes bring into memory stays, however many come.
    let first = Crowd::gather(server.port(), slugs, slugs).await?;
    first.settle().await?;
    let kernel_before = machine::kernel_memory()?;
    let before = server.usage()?.memory;
    let crowd = Crowd::gather(server.port(), readers - slugs, slugs).await?;
    crowd.settle().await?;
    sleep(REST).await;
    let memory = server.usage()?.memory.saturating_sub(before);
    // Both ends of each connection are on this machine.
    let kernel = machine::kernel_memory()?.saturating_sub(kernel_before) / 2;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let each = |bytes: u64| bytes as f64 / crowd.len() as f64;
    let figures = vec![
        figure("memory a reader", "B", each(memory)),
        figure("the kernel's, about", "B", each(kernel)),
    ];
    drop((crowd, first));
    server.stop().await?;
    Ok(figures)
}
