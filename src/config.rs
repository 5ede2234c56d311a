//! Every setting: its flag, its environment variable, its default.

#![expect(
    rustdoc::bare_urls,
    reason = "these comments are also what --help prints"
)]

mod limits;
mod owners;
mod reading;
mod room_commands;
mod rooms;
mod values;

pub use limits::{LimitFlags, Switch};
pub use owners::{Asked, Changing, Completions, Days, Export, Import, Rename, Set, Totals};
pub use room_commands::{ClearRoom, DeleteMessages, Moderating, Room, RoomCommand, ShowRoom};
pub use rooms::{RoomFlags, Rooms};

use crate::{
    counter::{
        address::{Network, Proxies},
        admission::{Origin, Origins},
        tally::SavePolicy,
    },
    service::slugs::Source,
    web::site_files::SiteFiles,
};
use axum::http::HeaderName;
use clap::{Args, Parser, Subcommand, ValueEnum, builder::BoolishValueParser};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    num::NonZeroU32,
    path::PathBuf,
    str::FromStr,
};

/// Live and all-time views for every post of a site: a blog with a counter on
/// each post, in one program.
#[derive(Debug, Parser)]
#[command(name = "view-counter", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the blog and count its readers
    Serve(Box<Serve>),
    /// Print the all-time views of every post
    Totals(Totals),
    /// Print the views of each day, of a post or of all
    Days(Days),
    /// Set the views of a post
    Set(Set),
    /// Move the views of a post to another name
    Rename(Rename),
    /// Add views that another counter counted; first see what would change
    Import(Import),
    /// Print all there is, for a spreadsheet or another counter
    Export(Export),
    /// Print what was set, renamed and imported, when and why
    Corrections(Asked),
    /// Look whether the database is whole and its numbers agree
    Check(Asked),
    /// Look after the reading rooms: list them, print them, delete messages
    Room(Room),
    /// Copy all counts into a new file
    Backup(Backup),
    /// Say whether a user agent is taken for a crawler, which is not counted
    Agent(Agent),
    /// Ask a running server how it is
    Health(Health),
    /// Print what makes a shell complete these commands
    Completions(Completions),
    /// Write the example that is in this program into a folder, to begin a blog with
    #[cfg(feature = "embed")]
    Init(Init),
}

/// Where the counts are.
#[derive(Debug, Args)]
pub struct Database {
    /// SQLite file with all counts; `serve` creates it
    #[arg(
        long,
        env = "VIEW_COUNTER_DATABASE",
        value_name = "FILE",
        default_value_os_t = default_database()
    )]
    pub database: PathBuf,
}

/// The database of whoever names none, below the working folder. In a hidden folder: one
/// called `data` is Hugo's, which builds a site anew whenever something in it changes.
/// There, it is found where earlier versions made it.
fn default_database() -> PathBuf {
    let before = PathBuf::from("data/views.db");
    match before.exists() {
        true => before,
        false => PathBuf::from(".view-counter/views.db"),
    }
}

/// Where the server is.
#[derive(Debug, Args)]
pub struct Listen {
    /// Address and port that the server listens on; port 0 picks a free one
    #[arg(
        long,
        env = "VIEW_COUNTER_LISTEN",
        value_name = "ADDR",
        default_value = "127.0.0.1:3000",
        value_parser = values::listen_address
    )]
    pub listen: SocketAddr,
}

