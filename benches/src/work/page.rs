//! What a post's page costs: beside nginx, which has the same page as a file.

use super::{Figure, figure, micros};
use crate::{
    http::{ANY_CODING, Connection},
    process::own_cpu,
    server::{Contestant, Server, Site},
    socket::Socket,
};
use anyhow::{Result, ensure};
use std::time::Duration;
use tokio::task::JoinSet;

/// Connections that ask at the same time, each for one page after the other.
const CONNECTIONS: usize = 8;
/// Pages of which there are more than the server keeps: each is made from nothing.
const COPIES: usize = 2_000;
/// Pages that it keeps all of.
const KEPT: usize = 200;

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
        let made = ask_in_turn(&server, COPIES, path).await?;
        figures.push(figure("CPU, made from nothing", "µs", made));
        let changed = ask_when_changed(&server, pages / 8, |n| n % KEPT).await?;
        figures.push(figure("CPU, numbers that changed", "µs", changed));
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

/// Asks for so many pages, each once. Returns the server's CPU of each, in µs.
async fn ask_in_turn(server: &Server, pages: usize, path: impl Fn(usize) -> String) -> Result<f64> {
    let mut connection = Connection::open(server.port()).await?;
    let before = server.usage()?.cpu;
    for n in 0..pages {
        get(&mut connection, &path(n)).await?;
    }
    Ok(micros(server.usage()?.cpu - before) / pages as f64)
}

/// Has readers come and go, and asks for the page that each of them has come to.
/// Returns what that page took of the server's CPU, in µs: what is more than when
/// readers come and go alone.
async fn ask_when_changed(
    server: &Server,
    visits: usize,
    post: impl Fn(usize) -> usize,
) -> Result<f64> {
    let mut each = [0.0; 2];
    // The first time with pages, the server makes them.
    for round in 0..4 {
        let asks = round % 2 == 0;
        let mut connection = Connection::open(server.port()).await?;
        let before = server.usage()?.cpu;
        for n in 0..visits {
            let slug = format!("s{}", post(n));
            let mut reader = Socket::join(server.port(), &slug).await?;
            reader.counts().await?;
            if asks {
                get(&mut connection, &format!("/posts/{slug}")).await?;
            }
            reader.leave().await?;
        }
        each[usize::from(asks)] = micros(server.usage()?.cpu - before) / visits as f64;
    }
    Ok(each[1] - each[0])
}

async fn get(connection: &mut Connection, path: &str) -> Result<()> {
    let answer = connection.get(path, ANY_CODING).await?;
    ensure!(answer.status == 200, "{answer:?}");
    Ok(())
}
