//! `view-counter serve`.

mod log;
mod metrics;
mod panic_hook;
mod printable_fields;
mod rescue;
mod signals;
mod tasks;
mod warnings;

use super::printing;
use anyhow::Context;
use signals::StopSignals;
use std::{
    collections::HashMap,
    io::{self, Write},
    net::SocketAddr,
    path::Path,
    pin::pin,
    process,
    sync::Arc,
    time::Duration,
};
use tasks::{TaskEnded, VitalTasks};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
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
        protocol::Slug,
        route::Counter,
        storage::Storage,
        store::Store,
        wording,
    },
    room::{hub::RoomHub, route::room_router},
    service::{self, slugs::Sources},
};

/// How long the start waits for the first reading of the lists of pages.
const FIRST_READING: Duration = Duration::from_secs(2);
/// Closing writes what is in the write-ahead log into the file itself, once no other
/// program writes it.
const STORE_CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the last messages of the reading rooms may take: SQLite waits 5 s for another
/// process's lock.
const ROOM_STOP_TIMEOUT: Duration = Duration::from_secs(6);

const STOPPED_AT_ONCE: &str = "stopped at once: a second signal asked for it";

/// Serves until a signal asks for the stop, then saves and closes.
///
/// # Errors
/// If it cannot start, if views could not be saved, or if a part of it failed.
pub(crate) async fn run(settings: Serve) -> anyhow::Result<()> {
    log::init();
    panic_hook::install();
    // Everything that can be wrong is found before anything is changed.
    let content = match settings.blog {
        Blog::On => Some(Arc::new(content(&settings)?)),
        Blog::Off => None,
    };
    content
        .iter()
        .for_each(|content| warnings::of_content(content));
    let mut sources = sources(&settings, content.as_deref())?;
    sources.begin().await?;
    let listener =
        accept::bind(settings.listen.listen).with_context(|| cannot_listen(&settings))?;
    let metrics = metrics::bind(settings.metrics_listen)?;
    let store = Store::open(&settings.database.database, settings.save.into()).await?;
    let mut signals = StopSignals::listen()?;

    let address = listener.local_addr()?;
    let url: Option<Arc<str>> = settings.site_url.as_ref().map(|url| url.to_string().into());
    if content.is_some() {
        warnings::of_unknown_address(&settings, address);
    }
    let totals = store.totals().await?;
    opened(&store, &totals);
    sources.assume(&totals.into_keys().collect());
    let slugs: Slugs = sources.slugs().into_iter().collect();
    let mut tasks = VitalTasks::default();
    let closing = CancellationToken::new();
    let first_reading = sources.first_reading();
    let lists = follow(sources, slugs.clone(), closing.clone());
    tasks.spawn("following the lists of pages", lists);
    // New pages are there from the first reader on, where their list is quick. If not, the
    // pages are there that were counted before.
    let _ = timeout(FIRST_READING, first_reading).await;
    let counter = counter(&settings, slugs.clone(), store.clone());
    tracing::info!(
        pages = slugs.all().len(),
        site_url = url.as_deref(),
        "starting"
    );
    let site_files = settings.site_files();
    let app = match content {
        Some(content) => {
            site_files.warn_if_missing();
            let respect_gpc = settings.respect_gpc;
            let site = Site {
                url,
                content,
                respect_gpc,
            };
            blog::server::router(site, counter.clone(), site_files)
        }
        None => service::server::router(url.as_deref(), counter.clone(), site_files),
    };
    let retention = settings.rooms.retention();
    let rooms = retention.map(|retention| RoomHub::start(store.clone(), retention));
    let app = match &rooms {
        Some(rooms) => app.merge(room_router(counter.clone(), rooms.clone())),
        None => app,
    };

    announce(address);
    let admit = {
        let counter = counter.clone();
        move |peer| counter.admit_connection(peer)
    };
    let serving = accept::serve(listener, app, admit, closing.clone());
    tasks.spawn("the accept loop", serving);
    if let Some(listener) = metrics {
        let metrics = metrics::serve(listener, counter.clone(), closing.clone());
        tasks.spawn("the metrics' accept loop", metrics);
    }
    let ended = tokio::select! {
        signal = signals.stop() => {
            tracing::info!(signal, "stopping: saving, then closing sockets");
            None
        }
        ended = tasks.any_ended() => {
            tracing::error!("{ended}");
            Some(ended)
        }
    };
    let mut hurried = pin!(hurried(&mut signals, ended.is_none()));
    let limit = Duration::from_secs(settings.stop_timeout.get().into());
    let saved = tokio::select! {
        saved = counter.stop_within(limit) => saved,
        code = &mut hurried => {
            let unsaved_views = counter.hub().overview().unsaved_views;
            tracing::warn!(unsaved_views, code, "{STOPPED_AT_ONCE}");
            rescue::keep_at_once(counter.hub(), store.path());
            process::exit(code);
        }
    };
    // Before anything else is waited for: whoever asked for the stop may not wait as long.
    let saved = saved.map_err(|unsaved| rescue::keep(counter.hub(), store.path(), unsaved));
    closing.cancel();
    let close = async {
        if let Some(rooms) = &rooms {
            rooms.stop(ROOM_STOP_TIMEOUT).await;
        }
        tasks.all_ended().await;
        // A statement that never ends, on a disk that does not answer, is not waited for.
        let _ = timeout(STORE_CLOSE_TIMEOUT, store.close()).await;
    };
    tokio::select! {
        () = close => {}
        code = &mut hurried => {
            tracing::warn!(code, "{STOPPED_AT_ONCE}");
            process::exit(code);
        }
    }
    conclude(saved, ended)
}