/// Settings of the server.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub listen: Listen,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub database: Database,

    /// Folder with site.toml, about.md and posts/; by default `content`
    #[arg(long, env = "VIEW_COUNTER_CONTENT", value_name = "DIR")]
    pub content: Option<PathBuf>,

    /// Address under which readers know the site, for the feed, the site map, previews
    /// and canonical links, and for which pages may connect. Without it there is no
    /// site map, and no page says its address
    #[arg(long, env = "VIEW_COUNTER_SITE_URL", value_name = "URL", value_parser = values::origin)]
    pub site_url: Option<Origin>,

    /// Origin whose pages may connect, for example https://blog.example; may be
    /// repeated. By default only pages of --site-url may, or without it pages of the
    /// server's own host; once one is named, the list is all there is, so name the
    /// site's own too
    #[arg(
        long = "origin",
        env = "VIEW_COUNTER_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ',',
        value_parser = values::origin
    )]
    pub origins: Vec<Origin>,

    /// Count the pages of another site too: name a file with a slug or an address a
    /// line, a site map or a feed, in a file or at an address like
    /// https://blog.example/sitemap.xml; may be repeated. A page's slug is its path, with
    /// NAME/ before it for NAME=FILE or NAME=URL, see docs/embed.md. By default only the
    /// blog's posts are counted
    #[arg(
        long = "slugs",
        env = "VIEW_COUNTER_SLUGS",
        value_name = "[NAME=]FILE|URL",
        value_delimiter = ','
    )]
    pub slug_sources: Vec<Source>,

    /// Tell pages apart by this query parameter where addresses are like /?p=123, whose
    /// slug is then p=123; may be repeated. By default a slug is the path alone
    #[arg(
        long = "slugs-parameter",
        env = "VIEW_COUNTER_SLUGS_PARAMETER",
        value_name = "NAME",
        value_delimiter = ',',
        value_parser = values::parameter_name
    )]
    pub slugs_parameters: Vec<String>,

    /// How often these are read again, in seconds; where one cannot be had, the last
    /// one is kept
    #[arg(
        long,
        env = "VIEW_COUNTER_SLUGS_EVERY",
        value_name = "SECONDS",
        default_value = "300",
        value_parser = values::number::<NonZeroU32>
    )]
    pub slugs_every: NonZeroU32,

    /// Whether there is a blog; without, the counts alone are served, for the pages of
    /// --slugs
    #[arg(
        long,
        env = "VIEW_COUNTER_BLOG",
        value_enum,
        default_value_t = Blog::On
    )]
    pub blog: Blog,

    /// When views are saved
    #[arg(
        long,
        env = "VIEW_COUNTER_SAVE",
        value_name = "WHEN",
        value_enum,
        default_value_t = Save::Debounced
    )]
    pub save: Save,

    /// Try for this many seconds to save what is not saved yet when the server stops. Let
    /// what stops it, such as systemd or Docker, wait ten seconds longer before it kills
    #[arg(
        long,
        env = "VIEW_COUNTER_STOP_TIMEOUT",
        value_name = "SECONDS",
        default_value = "20",
        value_parser = values::number::<NonZeroU32>
    )]
    pub stop_timeout: NonZeroU32,

    /// Leave readers out of the counts whose browser sends Do Not Track or
    /// Global Privacy Control; they still see the numbers. Off by default,
    /// since nothing personal is kept of anyone
    #[arg(
        long,
        env = "VIEW_COUNTER_RESPECT_GPC",
        value_parser = BoolishValueParser::new()
    )]
    pub respect_gpc: bool,

    /// Proxy in front whose word is taken for where readers are: an address or
    /// a network like 10.0.0.0/8; may be repeated. Without it all readers behind
    /// a proxy share the limits of one address
    #[arg(
        long,
        env = "VIEW_COUNTER_TRUSTED_PROXIES",
        value_name = "CIDR",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<Network>,

    /// Header in which the trusted proxy names the reader's address, overwriting
    /// what was sent, for example X-Real-IP or CF-Connecting-IP; by default
    /// X-Forwarded-For is read, from its right end
    #[arg(
        long,
        env = "VIEW_COUNTER_CLIENT_ADDRESS_HEADER",
        value_name = "NAME",
        requires = "trusted_proxies",
        value_parser = values::header_name
    )]
    pub client_address_header: Option<HeaderName>,

    /// Address and port on which Prometheus reads /metrics, or off. By default
    /// 127.0.0.1:9464, which only this machine reaches; if another program has
    /// that port, the server starts without
    #[arg(long, env = "VIEW_COUNTER_METRICS_LISTEN", value_name = "ADDR|off")]
    pub metrics_listen: Option<MetricsListen>,

    /// Show posts that are drafts too
    #[arg(
        long,
        env = "VIEW_COUNTER_DRAFTS",
        value_parser = BoolishValueParser::new()
    )]
    pub drafts: bool,

    /// Folder with the built style sheet and WebAssembly
    #[cfg(not(feature = "embed"))]
    #[arg(
        long,
        env = "VIEW_COUNTER_SITE_ROOT",
        value_name = "DIR",
        default_value = "target/site"
    )]
    pub site_root: PathBuf,

    // Last, or what follows would stand under their headings.
    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub rooms: RoomFlags,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub limits: LimitFlags,
}

