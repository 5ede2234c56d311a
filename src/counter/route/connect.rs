//! Opens a reader's socket: everything that is asked before the upgrade, and what
//! became of it.

use super::{
    ApiError, Counter,
    admitted::{Admitted, ConnectQuery, TurnedAway},
};
use crate::counter::{
    accept::Place,
    admission::Watches,
    gate::Pass,
    hub::Subscription,
    limits::Slot,
    metrics::{Outcome, Uncounted},
    socket::{
        self,
        websocket::{self, WebSocket},
    },
};
use axum::{
    extract::{
        Path, Query, Request, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::request::Parts,
    response::Response,
};
use futures_util::{FutureExt, future::OptionFuture};

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

/// Where the checks are passed, the fate is in the hands of the socket to be.
async fn open(
    counter: &Counter,
    slug: Option<Result<Path<String>, PathRejection>>,
    query: Result<Query<ConnectQuery>, QueryRejection>,
    mut parts: Parts,
    fate: &mut Option<Fate>,
) -> Result<Response, TurnedAway> {
    let Admitted {
        slug,
        upgrade,
        query,
        arrival,
        from,
        slot,
        pass,
    } = Admitted::check(counter, slug, query, &mut parts)?;
    let door = counter
        .hub()
        .open(&slug)
        .await
        .map_err(|_| ApiError::storage_failed())
        .map_err(TurnedAway::as_(Outcome::StorageFailed))?;

    let watches = counter
        .admission()
        .watches(&parts.headers, query.page_says());
    let counter = counter.clone();
    let place = parts.extensions.get::<Place>().map(Place::hold);
    let (response, socket) = upgrade.agree(socket::LIMITS);
    let fate = fate.take();
    // In memory of its own, which is given back as soon as the socket is open: what
    // opens one is larger than what it takes from then on.
    let opening = Box::pin(async move {
        let (mut socket, fate) = (socket.await?, fate?);
        if pass.is_closing() {
            fate.is(Outcome::Stopping);
            websocket::refuse(&mut socket).await;
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
            websocket::end(self.socket).await;
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
