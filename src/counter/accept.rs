//! The accept loop: `axum::serve` with the limits that the open internet asks
//! for. It has no timeout for a client that sends its headers one byte at a
//! time, none for one that asks for nothing, and sets no socket option.

mod activity;
mod answer;
mod incoming;
mod lingering;
mod stream_task;
#[cfg(test)]
mod tests;
mod transport;
mod version;

use super::descriptors::most_connections;
use activity::{Activity, Held, Overdue};
use answer::Answer;
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    response::Response,
};
use futures_util::future::Either;
use hyper::{
    body::Incoming as IncomingBody,
    server::conn::{http1, http2},
    service::service_fn,
    upgrade::Upgraded,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use incoming::{Incoming, Shortage};
pub(super) use lingering::Lingering;
use std::{
    collections::VecDeque,
    convert::Infallible,
    future::ready,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Weak},
    time::Duration,
};
use stream_task::StreamExecutor;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;
use transport::Transport;
use version::{Begun, Version, version};

/// A connection whose peer takes no byte for this long is dropped.
const WRITE_WITHIN: Duration = Duration::from_secs(30);
/// Requests under way have this long to end when the server stops. With the time
/// in which sockets are closed it stays below ten seconds, after which `docker stop`
/// kills; if views cannot be saved it may not, and then the last try to save them is
/// over before.
const STOP_WITHIN: Duration = Duration::from_secs(3);
/// The pause after an accept that failed, so that a lack of descriptors does
/// not become a busy loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// The kernel's send buffer a connection: what the site's files have under way
/// in one round trip. A connection that becomes a socket gets a smaller one.
const SEND_BUFFER: u32 = 128 * 1024;
/// Waiting connections, until they are accepted.
const BACKLOG: u32 = 1024;
/// The head of a request, in bytes, HTTP/1 and 2; more is answered with 431.
const HEAD_MOST: u32 = 16 * 1024;
/// HTTP/2 streams at once a connection: a browser's tabs share one.
const MAX_STREAMS: u32 = 100;
/// What a client may have sent that is not read yet, an HTTP/2 stream and a
/// connection: the protocol's own start (RFC 9113 §6.9.2). There is next to
/// nothing to send here.
const RECEIVE_WINDOW: u32 = 65_535;
/// Streams that a client's errors may make the server reset, a connection. Each
/// was a request, whose page may have been made already; h2 would take 1,024.
const ERRORS_MOST: usize = 20;
/// What may wait to be sent, an HTTP/2 stream, beyond the part of a file or page
/// that is in hand.
const SEND_QUEUE: usize = 16 * 1024;

/// Binds the address with the options that connections inherit.
///
/// # Errors
/// If the address cannot be had, for example because the port is taken.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    // Frames are sent as they are written.
    socket.set_nodelay(true)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves `app` until `stop`, then lets requests under way end. Upgraded
/// connections are not waited for: whoever upgraded them closes them. There are
/// as many connections at once as the process has file descriptors for, less a
/// reserve.
///
/// `admit` is asked about each peer, and what it returns is held until the
/// connection's end: `|peer| counter.admit_connection(peer)`. Where it returns
/// nothing the connection is closed.
pub async fn serve<H: Guest>(
    listener: TcpListener,
    app: Router,
    admit: impl Fn(IpAddr) -> Option<H>,
    stop: CancellationToken,
) {
    let room = Room::new(most_connections(), WhenFull::Wait);
    serve_in(room, listener, app, admit, stop).await;
}

/// As [`serve`], with so many connections at once: for a listener beside it. When there
/// are as many, the one that has waited longest, for a request or for its client, makes
/// room for a new one: a few that ask for nothing keep nobody away.
pub async fn serve_at_most<H: Guest>(
    most: usize,
    listener: TcpListener,
    app: Router,
    admit: impl Fn(IpAddr) -> Option<H>,
    stop: CancellationToken,
) {
    let room = Room::new(most, WhenFull::EndTheOldest(VecDeque::new()));
    serve_in(room, listener, app, admit, stop).await;
}

