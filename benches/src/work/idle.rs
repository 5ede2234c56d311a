//! What a reader takes who only listens.

use super::{Figure, figure};
use crate::{
    crowd::Crowd,
    machine,
    server::{Contestant, Server, Site},
};
use anyhow::Result;
use std::{ops::Range, time::Duration};
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
    let (crowd, each) = gather(&server, readers - slugs, 0..slugs).await?;
    let figures = vec![
        figure("memory a reader", "B", each.server),
        figure("the kernel's, about", "B", each.kernel),
    ];
    drop((crowd, first));
    server.stop().await?;
    Ok(figures)
}

/// What each reader of a crowd takes, in bytes.
pub(crate) struct Memory {
    /// Of the server.
    pub server: f64,
    /// Of the kernel, for the server's end of the connection: about, since all that
    /// runs on the machine has the kernel take and give back memory meanwhile.
    pub kernel: f64,
}

/// Has so many readers come to these slugs, and says what each of them takes.
pub(crate) async fn gather(
    server: &Server,
    readers: usize,
    slugs: Range<usize>,
) -> Result<(Crowd, Memory)> {
    let kernel_before = machine::kernel_memory()?;
    let before = server.usage()?.memory;
    let crowd = Crowd::gather_on(server.port(), readers, slugs).await?;
    crowd.settle().await?;
    sleep(REST).await;
    let memory = server.usage()?.memory.saturating_sub(before);
    // Both ends of each connection are on this machine.
    let kernel = machine::kernel_memory()?.saturating_sub(kernel_before) / 2;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let each = |bytes: u64| bytes as f64 / readers as f64;
    let memory = Memory {
        server: each(memory),
        kernel: each(kernel),
    };
    Ok((crowd, memory))
}
