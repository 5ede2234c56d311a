//! What a post's page costs: beside nginx, which has the same page as a file.

use super::{Figure, figure, micros};
use crate::{
    http::{ANY_CODING, Connection},
    process::own_cpu,
    server::{Contestant, Server, Site},
};
use anyhow::{Result, ensure};
use std::time::Duration;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

/// Connections that ask at the same time, each for one page after the other.
const CONNECTIONS: usize = 8;
/// Pages that are not asked for twice within two seconds, at this many a second: what
/// may be kept of one is too old when it is asked for again.
const COPIES: usize = 2_000;
const A_SECOND: u32 = 1_000;

pub(super) async fn run(contestant: Contestant, pages: usize) -> Result<Vec<Figure>> {
    let ours = contestant == Contestant::OURS;
    let server = contestant.start(Site::Pages(COPIES)).await?;
    let path = |n: usize| format!("/posts/s{}", n % COPIES);
    let first = Connection::open(server.port())
        .await?
        .get(&path(0), ANY_CODING)
        .await?;
    ensure!(first.status == 200, "{first:?}");

    ask(&server, pages / 10, path(0), ANY_CODING, 200).await?;
    let (same, client) = ask(&server, pages, path(0), ANY_CODING, 200).await?;
    let mut figures = vec![
        figure("CPU, the same numbers", "µs", same),
        figure("bytes", "", first.body.len() as f64),
        figure("client's CPU", "µs", client),
    ];
    if let Some(tag) = first.header("etag") {
        let condition = format!("{ANY_CODING}If-None-Match: {tag}\r\n");
        let (not_modified, _) = ask(&server, pages, path(0), &condition, 304).await?;
        figures.push(figure("CPU of a 304", "µs", not_modified));
    }
    if ours {
        let anew = ask_slowly(&server, pages / 4, path).await?;
        figures.push(figure("CPU, made anew", "µs", anew));
    }
    server.stop().await?;
    Ok(figures)
}

/// Asks so often for one page. Returns the CPU of each, the server's and ours, in µs.
async fn ask(
    server: &Server,
    times: usize,
    path: String,
    more: &str,
    status: u16,
) -> Result<(f64, f64)> {
    let (before, own) = (server.usage()?.cpu, own_cpu()?);
    let mut asking = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (port, path, more) = (server.port(), path.clone(), more.to_owned());
        asking.spawn(async move {
            let mut connection = Connection::open(port).await?;
            for _ in 0..times / CONNECTIONS {
                let answer = connection.get(&path, &more).await?;
                ensure!(answer.status == status, "{answer:?}");
            }
            anyhow::Ok(())
        });
    }
    while let Some(asked) = asking.join_next().await {
        asked??;
    }
    let each = |cpu: Duration| micros(cpu) / times as f64;
    Ok((each(server.usage()?.cpu - before), each(own_cpu()? - own)))
}

/// Asks for many pages in turn, and for each of them seldom. Returns the server's CPU
/// of each, in µs.
async fn ask_slowly(server: &Server, times: usize, path: impl Fn(usize) -> String) -> Result<f64> {
    let mut connection = Connection::open(server.port()).await?;
    let mut tick = interval(Duration::from_secs(1) / A_SECOND);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let before = server.usage()?.cpu;
    for n in 0..times {
        tick.tick().await;
        let answer = connection.get(&path(n), ANY_CODING).await?;
        ensure!(answer.status == 200, "{answer:?}");
    }
    Ok(micros(server.usage()?.cpu - before) / times as f64)
}
