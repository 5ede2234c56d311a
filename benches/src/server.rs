//! A server that is measured: how each is started, watched and stopped.

use crate::{
    http::Connection,
    process::{self, Usage},
    socket::{Counts, ORIGIN},
};
use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
    time::timeout,
};

/// A start takes the longest where thousands of posts are read.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
const STOPS_WITHIN: Duration = Duration::from_secs(20);

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contestant {
    /// This project's server.
    Ours(Saving),
    /// Not a server that one could use: `write` to every socket at this interval, and no
    /// more.
    Floor(Duration),
    /// Bun, with its own publish.
    Bun(Sending),
    /// Node with ws and better-sqlite3.
    Ws(Sending),
    /// The reference design on Cloudflare's runtime.
    Workerd(Sending),
    /// For pages: the same page as a file.
    Nginx,
}

/// What is on it.
#[derive(Clone, Copy, Debug)]
pub enum Site {
    /// So many slugs, `s0`, `s1` and so on; what is on their pages does not matter.
    Slugs(usize),
    /// So many copies of one of this project's own posts.
    Pages(usize),
}

/// How ours saves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saving {
    /// As it does when nothing else is said.
    Debounced,
    /// Before a view is shown.
    BeforeShown,
}

/// How a peer tells its readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Of every change at once, as its documentation has it.
    Each,
    /// At most once in this time, as ours does: see [`window`].
    Coalesced(Duration),
}

/// The frames a second that our server sends at most, by default
/// (`view_counter::counter::budget`).
const FRAMES_PER_SECOND: u64 = 20_000;
/// And the shortest time between two frames to a reader.
const SHORTEST_WINDOW: Duration = Duration::from_millis(50);

/// How often our server writes to so many readers of one slug. All that are compared with
/// it write as often: Linux acknowledges the first segments after a silence of some 200 ms
/// at once, inside the call of whoever writes, so that a frame after a longer silence costs
/// any writer more.
pub fn window(readers: usize) -> Duration {
    let readers = u64::try_from(readers).unwrap_or(u64::MAX);
    let by_budget = Duration::from_millis(readers.saturating_mul(1_000) / FRAMES_PER_SECOND);
    by_budget.max(SHORTEST_WINDOW)
}

impl Contestant {
    /// This project's server, as it is when nothing else is said.
    pub const OURS: Self = Self::Ours(Saving::Debounced);

    /// What tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours(Saving::Debounced) => "view-counter",
            Self::Ours(Saving::BeforeShown) => "view-counter, before-shown",
            Self::Floor(_) => "raw write",
            Self::Bun(Sending::Each) => "bun",
            Self::Bun(Sending::Coalesced(_)) => "bun, coalescing",
            Self::Ws(Sending::Each) => "ws",
            Self::Ws(Sending::Coalesced(_)) => "ws, coalescing",
            Self::Workerd(Sending::Each) => "workerd",
            Self::Workerd(Sending::Coalesced(_)) => "workerd, coalescing",
            Self::Nginx => "nginx, a file",
        }
    }

    /// Starts it, with an empty database.
    pub async fn start(self, site: Site) -> Result<Server> {
        let data = TempDir::new()?;
        let port = free_port()?;
        let metrics = free_port()?;
        let mut command = match self {
            Self::Ours(saving) => {
                write_site(&data.path().join("content"), site)?;
                ours(saving, data.path(), port, metrics)
            }
            Self::Floor(window) => {
                let mut command = Command::new(env::current_exe()?);
                command.args(["floor", "--port", &port.to_string()]);
                command.args(["--window-ms", &window.as_millis().to_string()]);
                command
            }
            Self::Bun(sending) => peer("bun", sending, data.path(), port, site)?,
            Self::Ws(sending) => peer("ws", sending, data.path(), port, site)?,
            Self::Workerd(sending) => peer("workerd", sending, data.path(), port, site)?,
            Self::Nginx => {
                Box::pin(write_page(&data.path().join("posts"))).await?;
                peer("nginx", Sending::Each, data.path(), port, site)?
            }
        };
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", self.name()))?;
        let mut server = Server {
            contestant: self,
            child,
            port,
            metrics,
            _data: data,
        };
        let ready = timeout(STARTS_WITHIN, server.ready()).await;
        ready.with_context(|| format!("{} is not ready", self.name()))??;
        Ok(server)
    }
}

fn peer(name: &str, sending: Sending, data: &Path, port: u16, site: Site) -> Result<Command> {
    let start = repository().join("benches/peers").join(name).join("start");
    ensure!(start.exists(), "there is no {}", start.display());
    let (Site::Slugs(slugs) | Site::Pages(slugs)) = site;
    let window = match sending {
        Sending::Each => Duration::ZERO,
        Sending::Coalesced(window) => window,
    };
    let mut command = Command::new(start);
    command
        .env("PORT", port.to_string())
        // Loopback: there is nothing else in this network.
        .env("HOSTS", "0.0.0.0")
        .env("DATA", data)
        .env("SLUGS", slugs.to_string())
        .env("ORIGIN", ORIGIN)
        .env("WINDOW_MS", window.as_millis().to_string());
    Ok(command)
}

