//! One WebSocket, from the upgrade to its end: frames out, pings, and what to
//! make of what the other side sends.

mod line;
mod metered;

use super::{
    frame::Frame,
    gate::Pass,
    hub::{News, Outlet, Subscription},
    metrics::{Ended, Metrics},
    protocol::{TELL_VISITORS, close_code},
};
use futures_util::{FutureExt, SinkExt, StreamExt, TryFutureExt, future};
use hyper::upgrade::Upgraded;
use line::Line;
use metered::{Metered, Ration};
use std::{io, pin::pin, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message, Utf8Bytes,
        error::ProtocolError,
        protocol::{CloseFrame, Role, WebSocketConfig},
    },
};

/// A socket that was silent this long is pinged. Below the 60 s after which
/// common proxies drop an idle connection.
const PING_AFTER: Duration = Duration::from_secs(25);
/// A socket that does not answer a ping within this time is dead, if nothing
/// came from it after one more look…
const PONG_WITHIN: Duration = Duration::from_secs(9);
/// …so long after. A process that slept finds every timer due before the runtime
/// has heard from the kernel which sockets have something to read; by then it
/// has.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// A peer that takes no byte for this long is dead too. A frame may be on its
/// way when the ping is due: together these are the 40 s after which a reader
/// who vanished is gone.
const WRITE_WITHIN: Duration = Duration::from_secs(5);
/// How long the other side has to answer our close frame.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// When the server stops, its closes are spread over this time, so that not
/// all readers come back in the same moment.
pub(super) const CLOSE_SPREAD: Duration = Duration::from_secs(2);

/// What a reader may send in one message, in bytes.
const MAX_MESSAGE: usize = 512;
/// Frames a client may send in a burst, and the time in which it earns one
/// more. A page has reason to send one a minute.
const FRAMES_BURST: f64 = 20.0;
const FRAME_EVERY: Duration = Duration::from_secs(1);
/// Above what that many of the largest frames take, headers and masks included,
/// so that it is only reached by what is no frame to us.
const BYTES: Ration = Ration {
    burst: 16.0 * 1024.0,
    per_second: 1024.0,
};

/// A socket whose other side is a reader.
pub(super) type WebSocket = WebSocketStream<Metered<Line>>;

/// The socket that a connection, or a stream of HTTP/2, has become. At the
/// library's defaults it would take 137 KB; so it takes about 2.
pub(super) async fn over(upgraded: Upgraded) -> WebSocket {
    let config = WebSocketConfig::default()
        .read_buffer_size(256)
        .write_buffer_size(0)
        .max_write_buffer_size(4096)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let stream = Metered::new(Line::over(upgraded), BYTES);
    WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await
}

/// Why a socket ends.
enum End {
    /// The other side is gone or as good as gone: there is nobody to tell.
    Gone,
    /// The other side closes; the answer is on its way out.
    Closing,
    /// We close, for this reason.
    Close(u16, &'static str),
}

impl End {
    const RESTARTING: Self = Self::Close(close_code::RESTART, "the server restarts");

    fn kind(&self) -> Ended {
        match self {
            Self::Gone => Ended::Vanished,
            Self::Closing => Ended::Left,
            Self::Close(close_code::RESTART, _) => Ended::Stopping,
            Self::Close(close_code::REPLACED | close_code::TRY_AGAIN, _) => Ended::Replaced,
            Self::Close(..) => Ended::Misbehaved,
        }
    }
}

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

/// Turns a socket away that was opened while the server stops.
pub(super) async fn refuse(socket: &mut WebSocket) {
    finish(socket, End::RESTARTING).await;
}

/// Ends the connection of a socket that was served, and returns when it has ended.
pub(super) fn end(socket: WebSocket) -> impl Future<Output = ()> {
    socket.into_inner().into_inner().end()
}

/// The closing handshake, as far as there is one.
async fn finish(socket: &mut WebSocket, end: End) {
    if let End::Close(code, reason) = end {
        let frame = CloseFrame {
            code: code.into(),
            reason: Utf8Bytes::from_static(reason),
        };
        if send(socket, Message::Close(Some(frame))).await.is_err() {
            return;
        }
    }
    if matches!(end, End::Closing) {
        // The library's answer, and our end.
        socket.get_mut().get_mut().writes_last();
    }
    if !matches!(end, End::Gone) {
        // Reads on, without heed, until the other side has answered. After a
        // broken frame no more can be read here, and this ends at once; the
        // connection itself lingers, so that the close frame is not lost.
        let drained = async { while let Some(Ok(_)) = socket.next().await {} };
        let _ = timeout(CLOSE_WITHIN, drained).await;
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
    let mut pulse = Pulse::new(Instant::now());
    let mut allowance = Allowance::new(Instant::now());
    loop {
        tokio::select! {
            // In this order: what has arrived is read before a deadline is
            // judged, or a server that slept would drop everyone.
            biased;
            message = socket.next() => {
                let now = Instant::now();
                pulse.heard(now);
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
            () = sleep_until(pulse.due()) => match pulse.passed(Instant::now()) {
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

fn send(socket: &mut WebSocket, message: Message) -> impl Future<Output = Result<(), End>> {
    timeout(WRITE_WITHIN, socket.send(message)).map(|sent| match sent {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    })
}

/// The close code that a broken frame asks for (RFC 6455 §7.4.1).
fn end_of_error(error: &Error) -> End {
    match error {
        Error::Capacity(_) => End::Close(close_code::TOO_BIG, "frame too large"),
        Error::Utf8(_) => End::Close(close_code::INVALID, "text is not UTF-8"),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => End::Gone,
        Error::Protocol(_) => End::Close(close_code::PROTOCOL, "protocol error"),
        Error::Io(error) if error.kind() == io::ErrorKind::QuotaExceeded => {
            End::Close(close_code::POLICY, "too many bytes")
        }
        _ => End::Gone,
    }
}

/// Whether the other side is still there.
struct Pulse {
    due: Instant,
    next: Passed,
}

/// What has passed without a word from the other side.
#[derive(Clone, Copy)]
enum Passed {
    /// The time after which it is pinged.
    Silence,
    /// The time that it had to answer.
    Ping,
    /// And one more look.
    Look,
}

impl Pulse {
    fn new(now: Instant) -> Self {
        Self {
            due: now + PING_AFTER,
            next: Passed::Silence,
        }
    }

    /// When something has passed.
    fn due(&self) -> Instant {
        self.due
    }

    /// [`Self::due`] has come. Says what has passed.
    fn passed(&mut self, now: Instant) -> Passed {
        let passed = self.next;
        (self.next, self.due) = match passed {
            Passed::Silence => (Passed::Ping, now + PONG_WITHIN),
            Passed::Ping | Passed::Look => (Passed::Look, now + LOOK_AGAIN),
        };
        passed
    }

    /// Anything that arrives shows that it is there.
    fn heard(&mut self, now: Instant) {
        *self = Self::new(now);
    }
}

/// How many frames the other side may still send. Fragments of one message are
/// one frame here: [`BYTES`] bounds how many there are.
struct Allowance {
    frames: f64,
    at: Instant,
}

impl Allowance {
    fn new(now: Instant) -> Self {
        Self {
            frames: FRAMES_BURST,
            at: now,
        }
    }

    /// Takes one, if there is one.
    fn take(&mut self, now: Instant) -> bool {
        let earned = (now - self.at).div_duration_f64(FRAME_EVERY);
        self.at = now;
        self.frames = (self.frames + earned).min(FRAMES_BURST) - 1.0;
        if self.frames < 0.0 {
            self.frames = 0.0;
            return false;
        }
        true
    }
}
