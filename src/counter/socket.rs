//! A reader's WebSocket, from the upgrade to its end: frames out, pings, and what to
//! make of what the other side sends. What other sockets share with it is in the modules
//! below.

pub(crate) mod allowance;
pub(crate) mod keepalive;
mod line;
pub(crate) mod metered;
pub(crate) mod websocket;

use super::{
    frame::Frame,
    gate::Pass,
    hub::{News, Outlet, Subscription},
    metrics::Metrics,
    protocol::{TELL_VISITORS, close_code},
};
use allowance::{FrameAllowance, FrameLimits};
use futures_util::{StreamExt, TryFutureExt, future};
use keepalive::{Keepalive, Passed};
use metered::ByteLimit;
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::tungstenite::Message;
use websocket::{End, SocketLimits, WebSocket, end_of_error, finish, send};

/// When the server stops, its closes are spread over this time, so that not
/// all readers come back in the same moment.
pub(crate) const CLOSE_SPREAD: Duration = Duration::from_secs(2);

/// What may go through a reader's socket.
pub(super) const LIMITS: SocketLimits = SocketLimits {
    max_message: 512,
    max_sent: 4096,
    // Above what the frames that it may send take if they are the largest, headers and masks
    // included, so that it is only reached by what is no frame to us.
    bytes: ByteLimit {
        burst: 16.0 * 1024.0,
        per_second: 1024.0,
    },
};
/// A page has reason to send one frame a minute.
const FRAMES: FrameLimits = FrameLimits {
    burst: 20.0,
    interval: Duration::from_secs(1),
};

/// Serves the socket until it ends. The subscription is dropped as soon as the
/// reader is known to leave, before any closing handshake.
#[expect(
    clippy::manual_async_fn,
    reason = "an `async fn` has room for each argument twice, and there are many sockets"
)]
pub(super) fn serve(
    socket: &mut WebSocket,
    mut subscription: Subscription,
    pass: &Pass,
    metrics: &Metrics,
) -> impl Future<Output = ()> {
    async move {
        let Err(end) = converse(socket, &mut subscription, pass, metrics).await;
        drop(subscription);
        metrics.ended.count(end.kind());
        finish(socket, end).await;
    }
}

async fn converse(
    socket: &mut WebSocket,
    subscription: &mut Subscription,
    pass: &Pass,
    metrics: &Metrics,
) -> Result<std::convert::Infallible, End> {
    show(socket, &subscription.current(), metrics).await?;
    let outlet = socket.get_ref().get_ref().outlet();
    let mut visitors = None;
    let mut keepalive = Keepalive::new(Instant::now());
    let mut allowance = FrameAllowance::new(FRAMES, Instant::now());
    loop {
        tokio::select! {
            // In this order: what has arrived is read before a deadline is
            // judged, or a server that slept would drop everyone.
            biased;
            message = socket.next() => {
                let now = Instant::now();
                keepalive.heard(now);
                let message = message.ok_or(End::Gone)?.map_err(|error| end_of_error(&error))?;
                if !allowance.take(now) {
                    return Err(End::Close(close_code::POLICY, "too many frames"));
                }
                if asks_for_numbers(&message)? {
                    show(socket, &subscription.current(), metrics).await?;
                    if asks_for_visitors(&message) && visitors.is_none() {
                        visitors = subscription.visitors().map(Box::new);
                    }
                    if let Some(visitors) = &mut visitors {
                        show(socket, &visitors.current(), metrics).await?;
                    }
                }
            }
            () = pass.closing() => {
                // Still a reader meanwhile, and still shown as one.
                sleep(CLOSE_SPREAD.mul_f64(rand::random::<f64>())).await;
                return Err(End::RESTARTING);
            }
            news = news(subscription, visitors.as_deref_mut(), outlet.as_ref()) => match news {
                News::Frame(frame) => show(socket, &frame, metrics).await?,
                News::Replaced => {
                    return Err(End::Close(close_code::REPLACED, "replaced by a newer socket"));
                }
                // Whoever read the view's id in a log could else close its page for good. A
                // page that moved to another network has let go of this socket itself; one
                // that is still there comes back, and takes the view over again.
                News::TakenElsewhere => {
                    return Err(End::Close(
                        close_code::TRY_AGAIN,
                        "this view was opened from another address; come back",
                    ));
                }
            },
            () = sleep_until(keepalive.due()) => match keepalive.passed(Instant::now()) {
                Passed::Silence => send(socket, Message::Ping(Default::default())).await?,
                Passed::Ping => {}
                Passed::Look => return Err(End::Gone),
            },
        }
    }
}

/// Whether this message is answered with the numbers.
fn asks_for_numbers(message: &Message) -> Result<bool, End> {
    match message {
        Message::Text(_) => Ok(true),
        // A ping is answered by the protocol layer.
        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(false),
        Message::Binary(_) => Err(End::Close(close_code::UNSUPPORTED, "text frames only")),
        Message::Close(_) => Err(End::Closing),
    }
}

/// Whether it is to be told of the site's visitors from then on.
fn asks_for_visitors(message: &Message) -> bool {
    matches!(message, Message::Text(text) if text.as_str() == TELL_VISITORS)
}

/// The next thing to do about its slug, or about the site's visitors where it asked.
async fn news(
    subscription: &mut Subscription,
    visitors: Option<&mut Subscription>,
    outlet: Option<&Arc<dyn Outlet>>,
) -> News {
    let of_slug = subscription.news(outlet);
    match visitors {
        // Seldom asked for, and there are many sockets: in memory of its own.
        Some(visitors) => {
            let of_site = Box::pin(visitors.news(outlet));
            future::select(pin!(of_slug), of_site)
                .await
                .factor_first()
                .0
        }
        None => of_slug.await,
    }
}

/// Sends the numbers.
fn show(
    socket: &mut WebSocket,
    frame: &Frame,
    metrics: &Metrics,
) -> impl Future<Output = Result<(), End>> {
    send(socket, Message::Text(frame.text().clone())).inspect_ok(|()| metrics.frames_sent.inc())
}