/// All checks are on but the limits of one address: all readers here have one.
fn ours(saving: Saving, data: &Path, port: u16, metrics: u16) -> Command {
    // A path that is not absolute is one in the repository, wherever this was started.
    let program = env::var_os("VIEW_COUNTER_PROGRAM");
    let program = program.unwrap_or_else(|| "target/release/view-counter".into());
    let mut command = Command::new(repository().join(program));
    let save = match saving {
        Saving::Debounced => "debounced",
        Saving::BeforeShown => "before-shown",
    };
    command
        .current_dir(repository())
        .arg("serve")
        .args(["--listen", &format!("0.0.0.0:{port}")])
        .args(["--metrics-listen", &format!("127.0.0.1:{metrics}")])
        .args(["--limits", "off", "--origin", ORIGIN, "--save", save])
        .arg("--database")
        .arg(data.join("views.db"))
        .arg("--content")
        .arg(data.join("content"))
        .env("RUST_LOG", "warn");
    command
}

fn write_site(content: &Path, site: Site) -> Result<()> {
    fs::create_dir_all(content.join("posts"))?;
    let facts =
        "title = \"Bench\"\ndescription = \"Bench\"\nauthor = \"Bench\"\nlanguage = \"en\"\n";
    fs::write(content.join("site.toml"), facts)?;
    let about = "+++\ntitle = \"About\"\ndescription = \"About\"\n+++\nAbout.\n";
    fs::write(content.join("about.md"), about)?;
    let post = |n| content.join(format!("posts/s{n}.md"));
    match site {
        Site::Slugs(slugs) => {
            let front = "title = \"Post\"\ndate = 2026-11-20\ndescription = \"Post\"";
            for n in 0..slugs {
                fs::write(post(n), format!("+++\n{front}\n+++\nText.\n"))?;
            }
        }
        Site::Pages(pages) => {
            let ours = repository().join("content/posts");
            let text = fs::read_to_string(ours.join("inside-the-hub.md"))?;
            fs::copy(ours.join("hub.svg"), content.join("posts/hub.svg"))?;
            for n in 0..pages {
                fs::write(post(n), &text)?;
            }
        }
    }
    Ok(())
}

/// The page of such a post as files, each as our server sends it.
async fn write_page(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let server = Contestant::OURS.start(Site::Pages(1)).await?;
    for (coding, file) in [("identity", "s0"), ("gzip", "s0.gz"), ("br", "s0.br")] {
        let accept = format!("Accept-Encoding: {coding}\r\n");
        let mut connection = Connection::open(server.port()).await?;
        let page = connection.get("/posts/s0", &accept).await?;
        fs::write(folder.join(file), page.body)?;
    }
    server.stop().await
}

/// A server that runs until it is stopped or dropped.
pub struct Server {
    contestant: Contestant,
    child: Child,
    port: u16,
    metrics: u16,
    _data: TempDir,
}

impl Server {
    /// Where it listens, on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits until it says that it listens.
    async fn ready(&mut self) -> Result<()> {
        let stdout = self.child.stdout.take().context("its output is piped")?;
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            if line.starts_with("listening") {
                // What else it says is nobody's business, but it must be taken.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Ok(());
            }
        }
        anyhow::bail!("it ended, and never said that it listens")
    }

    /// What it has used so far.
    pub fn usage(&self) -> Result<Usage> {
        process::usage(self.child.id().context("it has ended")?)
    }

    /// A slug's numbers, by HTTP.
    pub async fn counts(&self, slug: &str) -> Result<Counts> {
        #[derive(serde::Deserialize)]
        struct Views {
            live: u64,
            total: u64,
        }
        let answer = get(self.port, &format!("/api/v1/views/{slug}")).await?;
        let Views { live, total } = serde_json::from_str(&answer).with_context(|| answer)?;
        Ok(Counts { live, total })
    }

    /// One of our own metrics: the sum over all its labels. None of a peer.
    pub async fn metric(&self, name: &str) -> Result<Option<f64>> {
        if !matches!(self.contestant, Contestant::Ours(_)) {
            return Ok(None);
        }
        let answer = get(self.metrics, "/metrics").await?;
        let values = answer.lines().filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            let (labels, value) = rest.rsplit_once(' ')?;
            (labels.is_empty() || labels.starts_with('{')).then(|| value.parse::<f64>().ok())?
        });
        Ok(Some(values.sum()))
    }

    /// Tells it to stop, and waits until it has.
    pub async fn stop(mut self) -> Result<()> {
        let pid = self
            .child
            .id()
            .and_then(|pid| Pid::from_raw(pid.cast_signed()));
        if let Some(pid) = pid {
            kill_process(pid, Signal::TERM)?;
        }
        // Dropped, it is killed.
        let _ = timeout(STOPS_WITHIN, self.child.wait()).await;
        Ok(())
    }
}

/// The body of an answer, which must be a good one.
async fn get(port: u16, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    ensure!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
    let (_, body) = answer
        .split_once("\r\n\r\n")
        .context("an answer has a body")?;
    Ok(body.to_owned())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The top of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
