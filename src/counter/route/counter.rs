//! The counter as one value, for the routes and for what is around them.

use super::{
    error::ApiError, list::ListOutcome, prefix::Prefix, refusal_log::RefusalLog,
    shared_answer::SharedAnswer,
};
use crate::counter::{
    admission::{Admission, Origins, SlugRefused},
    crawler,
    gate::Gate,
    hub::{Hub, Unsaved},
    limits::{NoRoom, Share, UnreadLease},
    metrics::{Metrics, PageRefused, ResponseRefused},
    protocol::{Counts, Slug},
    queue::Queue,
    responses::AdmittedConnection,
    socket,
};
use axum::{
    extract::Request,
    http::{Extensions, HeaderMap},
};
use std::{net::IpAddr, pin::pin, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};

/// How long a stop tries to save: what supervisors wait before they kill, 30 s by the
/// files in `deploy/`, less ten for a last try and for requests under way. The default
/// of `--stop-timeout`, too.
const DEFAULT_STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// How long stopping waits for sockets beyond the time over which they are closed.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);
/// How long sockets stay open for the first save. It goes on while they are closed.
const SAVE_BEFORE_CLOSE: Duration = Duration::from_secs(2);

/// The counter as one value: the hub, who may reach it, and its open sockets.
/// Clones are the same counter.
#[derive(Clone)]
pub struct Counter(Arc<Inner>);

struct Inner {
    hub: Hub,
    admission: Admission,
    gate: Gate,
    queue: Queue,
    shared_list: SharedAnswer<ListOutcome>,
    refusals: RefusalLog,
    prefix: Prefix,
}

impl Counter {
    /// A counter that is ready, whose routes are at the root of the site.
    pub fn new(hub: Hub, admission: Admission) -> Self {
        Self::with_prefix(hub, admission, Prefix::default())
    }

    /// A counter that is ready, whose routes have this path before theirs. Pages learn it from
    /// a [`<CounterMeta/>`](crate::counter::meta::CounterMeta) in the document's head.
    pub fn with_prefix(hub: Hub, admission: Admission, prefix: Prefix) -> Self {
        crawler::prepare();
        Self(Arc::new(Inner {
            hub,
            admission,
            gate: Gate::new(),
            queue: Queue::default(),
            shared_list: SharedAnswer::default(),
            refusals: RefusalLog::default(),
            prefix,
        }))
    }

    /// The hub, for numbers in pages: [`Hub::counts`].
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// What is before the path of each of its routes.
    pub fn prefix(&self) -> &Prefix {
        &self.0.prefix
    }

    /// Where refused handshakes are logged.
    pub(in crate::counter) fn refusals(&self) -> &RefusalLog {
        &self.0.refusals
    }

    /// As [`Self::stop_within`], with the default of twenty seconds.
    ///
    /// # Errors
    /// If views could not be saved.
    pub async fn stop(&self) -> Result<(), Unsaved> {
        self.stop_within(DEFAULT_STOP_TIMEOUT).await
    }

    /// Stops in the order that loses nothing: not ready and no new sockets, save, close
    /// all sockets with 1012, spread out, and save the rest. Takes some seconds, for the
    /// sockets. Saving is tried for `limit`, and the last try, which may begin then, is
    /// waited for six seconds more.
    ///
    /// # Errors
    /// If views could not be saved.
    pub async fn stop_within(&self, limit: Duration) -> Result<(), Unsaved> {
        let inner = &self.0;
        let began = Instant::now();
        inner.gate.shut();
        self.save_and_close_sockets(limit).await;
        let left = limit.saturating_sub(began.elapsed());
        inner.hub.save_and_stop(left).await
    }

    /// Saves what there is, then closes all sockets; where saving takes long, at the
    /// same time. What could not be saved is left to the next save.
    async fn save_and_close_sockets(&self, limit: Duration) {
        let inner = &self.0;
        let mut save = pin!(inner.hub.begin_to_save_and_stop(limit));
        let saved = timeout(SAVE_BEFORE_CLOSE.min(limit), &mut save).await;
        let patience = (socket::CLOSE_SPREAD + STOP_TIMEOUT).min(limit);
        let mut close = pin!(inner.gate.clear(patience));
        if saved.is_ok() {
            close.await;
            return;
        }
        tracing::info!("saving takes long; it goes on while sockets are closed");
        tokio::select! {
            () = &mut close => {}
            _ = &mut save => close.await,
        }
    }