async fn serve_in<H: Guest>(
    mut room: Room,
    listener: impl Incoming,
    app: Router,
    admit: impl Fn(IpAddr) -> Option<H>,
    stop: CancellationToken,
) {
    let connections = TaskTracker::new();
    let mut shortage = Shortage::default();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = room.next(&listener) => accepted,
        };
        let (stream, peer, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if shortage.failed(&error) {
                    sleep(ACCEPT_PAUSE).await;
                }
                continue;
            }
        };
        shortage.succeeded();
        let Some(held) = admit(peer.ip()) else {
            continue;
        };
        let guest = Arc::new(held);
        let connection = Connection {
            app: app.clone(),
            stop: stop.clone(),
            activity: Activity::begin((permit, Arc::clone(&guest))),
            guest,
            peer: ConnectInfo(peer),
        };
        room.has(&connection.activity);
        connections.spawn(connection.serve(stream));
    }
    drop(listener);
    connections.close();
    if timeout(STOP_WITHIN, connections.wait()).await.is_err() {
        tracing::warn!(
            open = connections.len(),
            "gave up on connections that did not end"
        );
    }
}

/// The connections that there may be at once.
struct Room {
    permits: Arc<Semaphore>,
    when_full: WhenFull,
}

/// What becomes of a connection for which there is no room.
enum WhenFull {
    /// It waits in the kernel's backlog.
    Wait,
    /// The oldest of these makes room.
    EndTheOldest(VecDeque<Weak<Activity>>),
}

impl Room {
    fn new(most: usize, when_full: WhenFull) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(most)),
            when_full,
        }
    }

    /// The next connection, and its permit.
    async fn next<I: Incoming>(
        &self,
        listener: &I,
    ) -> io::Result<(I::Stream, SocketAddr, OwnedSemaphorePermit)> {
        let permit = || async {
            let permit = Arc::clone(&self.permits).acquire_owned().await;
            permit.map_err(io::Error::other)
        };
        match &self.when_full {
            WhenFull::Wait => {
                let permit = permit().await?;
                let (stream, peer) = listener.next().await?;
                Ok((stream, peer, permit))
            }
            WhenFull::EndTheOldest(open) => {
                let (stream, peer) = listener.next().await?;
                if self.permits.available_permits() == 0 {
                    let open = open.iter().filter_map(Weak::upgrade);
                    if let Some(oldest) = open.min_by_key(|activity| activity.since()) {
                        oldest.cut();
                    }
                }
                Ok((stream, peer, permit().await?))
            }
        }
    }

    /// There is one more connection.
    fn has(&mut self, activity: &Arc<Activity>) {
        if let WhenFull::EndTheOldest(open) = &mut self.when_full {
            open.retain(|other| other.strong_count() > 0);
            open.push_back(Arc::downgrade(activity));
        }
    }
}

/// What is known of whoever made a connection, as long as it lasts.
pub trait Guest: Send + Sync + 'static {
    /// Lets a request through, or says what is answered in its place. Asked before anything
    /// is done for it.
    ///
    /// # Errors
    /// The response in its place.
    fn admit(&self, request: &mut Request) -> Result<(), Box<Response>>;
}

/// Somebody whose requests are all answered.
impl Guest for () {
    fn admit(&self, _: &mut Request) -> Result<(), Box<Response>> {
        Ok(())
    }
}

/// A connection's place among those that the process can hold. Every request
/// carries it as an extension.
#[derive(Clone)]
pub struct Place(Arc<Activity>);

impl Place {
    /// Says that a socket holds the connection, or a stream of it, from now on
    /// and until what is returned is dropped: it is not idle, whatever else is
    /// asked on it.
    pub(crate) fn hold(&self) -> Held {
        self.0.hold()
    }
}

/// What a connection is read and written through.
type Stream<S> = Begun<Pin<Box<TimeoutStream<Lingering<S>>>>>;

/// The TCP connection that HTTP/1 has left to a socket, and what was read from it
/// already.
///
/// # Errors
/// If it is something else, a stream of HTTP/2: then it is as it was.
pub(super) fn tcp_of(upgraded: Upgraded) -> Result<(Lingering<TcpStream>, Vec<u8>), Upgraded> {
    let parts = upgraded.downcast::<TokioIo<Stream<TcpStream>>>()?;
    let (rest, mut stream) = parts.io.into_inner().into_parts();
    let lingering = stream.as_mut().get_pin_mut().get_mut().leave_to_socket();
    Ok((lingering, [&parts.read_buf[..], &rest].concat()))
}

