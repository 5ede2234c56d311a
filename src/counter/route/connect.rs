//! Opens a reader's socket: everything that is asked before the upgrade, and what
//! became of it.

use super::{ApiError, Counter, decoded, handshake};
use crate::counter::{
    accept::Place,
    admission::{PageSays, SlugRefused, Watches},
    gate::Pass,
    hub::Subscription,
    limits::{Refusal, Slot},
    metrics::{Outcome, Uncounted},
    protocol::{Slug, ViewId},
    socket::{self, WebSocket},
    tally::Arrival,
};
use axum::{
    extract::{
        Path, Query, Request, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{StatusCode, request::Parts},
    response::Response,
};
use futures_util::{FutureExt, future::OptionFuture};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct ConnectQuery {
    v: Option<String>,
    again: Option<String>,
    watch: Option<String>,
    gpc: Option<String>,
    webdriver: Option<String>,
}

impl ConnectQuery {
    fn arrival(&self) -> Result<Arrival, ApiError> {
        let view = self.v.as_deref().map(str::parse::<ViewId>).transpose();
        Ok(Arrival {
            view: view.map_err(|e| ApiError::new(StatusCode::BAD_REQUEST, e))?,
            again: is_set(self.again.as_deref()),
        })
    }

    fn page_says(&self) -> PageSays {
        PageSays {
            watch: is_set(self.watch.as_deref()),
            gpc: is_set(self.gpc.as_deref()),
            webdriver: is_set(self.webdriver.as_deref()),
        }
    }
}

/// `?watch=1`, and nothing else, sets `watch`.
fn is_set(flag: Option<&str>) -> bool {
    flag == Some("1")
}

/// A handshake that ends without a socket.
struct TurnedAway {
    outcome: Outcome,
    error: ApiError,
}

impl TurnedAway {
    /// For `map_err`: this outcome, whatever the error says.
    fn as_<E: Into<ApiError>>(outcome: Outcome) -> impl Fn(E) -> Self {
        move |error| Self {
            outcome,
            error: error.into(),
        }
    }
}

impl From<Refusal> for TurnedAway {
    fn from(refusal: Refusal) -> Self {
        let outcome = match refusal {
            Refusal::TooFast(_) => Outcome::TooFast,
            Refusal::TooManyOpen => Outcome::TooManyOpen,
            Refusal::SlugFull => Outcome::SlugFull,
            Refusal::Full => Outcome::Full,
        };
        Self::as_(outcome)(refusal)
    }
}

impl From<SlugRefused> for TurnedAway {
    fn from(why: SlugRefused) -> Self {
        let outcome = match why {
            SlugRefused::Malformed(_) => Outcome::SlugMalformed,
            SlugRefused::Unknown => Outcome::SlugUnknown,
        };
        Self::as_(outcome)(ApiError::slug_refused(why, StatusCode::FORBIDDEN))
    }
}

/// What becomes of a handshake, which is counted when that is known. Of one that
/// is dropped before, its client has gone.
struct Fate {
    counter: Counter,
    outcome: Outcome,
}

impl Fate {
    fn open(counter: Counter) -> Self {
        let outcome = Outcome::Abandoned;
        Self { counter, outcome }
    }

    fn is(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Fate {
    fn drop(&mut self) {
        self.counter.metrics().handshakes.count(self.outcome);
    }
}

/// Opens a reader's socket, or says why not.
pub(super) async fn connect(
    State(counter): State<Counter>,
    slug: Result<Path<String>, PathRejection>,
    query: Result<Query<ConnectQuery>, QueryRejection>,
    request: Request,
) -> Result<Response, ApiError> {
    open_or_turn_away(counter, Some(slug), query, request).await
}

/// Opens the socket of a page without a post, or says why not.
pub(super) async fn visit(
    State(counter): State<Counter>,
    query: Result<Query<ConnectQuery>, QueryRejection>,
    request: Request,
) -> Result<Response, ApiError> {
    open_or_turn_away(counter, None, query, request).await
}

async fn open_or_turn_away(
    counter: Counter,
    slug: Option<Result<Path<String>, PathRejection>>,
    query: Result<Query<ConnectQuery>, QueryRejection>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let mut fate = Some(Fate::open(counter.clone()));
    let opened = open(&counter, slug, query, parts, &mut fate).await;
    opened.map_err(|away| {
        if let Some(fate) = fate {
            fate.is(away.outcome);
        }
        away.error
    })
}

/// The order of the checks is part of the contract. Where they are passed, the fate
/// is in the hands of the socket to be. Without a slug it is the site's.
async fn open(
    counter: &Counter,
    slug: Option<Result<Path<String>, PathRejection>>,
    query: Result<Query<ConnectQuery>, QueryRejection>,
    mut parts: Parts,
    fate: &mut Option<Fate>,
) -> Result<Response, TurnedAway> {
    let malformed = TurnedAway::as_::<ApiError>(Outcome::Malformed);
    let admission = counter.admission();
    admission
        .origins
        .admit(&parts.headers, &parts.uri)
        .ok_or_else(|| {
            counter.refusals().origin_refused(&parts);
            ApiError::origin_refused(&parts.headers)
        })
        .map_err(TurnedAway::as_(Outcome::OriginRefused))?;
    let slug = match slug {
        Some(slug) => {
            let slug = decoded(slug).map_err(TurnedAway::as_(Outcome::SlugMalformed))?;
            admission.slug(&slug).inspect_err(|why| {
                if *why == SlugRefused::Unknown {
                    counter.refusals().slug_unknown(&slug);
                }
            })?
        }
        None => Slug::site(),
    };
    let upgrade = handshake::upgrade(&mut parts, counter.prefix()).map_err(&malformed)?;
    let Query(query) = query
        .map_err(|rejection| ApiError::new(rejection.status(), rejection.body_text()))
        .map_err(&malformed)?;
    let arrival = query.arrival().map_err(&malformed)?;
    let from = admission.from(&parts.extensions, &parts.headers);
    let slot = admission.limits.enter(from, &slug)?;
    let pass = counter
        .gate()
        .enter()
        .ok_or_else(ApiError::restarting)
        .map_err(TurnedAway::as_(Outcome::Stopping))?;
    let door = counter
        .hub()
        .open(&slug)
        .await
        .map_err(|_| ApiError::storage_failed())
        .map_err(TurnedAway::as_(Outcome::StorageFailed))?;

    let watches = admission.watches(&parts.headers, query.page_says());
    let counter = counter.clone();
    let place = parts.extensions.get::<Place>().map(Place::hold);
    let (response, socket) = upgrade.agree();
    let fate = fate.take();
    // In memory of its own, which is given back as soon as the socket is open: what
    // opens one is larger than what it takes from then on.
    let opening = Box::pin(async move {
        let (mut socket, fate) = (socket.await?, fate?);
        if pass.is_closing() {
            fate.is(Outcome::Stopping);
            socket::refuse(&mut socket).await;
            return None;
        }
        fate.is(Outcome::Accepted);
        let metrics = counter.metrics();
        let subscription = if let Some(why) = watches {
            metrics.uncounted.count(why.into());
            door.watch()
        } else {
            door.join_from(from, arrival, || {
                let counts = counter.admission().limits.take_view(from, &slug);
                if !counts {
                    metrics.uncounted.count(Uncounted::Quota);
                }
                counts
            })
        };
        Some(Opened {
            socket,
            subscription,
            pass,
            slot,
            counter,
        })
    });
    let served = opening.then(|opened| OptionFuture::from(opened.map(Opened::serve)));
    tokio::spawn(served.map(|_| drop(place)));
    Ok(response)
}

/// A socket that is to be served, and what it holds.
struct Opened {
    socket: WebSocket,
    subscription: Subscription,
    pass: Pass,
    slot: Slot,
    counter: Counter,
}

impl Opened {
    #[expect(
        clippy::manual_async_fn,
        reason = "an `async fn` has room for each argument twice, and there are many sockets"
    )]
    fn serve(mut self) -> impl Future<Output = ()> {
        async move {
            let (socket, metrics) = (&mut self.socket, self.counter.metrics());
            socket::serve(socket, self.subscription, &self.pass, metrics).await;
            // No socket any more, only a connection.
            drop((self.pass, self.slot));
            socket::end(self.socket).await;
        }
    }
}

impl From<Watches> for Uncounted {
    fn from(why: Watches) -> Self {
        match why {
            Watches::Asked => Self::Asked,
            Watches::LeftOut => Self::Privacy,
            Watches::Webdriver => Self::Webdriver,
            Watches::Crawler => Self::Crawler,
        }
    }
}
