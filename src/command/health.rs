//! `view-counter health`: for supervisors and scripts, where there is no curl.

use anyhow::{Context, bail};
use serde::Deserialize;
use std::{
    io::Write,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use view_counter::{config::Health, printable::Printable};

/// A server that is well answers within milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);
/// More than it ever answers, in bytes.
const MAX_ANSWER: u64 = 16 * 1024;

/// What `/healthz` says.
#[derive(Deserialize)]
struct Said {
    status: String,
    problem: Option<String>,
}

/// Asks the server and prints what it says. Fails if it does not answer.
pub(crate) async fn run(settings: &Health) -> anyhow::Result<()> {
    let address = reachable(settings.listen.listen);
    let answer = timeout(PATIENCE, ask(address)).await;
    let answer = answer
        .unwrap_or_else(|_| bail!("it did not answer within {} s", PATIENCE.as_secs()))
        .with_context(|| format!("no answer from a view counter on {address}"))?;
    let said = match &answer.problem {
        Some(problem) => format!("{}: {problem}", answer.status),
        None => answer.status,
    };
    // Whoever listens there may not paint on this terminal.
    let said = Printable(&said).to_string();
    if settings.strict && answer.problem.is_some() {
        bail!(said);
    }
    writeln!(std::io::stdout(), "{said}")?;
    Ok(())
}

/// Who listens on all addresses is reached on this machine's own.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

async fn ask(address: SocketAddr) -> anyhow::Result<Said> {
    let mut stream = TcpStream::connect(address).await?;
    // HTTP/1.0: the answer ends with the connection, and is never in chunks.
    let request = format!("GET /healthz HTTP/1.0\r\nhost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer).await?;
    said_in(&answer)
}

fn said_in(answer: &[u8]) -> anyhow::Result<Said> {
    let answer = str::from_utf8(answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("it speaks no HTTP")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status != "200" {
        bail!("it answers /healthz with {}", status.escape_debug());
    }
    serde_json::from_str(body).context("it is something else")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_asked_on_this_machine() {
        for (listen, asked) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("10.1.2.3:80", "10.1.2.3:80"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()), asked.parse().unwrap());
        }
    }

    #[test]
    fn only_a_view_counter_is_well() {
        let said = said_in(b"HTTP/1.1 200 OK\r\na: b\r\n\r\n{\"status\":\"ok\"}").unwrap();
        assert_eq!((said.status.as_str(), said.problem), ("ok", None));
        for other in [
            "HTTP/1.1 404 Not Found\r\n\r\n{\"status\":\"ok\"}",
            "HTTP/1.1 200 OK\r\n\r\n<html>",
            "SSH-2.0\r\n",
            "",
        ] {
            assert!(said_in(other.as_bytes()).is_err(), "{other}");
        }
    }
}