    /// The slug that this text names.
    ///
    /// # Errors
    /// If it names none that is counted.
    pub fn slug(&self, text: &str) -> Result<Slug, ApiError> {
        let found = self.0.admission.slug(text);
        found.map_err(|why| ApiError::not_found(why, text))
    }

    /// The numbers of a slug that is counted.
    ///
    /// # Errors
    /// If it is not, or its numbers cannot be read.
    pub async fn counts(&self, slug: &Slug) -> Result<Counts, ApiError> {
        if !self.0.admission.slugs.contains(slug) {
            return Err(ApiError::not_found(SlugRefused::Unknown, slug.as_str()));
        }
        let counts = self.0.hub.counts(slug).await;
        counts.map_err(|_| ApiError::storage_failed())
    }

    /// One more connection from this peer, to be held as long as it lasts; none if
    /// its address has as many as it may. A trusted proxy may have any number.
    #[doc(hidden)]
    pub fn admit_connection(&self, peer: IpAddr) -> Option<AdmittedConnection> {
        let admission = &self.0.admission;
        let share = admission.limits.take_connection(admission.peer(peer));
        if share.is_none() {
            self.metrics().connections_refused.inc();
        }
        Some(AdmittedConnection::new(self.clone(), share?))
    }

    /// One more page for whoever asks, to be held until they have it; none if their
    /// address waits for as many as it may.
    pub(in crate::counter) fn admit_page(
        &self,
        extensions: &Extensions,
        headers: &HeaderMap,
    ) -> Option<Share> {
        let admission = &self.0.admission;
        let from = admission.from(extensions, headers);
        admission.limits.take_page(from)
    }

    /// A lease of the bytes that the response to this request takes, to be held until
    /// its client has read it.
    ///
    /// # Errors
    /// If its address, or all together, hold as many as they may.
    pub(in crate::counter) fn admit_response(
        &self,
        request: &Request,
        bytes: usize,
    ) -> Result<UnreadLease, NoRoom> {
        let admission = &self.0.admission;
        let from = admission.from(request.extensions(), request.headers());
        admission.limits.take_response(from, bytes)
    }

    /// Counts a response that was refused because too many are unread.
    pub(in crate::counter) fn response_refused(&self, why: NoRoom) {
        let why = match why {
            NoRoom::AddressLimit => ResponseRefused::AddressLimit,
            NoRoom::Full => ResponseRefused::Full,
        };
        self.metrics().responses_refused.count(why);
    }

    /// Counts a page that was not made.
    pub(in crate::counter) fn page_refused(&self, why: PageRefused) {
        self.metrics().pages_refused.count(why);
    }

    /// Where pages wait to be made.
    pub(in crate::counter) fn queue(&self) -> &Queue {
        &self.0.queue
    }

    /// The list of all numbers, which is made once for all who ask at the same time.
    pub(super) fn shared_list(&self) -> &SharedAnswer<ListOutcome> {
        &self.0.shared_list
    }

    /// Whose pages are the site's own: those of its address, where that is known, and
    /// otherwise of the host that was asked. Pages that may connect beside them are not.
    #[doc(hidden)]
    pub fn own_origins(&self) -> Origins {
        match &self.0.admission.origins {
            Origins::Site(site) => Origins::Site(site.clone()),
            Origins::SameHost | Origins::Listed(_) => Origins::SameHost,
        }
    }

    /// Who may reach the hub.
    pub(crate) fn admission(&self) -> &Admission {
        &self.0.admission
    }

    pub(super) fn metrics(&self) -> &Metrics {
        self.0.hub.metrics()
    }

    /// Where sockets come in.
    pub(in crate::counter) fn gate(&self) -> &Gate {
        &self.0.gate
    }
}
