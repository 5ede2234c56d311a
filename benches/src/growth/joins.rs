//! Ever more joins a second, and as many leaves.

use super::{CORE, P50, P99, VISIT, visits::visit};
use crate::{
    server::{Contestant, Site},
    work::{Figure, figure, micros, millis, quantile},
};
use anyhow::Result;
use std::time::Duration;

/// So many that two visitors seldom meet, and frames for each other are not measured.
const SLUGS: usize = 200;
const VISITING: Duration = Duration::from_secs(20);

pub(super) async fn run(a_second: u32) -> Result<Vec<Figure>> {
    let server = Contestant::OURS.start(Site::Slugs(SLUGS)).await?;
    let port = server.port();
    visit(port, SLUGS, a_second, Duration::from_secs(3)).await?;
    let before = server.usage()?;
    let mut visits = visit(port, SLUGS, a_second, VISITING).await?;
    let after = server.usage()?;
    server.stop().await?;
    let cpu = after.cpu - before.cpu;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let grown = after.memory as f64 - before.memory as f64;
    let share = cpu.as_secs_f64() / visits.took.as_secs_f64() * 100.0;
    Ok(vec![
        figure(
            "reached",
            "/s",
            f64::from(visits.count) / visits.took.as_secs_f64(),
        ),
        figure(CORE, "%", share),
        figure(VISIT, "µs", micros(cpu) / f64::from(visits.count)),
        figure(P50, "ms", millis(quantile(&mut visits.waited, 0.5))),
        figure(P99, "ms", millis(quantile(&mut visits.waited, 0.99))),
        // Ids are remembered for a minute.
        figure("memory more", "MB", grown / 1e6),
    ])
}