/// Resolves at the second signal that asks for a stop.
async fn hurried(signals: &mut StopSignals, was_asked: bool) -> i32 {
    if !was_asked {
        signals.stop().await;
    }
    signals.stop_at_once().await
}

/// What is said last: of the views first, also where the server failed.
fn conclude(saved: anyhow::Result<()>, ended: Option<TaskEnded>) -> anyhow::Result<()> {
    match (saved, ended) {
        (Ok(()), None) => {
            tracing::info!("stopped; everything is saved");
            Ok(())
        }
        (Ok(()), Some(ended)) => {
            tracing::info!("everything is saved");
            Err(ended.into())
        }
        (Err(unsaved), None) => Err(unsaved),
        (Err(unsaved), Some(ended)) => Err(anyhow::anyhow!("{unsaved}. {ended}")),
    }
}

/// Follows the lists of pages until `stop`, also in the middle of one that is slow.
async fn follow(sources: Sources, slugs: Slugs, stop: CancellationToken) {
    let following = async {
        sources.follow(slugs, stop.clone()).await;
        // There may be none to follow.
        stop.cancelled().await;
    };
    tokio::select! {
        () = following => {}
        () = stop.cancelled() => {}
    }
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
        if settings.origins.is_empty() && settings.site_url.is_none() {
            tracing::info!(
                "pages of this host may connect, as where a proxy has the counter under a path of the site; if the site is elsewhere, name it with --origin, for example --origin https://blog.example"
            );
        }
    }
    let posts = content.into_iter().flat_map(|content| content.posts());
    let posts = posts.filter_map(|post| post.summary.slug.parse().ok());
    let every = Duration::from_secs(settings.slugs_every.get().into());
    let parameters = settings.slugs_parameters.clone();
    Ok(Sources::new(named, parameters, posts.collect(), every))
}

/// Logs which file is counted into, and whether it is a new one: a wrong working folder
/// makes one.
fn opened(store: &Store, totals: &HashMap<Slug, u64>) {
    let database = store.path().display();
    if store.was_created() {
        tracing::info!(%database, "created the database; there was none");
        return;
    }
    let views = totals
        .values()
        .fold(0, |sum: u64, n| sum.saturating_add(*n));
    let views = wording::views(views);
    let posts = printing::posts(totals.len() as u64);
    tracing::info!(%database, "opened the database: {views} of {posts}");
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

/// What scripts and people wait for. Nobody has to read it.
fn announce(address: SocketAddr) {
    let mut out = io::stdout().lock();
    let written = writeln!(out, "listening on http://{address}").and_then(|()| out.flush());
    if let Err(error) = written {
        tracing::warn!(
            %error,
            "listening on http://{address}, which could not be written to standard output"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use view_counter::counter::hub::Unsaved;

    #[test]
    fn what_was_not_saved_is_said_also_where_the_server_failed() {
        let unsaved = || Unsaved {
            views: 17,
            problem: "the disk is full".to_owned(),
        };
        let ended = || TaskEnded {
            name: "the accept loop",
            what: "panicked",
        };
        let said = |saved, ended| conclude(saved, ended).map_err(|error| error.to_string());
        assert_eq!(said(Ok(()), None), Ok(()));
        let error = said(Ok(()), Some(ended())).unwrap_err();
        assert!(error.starts_with("the accept loop panicked"), "{error}");
        let views = "17 views could not be saved: the disk is full";
        assert_eq!(said(Err(unsaved().into()), None), Err(views.to_owned()));
        let error = said(Err(unsaved().into()), Some(ended())).unwrap_err();
        assert!(error.starts_with(views), "{error}");
        assert!(error.contains("the accept loop panicked"), "{error}");
    }
}
