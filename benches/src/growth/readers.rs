//! Ever more readers on one slug.

use super::{EMPTY, FRAME, KERNEL, MEMORY, SAW, WINDOW, warm};
use crate::{
    crowd::Crowd,
    server::{Contestant, Server, Site},
    work::{Figure, fan_out::rounds_of, figure, idle, micros, millis, quantile},
};
use anyhow::Result;
use std::time::{Duration, Instant};

/// Longer than the window of the largest crowd: whoever comes then finds a slug on
/// which nothing has changed for a while.
const PAUSE: Duration = Duration::from_secs(1);
const QUIET_ROUNDS: usize = 10;
/// How long somebody comes or goes all the time.
const BUSY: Duration = Duration::from_secs(20);
/// The kernel's memory is the whole machine's. What fewer readers take is lost in it.
const ENOUGH_FOR_THE_KERNEL: usize = 1_000;

pub(super) async fn run(readers: usize) -> Result<Vec<Figure>> {
    let empty = empty().await?;
    let server = Contestant::OURS.start(Site::Slugs(2)).await?;
    let first = warm(&server, 1..2).await?;
    let (crowd, each) = idle::gather(&server, readers, 0..1).await?;
    let saw = until_all_saw(&server, &crowd).await?;
    let busy = keep_busy(&server, &crowd).await?;
    drop((crowd, first));
    server.stop().await?;

    let mut figures = vec![figure(SAW, "ms", saw)];
    figures.extend(busy);
    figures.push(figure(EMPTY, "MB", empty));
    figures.push(figure(MEMORY, "B", each.server));
    if readers >= ENOUGH_FOR_THE_KERNEL {
        figures.push(figure(KERNEL, "B", each.kernel));
    }
    Ok(figures)
}

/// What the server takes without readers, in MB. With posts that have code: colouring
/// it takes most of that. Not on the server that is measured, where readers would be
/// given what the colouring has left free.
async fn empty() -> Result<f64> {
    let server = Contestant::OURS.start(Site::Pages(2)).await?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let empty = server.usage()?.memory as f64 / 1e6;
    server.stop().await?;
    Ok(empty)
}

/// From when somebody asks to come in on a quiet slug until all see it, in ms: the
/// median of some rounds.
async fn until_all_saw(server: &Server, crowd: &Crowd) -> Result<f64> {
    rounds_of(server, crowd, 1, PAUSE).await?;
    let waited = rounds_of(server, crowd, QUIET_ROUNDS, PAUSE).await?;
    let mut last: Vec<_> = waited
        .chunks(crowd.len())
        .filter_map(|round| round.iter().max().copied())
        .collect();
    Ok(millis(quantile(&mut last, 0.5)))
}

/// Somebody comes, and goes as soon as all have seen it, and so on. So there is
/// always a change that waits for the window's end.
async fn keep_busy(server: &Server, crowd: &Crowd) -> Result<Vec<Figure>> {
    rounds_of(server, crowd, 2, Duration::ZERO).await?;
    let (before, frames, begin) = (server.usage()?.cpu, crowd.frames(), Instant::now());
    while begin.elapsed() < BUSY {
        rounds_of(server, crowd, 1, Duration::ZERO).await?;
    }
    let took = begin.elapsed();
    let cpu = server.usage()?.cpu - before;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let (frames, readers) = ((crowd.frames() - frames) as f64, crowd.len() as f64);
    Ok(vec![
        figure(WINDOW, "ms", millis(took) * readers / frames),
        figure("frames", "/s", frames / took.as_secs_f64()),
        figure(FRAME, "µs", micros(cpu) / frames),
    ])
}
