//! A connection's stream: it ends so that the other side reads what was said
//! last, says whether that side takes what is written, and queues little for a
//! socket.
//!
//! A stream that is closed while bytes lie unread in it is reset by the kernel
//! (RFC 1122 §4.2.2.13), and a reset may overtake what was sent before it: the
//! close frame with the reason, or the answer to a request that was too large.
//! RFC 6455 §7.1.1 and RFC 9112 §9.6 say how to end instead.

use super::activity::Activity;
use socket2::SockRef;
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
    runtime::Handle,
    time::timeout,
};

/// The other side has this long to close too…
const LINGER: Duration = Duration::from_secs(2);
/// …and may still have sent this many bytes.
const UNHEEDED: u64 = 256 * 1024;
/// The kernel's send buffer of a socket. Frames are 30 bytes, and a reader who
/// does not read is to miss states, not to find thousands of old ones later.
const SOCKET_SEND_BUFFER: usize = 4 * 1024;

/// What a connection is made of: TCP, or a pipe in tests.
pub(super) trait Transport: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Queues little: what is written from now on is refused until most of it was taken.
    fn narrow(&self);
}

impl Transport for TcpStream {
    fn narrow(&self) {
        // Best effort: without it a slow reader merely falls further behind.
        let _ = SockRef::from(self).set_send_buffer_size(SOCKET_SEND_BUFFER);
    }
}

/// A stream whose drop says that nothing more will be sent, and then reads,
/// without heed and within bounds, until the other side has closed too. Its
/// place among the connections is taken until then.
pub(super) struct Lingering<S: Transport> {
    /// Taken by drop alone.
    stream: Option<S>,
    activity: Arc<Activity>,
    /// What was last told to `activity`.
    blocked: bool,
    narrow: bool,
    /// The other side has closed, or is gone: there is nothing to wait for.
    over: bool,
}

impl<S: Transport> Lingering<S> {
    pub(super) fn new(stream: S, activity: Arc<Activity>) -> Self {
        Self {
            stream: Some(stream),
            activity,
            blocked: false,
            narrow: false,
            over: false,
        }
    }

    /// Does this with the stream; an error of the stream is its end.
    fn poll<T>(
        &mut self,
        io: impl FnOnce(Pin<&mut S>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let Some(stream) = &mut self.stream else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        let done = io(Pin::new(stream));
        self.over |= matches!(done, Poll::Ready(Err(_)));
        done
    }

    /// Writes some of so many bytes.
    fn poll_writing(
        &mut self,
        bytes: usize,
        io: impl FnOnce(Pin<&mut S>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if !self.narrow && self.activity.is_socket() {
            self.narrow = true;
            self.stream.iter().for_each(Transport::narrow);
        }
        let done = self.poll(io);
        // A part that was taken is not enough, or a byte now and then would do.
        let blocked = match done {
            Poll::Ready(Ok(taken)) => taken < bytes,
            Poll::Ready(Err(_)) => false,
            Poll::Pending => true,
        };
        if self.blocked != blocked {
            self.blocked = blocked;
            self.activity.blocked(blocked);
        }
        done
    }
}

impl<S: Transport> Drop for Lingering<S> {
    fn drop(&mut self) {
        if self.over || self.activity.is_cut() {
            return;
        }
        // Without a runtime the process ends, and its sockets with it.
        if let (Some(stream), Ok(runtime)) = (self.stream.take(), Handle::try_current()) {
            let place = Arc::clone(&self.activity);
            runtime.spawn(async move {
                let _held = place;
                // Whether in time or not, and whether with an error: it is over.
                let _ = timeout(LINGER, read_out(stream)).await;
            });
        }
    }
}

async fn read_out(mut stream: impl Transport) -> io::Result<()> {
    stream.shutdown().await?;
    let mut rest = stream.take(UNHEEDED);
    let mut unheeded = [0; 1024];
    while rest.read(&mut unheeded).await? > 0 {}
    Ok(())
}

impl<S: Transport> AsyncRead for Lingering<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let room = buffer.remaining();
        let read = this.poll(|stream| stream.poll_read(context, buffer));
        let nothing_came = read.is_ready() && buffer.remaining() == room;
        this.over |= nothing_came && room > 0;
        read
    }
}

impl<S: Transport> AsyncWrite for Lingering<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut()
            .poll_writing(bytes.len(), |stream| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let bytes = slices.iter().map(|slice| slice.len()).sum();
        self.get_mut()
            .poll_writing(bytes, |stream| stream.poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream
            .as_ref()
            .is_some_and(AsyncWrite::is_write_vectored)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll(|stream| stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll(|stream| stream.poll_shutdown(context))
    }
}
