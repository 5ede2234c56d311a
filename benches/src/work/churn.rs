//! Many slugs with few readers each, who come and go.

use super::{Figure, figure, micros};
use crate::{
    crowd::PATIENCE,
    process::own_cpu,
    server::{Contestant, Site},
    socket::Socket,
};
use anyhow::{Context, Result};
use std::{collections::VecDeque, time::Duration};
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};

/// Joins a second, and as many leaves.
const A_SECOND: u32 = 1_000;
/// Joins that are under way at once; a server that cannot keep up has no more.
const AT_ONCE: usize = 256;

pub(super) async fn run(
    contestant: Contestant,
    slugs: usize,
    readers: usize,
    duration: Duration,
) -> Result<Vec<Figure>> {
    let server = contestant.start(Site::Slugs(slugs)).await?;
    let port = server.port();
    let empty = server.usage()?.memory;
    let mut present = VecDeque::with_capacity(slugs * readers);
    let mut comings = Comings::default();
    for n in 0..slugs * readers {
        comings.begin(port, n % slugs);
        comings.end(&mut present, AT_ONCE).await?;
    }
    comings.end(&mut present, 0).await?;
    let full = server.usage()?.memory;

    let (before, own, begin) = (server.usage()?.cpu, own_cpu()?, Instant::now());
    let mut tick = interval(Duration::from_secs(1) / A_SECOND);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut joins: u32 = 0;
    let mut most = full;
    while begin.elapsed() < duration {
        tick.tick().await;
        // The one who is there the longest goes; a reader of the same slug comes.
        if let Some((slug, socket)) = present.pop_front() {
            comings.leave(socket);
            comings.begin(port, slug);
            joins += 1;
        }
        comings.end(&mut present, AT_ONCE).await?;
        if joins.is_multiple_of(A_SECOND) {
            most = most.max(server.usage()?.memory);
        }
    }
    let took = begin.elapsed();
    comings.end(&mut present, 0).await?;
    let cpu = server.usage()?.cpu - before;
    let own = own_cpu()? - own;
    let end = server.usage()?.memory;
    drop(present);
    sleep(Duration::from_secs(75)).await;
    let held = server.metric("viewcounter_hubs").await?;
    server.stop().await?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let mib = |bytes: u64| bytes as f64 / 1024.0 / 1024.0;
    let mut figures = vec![
        figure("memory, empty", "MiB", mib(empty)),
        figure("full", "MiB", mib(full)),
        figure("most", "MiB", mib(most)),
        figure("at the end", "MiB", mib(end)),
        figure(
            "joins and leaves",
            "/s",
            f64::from(joins) / took.as_secs_f64(),
        ),
        figure("CPU of both", "µs", micros(cpu) / f64::from(joins)),
        figure("client's CPU", "µs", micros(own) / f64::from(joins)),
    ];
    figures.extend(held.map(|held| figure("hubs left when all had gone", "", held)));
    Ok(figures)
}

/// Those who are on the way in or out.
#[derive(Default)]
struct Comings {
    joining: JoinSet<Result<(usize, Socket)>>,
    leaving: JoinSet<Result<()>>,
}

impl Comings {
    fn begin(&mut self, port: u16, slug: usize) {
        self.joining.spawn(async move {
            let name = format!("s{slug}");
            let join = timeout(PATIENCE, Socket::join(port, &name)).await;
            let socket = join.context("not let in")??;
            Ok((slug, socket))
        });
    }

    fn leave(&mut self, socket: Socket) {
        self.leaving
            .spawn(async move { timeout(PATIENCE, socket.leave()).await? });
    }

    /// Takes those who have come, and waits until at most so many are on the way.
    async fn end(
        &mut self,
        present: &mut VecDeque<(usize, Socket)>,
        on_the_way: usize,
    ) -> Result<()> {
        while let Some(joined) = self.joining.try_join_next() {
            present.push_back(joined??);
        }
        while self.joining.len() > on_the_way {
            let joined = self
                .joining
                .join_next()
                .await
                .context("one that is there")?;
            present.push_back(joined??);
        }
        while let Some(left) = self.leaving.try_join_next() {
            left??;
        }
        while self.leaving.len() > on_the_way {
            self.leaving
                .join_next()
                .await
                .context("one that is there")???;
        }
        Ok(())
    }
}
