//! What an operator can see of a counter: how many of what since it began, and
//! how things stand at the moment that somebody asks. Names and units are by
//! Prometheus' conventions (prometheus.io/docs/practices/naming), the prefix in
//! one word as these ask for; `promtool check metrics` has nothing to say.
//!
//! Nothing here names a post or a reader: the number of series is fixed.

mod label;
mod lists;

pub(crate) use label::{CounterBy, Label};

use super::{admission::Slugs, hub::Overview, limits::Limits};
use label::label;
use lists::ListGauges;
use prometheus::{
    Gauge, Histogram, HistogramOpts, IntCounter, IntGauge, Registry, TextEncoder, core::Collector,
    exponential_buckets,
};

/// What [`Metrics::text`] is, for the answer's header.
pub(crate) use prometheus::TEXT_FORMAT;

label! {
    /// What became of a handshake.
    Outcome as "outcome" {
        /// It is a socket.
        Accepted = "accepted",
        /// The page's origin may not connect, or it named none.
        OriginRefused = "origin_refused",
        /// What it named is no slug.
        SlugMalformed = "slug_malformed",
        /// There is no such post.
        SlugUnknown = "slug_unknown",
        /// No handshake, or a broken one: a plain request, another version, a
        /// view id that is none.
        Malformed = "malformed",
        /// Its address makes too many.
        TooFast = "too_fast",
        /// Its address has as many sockets as it may.
        TooManyOpen = "too_many_open",
        /// The post has as many sockets as one may.
        SlugFull = "slug_full",
        /// There are as many sockets as there may be.
        Full = "full",
        /// The server stops.
        Stopping = "stopping",
        /// The total could not be read.
        StorageFailed = "storage_failed",
        /// Its client was gone before it was a socket.
        Abandoned = "abandoned",
    }
}

label! {
    /// Why a socket that was let in adds no view although it may be a new one.
    Uncounted as "reason" {
        /// It asked to watch.
        Asked = "asked",
        /// Its browser asks for privacy, and the server heeds that.
        Privacy = "privacy",
        /// A program drives its browser.
        Webdriver = "webdriver",
        /// Its user agent is a crawler's.
        Crawler = "crawler",
        /// Its address has added as many views to this post as it may in an hour.
        Quota = "quota",
    }
}

label! {
    /// Why a page was not made.
    PageRefused as "reason" {
        /// Its address waits for as many as it may.
        AddressLimit = "address_limit",
        /// As many are asked for as may wait.
        Full = "full",
    }
}

label! {
    /// Why a response was refused because too many are unread.
    ResponseRefused as "reason" {
        /// Its address holds as many bytes as it may.
        AddressLimit = "address_limit",
        /// All together hold as many bytes as they may.
        Full = "full",
    }
}

label! {
    /// Why a socket ended.
    Ended as "reason" {
        /// The page closed it.
        Left = "left",
        /// The other side vanished, or takes no bytes.
        Vanished = "vanished",
        /// A newer socket of the same view took its place.
        Replaced = "replaced",
        /// It broke the protocol, or a limit of it: a flood, a large frame.
        Misbehaved = "misbehaved",
        /// The server stops.
        Stopping = "stopping",
    }
}

/// A counter's instruments. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    /// Handshakes, by what became of them.
    pub(crate) handshakes: CounterBy<Outcome>,
    /// Handshakes that were accepted and kept from adding a view, by why.
    pub(crate) uncounted: CounterBy<Uncounted>,
    /// Sockets that ended, by why.
    pub(crate) ended: CounterBy<Ended>,
    /// Pages that were asked for and not made, by why.
    pub(crate) pages_refused: CounterBy<PageRefused>,
    /// Responses that were refused because too many are unread, by why.
    pub(crate) responses_refused: CounterBy<ResponseRefused>,
    /// Connections that were closed as soon as they were there: their address had
    /// as many as it may.
    pub(crate) connections_refused: IntCounter,
    /// Views.
    pub(crate) views: IntCounter,
    /// Frames with numbers that were handed to a socket.
    pub(crate) frames_sent: IntCounter,
    /// Seconds that a save took which was committed.
    pub(crate) save_seconds: Histogram,
    /// Tries to save that failed.
    pub(crate) save_failures: IntCounter,
    moment: Moment,
    lists: ListGauges,
}

/// Gauges that are set when somebody asks.
#[derive(Clone, Debug)]
struct Moment {
    readers: IntGauge,
    visitors: IntGauge,
    watchers: IntGauge,
    slugs: IntGauge,
    sockets: IntGauge,
    sockets_limit: IntGauge,
    unread_bytes: IntGauge,
    window_seconds: Gauge,
    unsaved_views: IntGauge,
    unsaved_age_seconds: Gauge,
}

