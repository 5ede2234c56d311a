//! Where connections come from, and what becomes of an error instead of one.

use super::transport::Transport;
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    time::Instant,
};

/// A lack of descriptors is over when no accept has failed for this long: it comes and
/// goes with each connection that ends.
const OVER_AFTER: Duration = Duration::from_secs(10);

/// A TCP listener, or something else in tests.
pub(super) trait Incoming: Send {
    type Stream: Transport;

    /// The next connection.
    fn next(&self) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;
}

impl Incoming for TcpListener {
    type Stream = TcpStream;

    async fn next(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.accept().await
    }
}

/// Whether an error is that of the one connection which would have been accepted: it was
/// aborted, or its network failed (accept(2), "Error handling"). All others can be
/// accepted at once.
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, Interrupted,
        NetworkDown, NetworkUnreachable, PermissionDenied, TimedOut, Unsupported,
    };
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if error.raw_os_error() == Some(libc::EPROTO) {
        return true;
    }
    matches!(
        error.kind(),
        ConnectionAborted
            | ConnectionRefused
            | ConnectionReset
            | HostUnreachable
            | Interrupted
            | NetworkDown
            | NetworkUnreachable
            | PermissionDenied
            | TimedOut
            | Unsupported
    )
}

/// What is known of a lack of descriptors or of memory, so that its beginning and its end
/// are logged and nothing in between.
#[derive(Debug, Default)]
pub(super) struct Shortage(Option<Since>);

#[derive(Debug)]
struct Since {
    began: Instant,
    last: Instant,
}

impl Shortage {
    /// Takes note of an accept that failed. Returns whether to wait before the next: it
    /// would fail too.
    pub(super) fn failed(&mut self, error: &io::Error) -> bool {
        if is_of_the_connection(error) {
            return false;
        }
        let now = Instant::now();
        match &mut self.0 {
            Some(since) => since.last = now,
            None => {
                tracing::warn!(
                    %error,
                    "connections cannot be accepted; they wait until there is room. If this \
                     says that too many files are open, raise the limit (ulimit -n, LimitNOFILE) \
                     or lower --max-sockets"
                );
                self.0 = Some(Since {
                    began: now,
                    last: now,
                });
            }
        }
        true
    }

    /// Takes note of an accept that succeeded.
    pub(super) fn succeeded(&mut self) {
        // Most often there is none.
        let Some(since) = self.0.take_if(|since| since.last.elapsed() > OVER_AFTER) else {
            return;
        };
        tracing::info!(
            lasted_ms = (since.last - since.began).as_millis(),
            "connections can be accepted again"
        );
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_one_connection_does_not_stop_the_others() {
        let of_connection = |code| is_of_the_connection(&io::Error::from_raw_os_error(code));
        for code in [
            libc::ECONNABORTED,
            libc::ECONNRESET,
            libc::EPROTO,
            libc::ENETDOWN,
            libc::EHOSTUNREACH,
            libc::ENETUNREACH,
            libc::EPERM,
            libc::EINTR,
        ] {
            assert!(of_connection(code), "{code}");
        }
        for code in [
            libc::EMFILE,
            libc::ENFILE,
            libc::ENOBUFS,
            libc::ENOMEM,
            libc::EINVAL,
            libc::EBADF,
        ] {
            assert!(!of_connection(code), "{code}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_shortage_begins_once_and_is_over_after_a_while_without_errors() {
        let mut shortage = Shortage::default();
        let error = io::Error::from_raw_os_error(libc::EMFILE);
        for _ in 0..100 {
            assert!(shortage.failed(&error), "it waits");
            tokio::time::sleep(OVER_AFTER / 2).await;
            shortage.succeeded();
            assert!(shortage.0.is_some(), "it comes and goes");
        }
        tokio::time::sleep(OVER_AFTER).await;
        shortage.succeeded();
        assert!(shortage.0.is_none());
    }
}
