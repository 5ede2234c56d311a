//! What a connection is made of, and how what is sent in two parts travels as one.

use socket2::SockRef;
use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, Interest},
    net::TcpStream,
};

/// TCP, or something else in tests.
pub(in crate::counter) trait Transport:
    AsyncRead + AsyncWrite + Send + Unpin + 'static
{
    /// Writes some of this, to be sent together with what follows at once: more, or
    /// the end. If nothing does, it is sent by itself a moment later.
    fn poll_write_ahead(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>>;
}

impl Transport for TcpStream {
    fn poll_write_ahead(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.poll_write_ready(context))?;
            match try_write_ahead(&self, slices) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }
}

/// As [`Transport::poll_write_ahead`], but where there is no room it fails with
/// [`io::ErrorKind::WouldBlock`].
pub(super) fn try_write_ahead(stream: &TcpStream, slices: &[IoSlice<'_>]) -> io::Result<usize> {
    let send = || SockRef::from(stream).send_vectored_with_flags(slices, AHEAD);
    stream.try_io(Interest::WRITABLE, send)
}

/// Linux waits 200 ms for what follows (tcp(7) of `TCP_CORK`, send(2) of `MSG_MORE`).
/// A packet is the larger part of what it costs to send a few bytes: the kernel
/// handles it, wakes the other side, and hears that it has come.
#[cfg(any(target_os = "linux", target_os = "android"))]
const AHEAD: libc::c_int = libc::MSG_MORE | libc::MSG_NOSIGNAL;
/// Elsewhere it is sent by itself.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const AHEAD: core::ffi::c_int = 0;

#[cfg(test)]
impl Transport for tokio::io::DuplexStream {
    fn poll_write_ahead(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, slices)
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use std::{
        mem::MaybeUninit,
        time::{Duration, Instant},
    };
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connecting = TcpStream::connect(listener.local_addr().unwrap());
        let (server, client) = tokio::join!(listener.accept(), connecting);
        (server.unwrap().0, client.unwrap())
    }

    /// Whether some of it has come.
    fn has_come(client: &TcpStream) -> bool {
        SockRef::from(client)
            .peek(&mut [MaybeUninit::uninit()])
            .is_ok()
    }

    #[tokio::test]
    async fn what_is_written_ahead_goes_with_what_follows() {
        for ends in [false, true] {
            let read = loop {
                let (mut server, mut client) = pair().await;
                let began = Instant::now();
                try_write_ahead(&server, &[IoSlice::new(b"first ")]).unwrap();
                let early = has_come(&client);
                if began.elapsed() > Duration::from_millis(100) {
                    // The kernel may have given up waiting. Once more.
                    continue;
                }
                assert!(!early);
                if ends {
                    server.shutdown().await.unwrap();
                } else {
                    server.write_all(b"second").await.unwrap();
                }
                drop(server);
                let mut read = String::new();
                client.read_to_string(&mut read).await.unwrap();
                break read;
            };
            assert_eq!(read, if ends { "first " } else { "first second" });
        }
    }
}