impl Metrics {
    /// Instruments of their own, all at 0.
    #[expect(
        clippy::expect_used,
        reason = "names are constants, and every test of the hub makes these"
    )]
    pub(crate) fn new() -> Self {
        Self::build().expect("names that are valid and differ")
    }

    fn build() -> prometheus::Result<Self> {
        let registry = Registry::new();
        build_info(&registry)?;
        #[cfg(target_os = "linux")]
        registry.register(Box::new(
            prometheus::process_collector::ProcessCollector::for_self(),
        ))?;
        // From half a millisecond to two seconds: a save that takes longer waits
        // for a lock, or for a disk in trouble.
        let save_buckets = exponential_buckets(0.000_5, 2.0, 13)?;
        Ok(Self {
            handshakes: CounterBy::new(
                "viewcounter_handshakes_total",
                "WebSocket handshakes, by what became of them.",
                &registry,
            )?,
            uncounted: CounterBy::new(
                "viewcounter_uncounted_handshakes_total",
                "Accepted handshakes that were kept from adding a view, by why.",
                &registry,
            )?,
            ended: CounterBy::new(
                "viewcounter_sockets_ended_total",
                "Sockets that ended, by why.",
                &registry,
            )?,
            pages_refused: CounterBy::new(
                "viewcounter_pages_refused_total",
                "Pages that were asked for and not made, by why.",
                &registry,
            )?,
            responses_refused: CounterBy::new(
                "viewcounter_responses_refused_total",
                "Responses that were refused because too many are unread, by why.",
                &registry,
            )?,
            connections_refused: registered(
                IntCounter::new(
                    "viewcounter_connections_refused_total",
                    "Connections that were closed at once: their address had as many as it may.",
                ),
                &registry,
            )?,
            views: registered(
                IntCounter::new("viewcounter_views_total", "Views that were counted."),
                &registry,
            )?,
            frames_sent: registered(
                IntCounter::new(
                    "viewcounter_frames_sent_total",
                    "Frames with numbers that were sent to readers and watchers.",
                ),
                &registry,
            )?,
            save_seconds: registered(
                Histogram::with_opts(
                    HistogramOpts::new(
                        "viewcounter_save_duration_seconds",
                        "How long it took to commit the views of all posts that were due.",
                    )
                    .buckets(save_buckets),
                ),
                &registry,
            )?,
            save_failures: registered(
                IntCounter::new(
                    "viewcounter_save_failures_total",
                    "Tries to save views that failed; they are kept and tried again.",
                ),
                &registry,
            )?,
            moment: Moment::new(&registry)?,
            lists: ListGauges::new(&registry)?,
            registry,
        })
    }

    /// All of it in Prometheus' text format, [`TEXT_FORMAT`], with what the limits say of
    /// sockets, and how many pages are known.
    ///
    /// # Errors
    /// If there is a defect in what is registered.
    pub(crate) fn text(
        &self,
        overview: &Overview,
        limits: &Limits,
        slugs: &Slugs,
    ) -> prometheus::Result<String> {
        self.moment.set(overview, limits);
        self.lists.set(slugs);
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

impl Moment {
    fn new(registry: &Registry) -> prometheus::Result<Self> {
        let integer = |name, help| registered(IntGauge::new(name, help), registry);
        let float = |name, help| registered(Gauge::new(name, help), registry);
        Ok(Self {
            readers: integer("viewcounter_readers", "Readers at this moment.")?,
            visitors: integer(
                "viewcounter_visitors",
                "Readers at this moment, and pages without a post that are visited.",
            )?,
            watchers: integer(
                "viewcounter_watchers",
                "Sockets at this moment that see the numbers of a post and are in neither.",
            )?,
            slugs: integer(
                "viewcounter_hubs",
                "Posts that are held in memory: read, watched, unsaved or remembered.",
            )?,
            sockets: integer(
                "viewcounter_sockets",
                "Sockets at this moment, of readers, watchers and pages without a post.",
            )?,
            sockets_limit: integer(
                "viewcounter_sockets_limit",
                "How many sockets there may be at once.",
            )?,
            unread_bytes: integer(
                "viewcounter_unread_response_bytes",
                "Bytes of memory that responses take which their clients have not read yet.",
            )?,
            window_seconds: float(
                "viewcounter_broadcast_window_seconds",
                "The longest time that a post, or the site, waits between two frames; 0 when all are quiet.",
            )?,
            unsaved_views: integer(
                "viewcounter_unsaved_views",
                "Views that are not known to be saved.",
            )?,
            unsaved_age_seconds: float(
                "viewcounter_unsaved_age_seconds",
                "Age of the oldest of the unsaved views; 0 when there are none.",
            )?,
        })
    }

    fn set(&self, overview: &Overview, limits: &Limits) {
        self.readers.set(gauged(overview.readers));
        self.visitors.set(gauged(overview.visitors));
        self.watchers.set(gauged(overview.watchers));
        self.slugs.set(gauged(overview.slugs));
        self.sockets.set(gauged(limits.sockets()));
        self.sockets_limit.set(gauged(limits.sockets_most()));
        self.unread_bytes.set(gauged(limits.unread_bytes()));
        self.window_seconds
            .set(overview.longest_window.unwrap_or_default().as_secs_f64());
        self.unsaved_views.set(gauged(overview.unsaved_views));
        self.unsaved_age_seconds
            .set(overview.unsaved_for.unwrap_or_default().as_secs_f64());
    }
}

fn gauged(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

fn registered<C: Collector + Clone + 'static>(
    collector: prometheus::Result<C>,
    registry: &Registry,
) -> prometheus::Result<C> {
    let collector = collector?;
    registry.register(Box::new(collector.clone()))?;
    Ok(collector)
}

/// `viewcounter_build_info{version="…"} 1`, by which a change of the numbers can
/// be laid beside a change of the program.
fn build_info(registry: &Registry) -> prometheus::Result<()> {
    let about = prometheus::Opts::new(
        "viewcounter_build_info",
        "Always 1; the version is its label.",
    )
    .const_label("version", env!("CARGO_PKG_VERSION"));
    registered(IntGauge::with_opts(about), registry)?.set(1);
    Ok(())
}