/// Where the metrics are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsListen {
    /// Nowhere.
    Off,
    /// At this address, and the server does not start without.
    At(SocketAddr),
}

/// Where the metrics are if nobody says: the port that OpenTelemetry gives to
/// Prometheus exporters (OpenTelemetry specification, Prometheus exporter).
pub const METRICS_DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

impl FromStr for MetricsListen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim() == "off" {
            return Ok(Self::Off);
        }
        let address = values::listen_address(text).map(Self::At);
        address.map_err(|problem| format!("{problem}, or write `off`"))
    }
}

/// Whether there is a blog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Blog {
    /// With all that is in --content
    On,
    /// Nothing but the counts, and what pages of other sites load
    Off,
}

/// When views are saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Save {
    /// When a post had no new view for 5 s, and at the latest 15 s after its
    /// first unsaved view. A crash loses at most those
    Debounced,
    /// Before they are in the total that readers see, at most every 50 ms and
    /// down to the disk itself. Neither a crash nor a power cut loses a view
    /// that anyone has seen
    BeforeShown,
}

impl From<Save> for SavePolicy {
    fn from(save: Save) -> Self {
        match save {
            Save::Debounced => Self::Debounced,
            Save::BeforeShown => Self::BeforeShown,
        }
    }
}

impl Serve {
    /// Whom to believe about where a request comes from.
    pub fn proxies(&self) -> Proxies {
        let trusted = self.trusted_proxies.clone();
        Proxies::new(trusted, self.client_address_header.clone())
    }

    /// Where the built files are.
    #[cfg(not(feature = "embed"))]
    pub fn site_files(&self) -> SiteFiles {
        SiteFiles::in_folder(&self.site_root)
    }

    /// Where the built files are.
    #[cfg(feature = "embed")]
    pub fn site_files(&self) -> SiteFiles {
        SiteFiles::in_program()
    }

    /// Whose pages may connect.
    pub fn origins(&self) -> Origins {
        match (self.origins.as_slice(), &self.site_url) {
            ([], None) => Origins::SameHost,
            ([], Some(site)) => Origins::Site(site.clone()),
            (listed, _) => Origins::Listed(listed.to_vec()),
        }
    }
}

/// Settings of `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub database: Database,

    /// The copy; there must be no such file yet. To restore it, stop the
    /// server, put it in the place of the database, and remove the files with
    /// -wal and -shm at the end of their names
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Settings of `agent`.
#[derive(Debug, Args)]
pub struct Agent {
    /// The user agent as it is in a log, in quotation marks: "Mozilla/5.0 (…)"
    #[arg(value_name = "USER_AGENT")]
    pub user_agent: String,

    /// Print JSON: whether it counts, and the crawler that it is
    #[arg(long)]
    pub json: bool,
}

/// Settings of `health`.
#[derive(Debug, Args)]
pub struct Health {
    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub listen: Listen,

    /// Fail also if it is degraded: it serves, and cannot save for the moment, or knows
    /// no page yet. Do not restart it for that: views that wait to be saved would be lost
    #[arg(long)]
    pub strict: bool,
}

/// Settings of `init`.
#[cfg(feature = "embed")]
#[derive(Debug, Args)]
pub struct Init {
    /// The folder, empty or not there yet
    #[arg(value_name = "DIR", default_value = "content")]
    pub folder: PathBuf,
}