struct Connection<H> {
    app: Router,
    guest: Arc<H>,
    stop: CancellationToken,
    activity: Arc<Activity>,
    /// Where limits find it, as axum's own servers say it.
    peer: ConnectInfo<SocketAddr>,
}

impl<H: Guest> Connection<H> {
    async fn serve(self, stream: impl Transport) {
        let mut stream = TimeoutStream::new(Lingering::new(stream, Arc::clone(&self.activity)));
        stream.set_write_timeout(Some(WRITE_WITHIN));
        let (version, stream) = tokio::select! {
            // An error is the peer's, who is gone.
            begun = version(Box::pin(stream)) => match begun {
                Ok(begun) => begun,
                Err(_) => return,
            },
            // There is no answer that it could wait for.
            _ = self.activity.overdue() => return,
            () = self.stop.cancelled() => return,
        };
        let (activity, stop) = (Arc::clone(&self.activity), self.stop.clone());
        let service = service_fn(move |request| self.answer(request));
        let stream = TokioIo::new(stream);
        // In memory of their own: a task is moved several times before it runs, and
        // would have room for either.
        match version {
            Version::Http1 => {
                let connection = http1().serve_connection(stream, service);
                let connection = Box::pin(connection.with_upgrades());
                let tell = http1::UpgradeableConnection::graceful_shutdown;
                until_over(connection, tell, &activity, &stop).await;
            }
            Version::Http2 => {
                let connection = Box::pin(http2().serve_connection(stream, service));
                let tell = http2::Connection::graceful_shutdown;
                until_over(connection, tell, &activity, &stop).await;
            }
        }
    }

    fn answer(
        &self,
        request: hyper::Request<IncomingBody>,
    ) -> impl Future<Output = Result<hyper::Response<Answer>, Infallible>> + use<H> {
        let asked = self.activity.asked(request.version());
        let mut request: Request = request.map(Body::new);
        let place = Place(Arc::clone(&self.activity));
        request.extensions_mut().insert(place);
        request.extensions_mut().insert(self.peer);
        // Here, and not when it is its turn: of a request that is refused nothing is held
        // while it waits for that.
        let answer = match self.guest.admit(&mut request) {
            Ok(()) => Either::Left(self.app.clone().oneshot(request)),
            Err(refused) => Either::Right(ready(Ok(*refused))),
        };
        async move {
            asked.runs();
            Ok(answer.await?.map(|body| Answer::new(body, asked)))
        }
    }
}

/// Serves a connection until it is over. `tell` is how to tell the client that it has
/// to go when its answers are over.
async fn until_over<C: Future>(
    mut connection: Pin<Box<C>>,
    tell: impl Fn(Pin<&mut C>),
    activity: &Activity,
    stop: &CancellationToken,
) {
    let mut stopping = false;
    loop {
        tokio::select! {
            // An error is the peer's: gone, or not speaking HTTP.
            _ = connection.as_mut() => return,
            overdue = activity.overdue() => match overdue {
                Overdue::Tell => tell(connection.as_mut()),
                Overdue::Cut => return,
            },
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                activity.told();
                tell(connection.as_mut());
            }
        }
    }
}

fn http1() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        // A connection has a time to ask for something, whatever it speaks.
        .header_read_timeout(None)
        .max_buf_size(HEAD_MOST as usize);
    builder
}

fn http2() -> http2::Builder<StreamExecutor> {
    let mut builder = http2::Builder::new(StreamExecutor);
    builder
        .timer(TokioTimer::new())
        // WebSockets over HTTP/2, RFC 8441.
        .enable_connect_protocol()
        .max_concurrent_streams(MAX_STREAMS)
        .max_local_error_reset_streams(Some(ERRORS_MOST))
        .max_header_list_size(HEAD_MOST)
        .initial_stream_window_size(RECEIVE_WINDOW)
        .initial_connection_window_size(RECEIVE_WINDOW)
        .max_send_buf_size(SEND_QUEUE)
        // Finds dead peers that have a socket; one that has none does not last.
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}
