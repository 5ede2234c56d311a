//! `view-counter agent`.

use serde::Serialize;
use std::io::{self, Write};
use view_counter::{
    config::Agent,
    counter::crawler::{self, Crawler},
};

/// The answer as JSON.
#[derive(Serialize)]
struct Answer {
    counted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'static str>,
}

/// Says what a user agent is taken for.
pub(crate) fn run(settings: &Agent) -> anyhow::Result<()> {
    let found = crawler::find(settings.user_agent.as_bytes());
    let out = io::stdout().lock();
    let printed = if settings.json {
        json(out, found)
    } else {
        text(out, &settings.user_agent, found)
    };
    match printed {
        // `view-counter agent … | head -1` has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn json(mut out: impl Write, found: Option<&'static Crawler>) -> io::Result<()> {
    let answer = Answer {
        counted: found.is_none(),
        pattern: found.map(|crawler| crawler.pattern),
        url: found.and_then(|crawler| crawler.url),
    };
    serde_json::to_writer(&mut out, &answer)?;
    writeln!(out)
}

/// A user agent comes from strangers: quoted as Rust quotes, it moves no cursor
/// and turns no text around.
fn text(mut out: impl Write, user_agent: &str, found: Option<&Crawler>) -> io::Result<()> {
    let Some(Crawler { pattern, url }) = found else {
        return writeln!(out, "{user_agent:?}\nis a reader: it is counted");
    };
    writeln!(
        out,
        "{user_agent:?}\nis a crawler: it watches and is not counted"
    )?;
    writeln!(out, "pattern: {pattern}")?;
    match url {
        Some(url) => writeln!(out, "see: {url}"),
        None => Ok(()),
    }
}
