//! The accept loop: `axum::serve` with the limits that the open internet asks
//! for. It has no timeout for a client that sends its headers one byte at a
//! time, and sets no socket option.

mod lingering;

use super::descriptors::most_connections;
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use lingering::Lingering;
use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::{ServiceExt, service_fn};

/// A client has this long to send the head of a request.
const HEADER_WITHIN: Duration = Duration::from_secs(10);
/// A connection whose peer takes no byte for this long is dropped.
const WRITE_WITHIN: Duration = Duration::from_secs(30);
/// Requests under way have this long to end when the server stops. With the time
/// in which sockets are closed it stays below the ten seconds after which
/// supervisors kill; if views cannot be saved it may not, and then the last try
/// to save them is over before.
const STOP_WITHIN: Duration = Duration::from_secs(3);
/// The pause after an accept that failed, so that a lack of descriptors does
/// not become a busy loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// The kernel's send buffer a connection. Frames are 30 bytes, and a large one
/// only lets a slow reader fall further behind; but the site's files go through
/// it too, and this is what a connection has under way in one round trip.
const SEND_BUFFER: u32 = 128 * 1024;
/// Waiting connections, until they are accepted.
const BACKLOG: u32 = 1024;
/// HTTP/2 streams at once a connection: a browser's tabs share one.
const MAX_STREAMS: u32 = 100;

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
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves `app` until `stop`, then lets requests under way end. Upgraded
/// connections are not waited for: whoever upgraded them closes them. There are
/// as many connections at once as the process has file descriptors for, less a
/// reserve.
pub async fn serve(listener: TcpListener, app: Router, stop: CancellationToken) {
    serve_at_most(most_connections(), listener, app, stop).await;
}

/// As [`serve`], with so many connections at once: for a listener beside it.
pub async fn serve_at_most(
    most: usize,
    listener: TcpListener,
    app: Router,
    stop: CancellationToken,
) {
    let connections = TaskTracker::new();
    let room = Arc::new(Semaphore::new(most));
    loop {
        // Beyond the limit new connections wait in the kernel's backlog.
        let accepted = async {
            let permit = Arc::clone(&room).acquire_owned().await;
            (listener.accept().await, permit)
        };
        let (stream, peer, permit) = tokio::select! {
            () = stop.cancelled() => break,
            (accepted, permit) = accepted => match (accepted, permit) {
                (Ok((stream, peer)), Ok(permit)) => (stream, peer, permit),
                (Err(error), _) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
                // Nobody closes the semaphore.
                (_, Err(_)) => break,
            },
        };
        let connection = Connection {
            app: app.clone(),
            stop: stop.clone(),
            place: Place(Arc::new(permit)),
            peer: ConnectInfo(peer),
        };
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

/// A connection's place among those that the process can hold. Every request
/// carries it as an extension: what upgrades the connection keeps it as long as
/// the socket lives.
#[derive(Clone, Debug)]
pub struct Place(#[expect(dead_code, reason = "held, never read")] Arc<OwnedSemaphorePermit>);

struct Connection {
    app: Router,
    stop: CancellationToken,
    place: Place,
    /// Where limits find it, as axum's own servers say it.
    peer: ConnectInfo<SocketAddr>,
}

impl Connection {
    async fn serve(self, stream: TcpStream) {
        // Best effort: without it frames are merely later.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(Lingering::new(stream, self.place.clone()));
        stream.set_write_timeout(Some(WRITE_WITHIN));

        let first_request = Arc::new(Notify::new());
        let service = {
            let first_request = Arc::clone(&first_request);
            let place = self.place;
            let app = self.app;
            let peer = self.peer;
            service_fn(move |request: hyper::Request<Incoming>| {
                first_request.notify_one();
                let mut request: Request = request.map(Body::new);
                request.extensions_mut().insert(place.clone());
                request.extensions_mut().insert(peer);
                let app = app.clone();
                async move { app.oneshot(request).await }
            })
        };
        let builder = builder();
        let connection = builder.serve_connection_with_upgrades(
            TokioIo::new(Box::pin(stream)),
            TowerToHyperService::new(service),
        );
        let mut connection = pin!(connection);

        // hyper's own header timeout starts when it knows the HTTP version; a
        // client that never says enough for that is cut here.
        let greeting = timeout(HEADER_WITHIN, first_request.notified());
        tokio::select! {
            _ = connection.as_mut() => return,
            greeted = greeting => if greeted.is_err() { return },
            () = self.stop.cancelled() => {}
        }
        tokio::select! {
            _ = connection.as_mut() => return,
            () = self.stop.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        // An error is the peer's: gone, or not speaking HTTP.
        let _ = connection.await;
    }
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_WITHIN)
        .max_buf_size(16 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        // WebSockets over HTTP/2, RFC 8441.
        .enable_connect_protocol()
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(16 * 1024)
        // Finds dead peers, which HTTP/1 does by its timeouts.
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}
