//! `view-counter serve`.

mod metrics;
mod panic_hook;

use anyhow::Context;
use std::{
    io::{IsTerminal, Write},
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use view_counter::{
    blog::{
        self,
        content::{Content, ContentErrors},
        server::Site,
    },
    config::{Blog, Serve},
    counter::{
        accept,
        admission::{Admission, Slugs},
        hub::{Hub, HubSettings},
        limits::Limits,
        route::Counter,
        storage::Storage,
        store::Store,
    },
    service::{self, slugs::Sources},
};

/// How long the start waits for the first reading of the lists of pages.
const FIRST_READING: Duration = Duration::from_secs(2);

/// Serves until SIGTERM or Ctrl-C, then saves and closes.
pub(crate) async fn run(settings: Serve) -> anyhow::Result<()> {
    log_to_stderr();
    panic_hook::install();
    // Everything that can be wrong is found before anything is changed.
    let content = match settings.blog {
        Blog::On => Some(Arc::new(content(&settings)?)),
        Blog::Off => None,
    };
    let mut sources = sources(&settings, content.as_deref())?;
    sources.begin().await?;
    let listener =
        accept::bind(settings.listen.listen).with_context(|| cannot_listen(&settings))?;
    let metrics = metrics::bind(settings.metrics_listen)?;
    let store = Store::open(&settings.database.database, settings.save.into()).await?;
    let stop = stop_signal()?;

    let address = listener.local_addr()?;
    let url: Arc<str> = match &settings.site_url {
        Some(url) => url.to_string().into(),
        None => format!("http://{address}").into(),
    };
    sources.assume(&store.totals().await?.into_keys().collect());
    let slugs: Slugs = sources.slugs().into_iter().collect();
    let closing = CancellationToken::new();
    let first_reading = sources.first_reading();
    tokio::spawn(sources.follow(slugs.clone(), closing.clone()));
    // New pages are there from the first reader on, where their list is quick. If not, the
    // pages are there that were counted before.
    let _ = timeout(FIRST_READING, first_reading).await;
    let counter = counter(&settings, slugs.clone(), store.clone());
    tracing::info!(
        pages = slugs.all().len(),
        database = %settings.database.database.display(),
        site_url = %url,
        "starting"
    );
    let app = match content {
        Some(content) => {
            let respect_gpc = settings.respect_gpc;
            let site = Site {
                url,
                content,
                respect_gpc,
            };
            blog::server::router(site, counter.clone(), settings.site_files())
        }
        None => service::server::router(&url, counter.clone(), settings.site_files()),
    };

    announce(address)?;
    let admit = {
        let counter = counter.clone();
        move |peer| counter.admit_connection(peer)
    };
    let serving = tokio::spawn(accept::serve(listener, app, admit, closing.clone()));
    if let Some(listener) = metrics {
        tokio::spawn(metrics::serve(listener, counter.clone(), closing.clone()));
    }
    stop.await;
    tracing::info!("stopping: saving, then closing sockets");
    let saved = counter.stop().await;
    closing.cancel();
    serving.await?;
    store.close().await;
    saved?;
    tracing::info!("stopped; everything is saved");
    Ok(())
}

/// What the site shows, in a folder that somebody named or in `content`.
#[cfg(not(feature = "embed"))]
fn content(settings: &Serve) -> Result<Content, ContentErrors> {
    let folder = settings.content.as_deref();
    Content::load(folder.unwrap_or(Path::new("content")), settings.drafts)
}

/// What the site shows, in a folder that somebody named or in `content`; where there
/// is nothing, what the program brings along.
#[cfg(feature = "embed")]
fn content(settings: &Serve) -> Result<Content, ContentErrors> {
    let default = Path::new("content");
    if let Some(folder) = settings
        .content
        .as_deref()
        .or(holds_something(default).then_some(default))
    {
        return Content::load(folder, settings.drafts);
    }
    tracing::warn!(
        "there is nothing in a folder `content` here, so an example is shown; `view-counter init` writes it into that folder, to begin your own with"
    );
    Content::example(settings.drafts)
}

/// Whether there is anything at this path, but for an empty folder: Docker makes one
/// where a folder to be mounted is missing.
#[cfg(feature = "embed")]
fn holds_something(path: &Path) -> bool {
    match std::fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    }
}

/// Where it is said which pages there are, beside the posts of the blog.
fn sources(settings: &Serve, content: Option<&Content>) -> anyhow::Result<Sources> {
    let named = settings.slug_sources.clone();
    if content.is_none() {
        anyhow::ensure!(
            !named.is_empty(),
            "with --blog off there is no page to count; say which there are with --slugs, for example --slugs https://blog.example/sitemap.xml"
        );
        if settings.origins.is_empty() {
            tracing::warn!(
                "no page of another site may connect yet; name the site with --origin, for example --origin https://blog.example"
            );
        }
    }
    let posts = content.into_iter().flat_map(|content| content.posts());
    let posts = posts.filter_map(|post| post.summary.slug.parse().ok());
    let every = Duration::from_secs(settings.slugs_every.get().into());
    let parameters = settings.slugs_parameters.clone();
    Ok(Sources::new(named, parameters, posts.collect(), every))
}

fn counter(settings: &Serve, slugs: Slugs, store: Store) -> Counter {
    let admission = Admission {
        origins: settings.origins(),
        slugs,
        respect_gpc: settings.respect_gpc,
        limits: Limits::new(settings.limits.settings()),
        proxies: settings.proxies(),
    };
    let hub = Hub::start(Arc::new(store), HubSettings::default());
    Counter::new(hub, admission)
}

fn cannot_listen(settings: &Serve) -> String {
    format!(
        "cannot listen on {}; name another address with --listen, or stop what uses it",
        settings.listen.listen
    )
}

/// Resolves at the first SIGTERM or Ctrl-C.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// What scripts and people wait for.
fn announce(address: SocketAddr) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on http://{address}")?;
    out.flush()?;
    Ok(())
}

/// h2 warns of what strangers send, once for each frame, and sqlx of requests that
/// had to wait, once for each: they could fill the log.
const DEFAULT_LOG: &str = "info,h2=error,sqlx=error";

/// Logs for people, on standard error. `RUST_LOG` says what. Coloured only on a
/// terminal, and not where `NO_COLOR` asks for none.
fn log_to_stderr() {
    let coloured = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_LOG));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(coloured)
        .with_target(false)
        .init();
}
