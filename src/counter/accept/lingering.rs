//! A connection's stream: it ends so that the other side reads what was said
//! last, says whether that side takes what is written, and can be left to a socket.
//!
//! A stream that is closed while bytes lie unread in it is reset by the kernel
//! (RFC 1122 §4.2.2.13), and a reset may overtake what was sent before it: the
//! close frame with the reason, or the answer to a request that was too large.
//! RFC 6455 §7.1.1 and RFC 9112 §9.6 say how to end instead.

use super::{
    activity::Activity,
    transport::{Transport, try_write_ahead},
};
use futures_util::{FutureExt, future::OptionFuture};
use socket2::SockRef;
use std::{
    future::poll_fn,
    io::{self, IoSlice},
    mem::MaybeUninit,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
    runtime::Handle,
    time::timeout,
};

/// The other side has this long to close too…
const LINGER: Duration = Duration::from_secs(2);
/// …and may still have sent this many bytes.
const UNHEEDED: usize = 256 * 1024;
/// The kernel's send buffer of a socket. Frames are 30 bytes, and a reader who
/// does not read is to miss states, not to find thousands of old ones later.
const SOCKET_SEND_BUFFER: usize = 4 * 1024;

/// A stream whose drop says that nothing more will be sent, and then reads,
/// without heed and within bounds, until the other side has closed too. Its
/// place among the connections is taken until then.
pub(in crate::counter) struct Lingering<S: Transport> {
    /// Taken by drop alone.
    stream: Option<S>,
    activity: Arc<Activity>,
    /// What was last told to `activity`.
    blocked: bool,
    /// The other side has closed, or is gone: there is nothing to wait for.
    over: AtomicBool,
}

impl<S: Transport> Lingering<S> {
    pub(super) fn new(stream: S, activity: Arc<Activity>) -> Self {
        Self {
            stream: Some(stream),
            activity,
            blocked: false,
            over: AtomicBool::new(false),
        }
    }

    /// Ends it as its drop would, and returns when it has ended.
    pub(in crate::counter) fn end(mut self) -> impl Future<Output = ()> {
        OptionFuture::from(self.ending()).map(drop)
    }

    /// What is left to do; nothing if it has ended, or was taken from here.
    fn ending(&mut self) -> Option<impl Future<Output = ()> + use<S>> {
        if *self.over.get_mut() || self.activity.is_cut() {
            return None;
        }
        let (stream, place) = (self.stream.take()?, Arc::clone(&self.activity));
        Some(linger(stream).map(|()| drop(place)))
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
        if matches!(done, Poll::Ready(Err(_))) {
            *self.over.get_mut() = true;
        }
        done
    }

    /// Writes some of this.
    fn poll_writing(
        &mut self,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let bytes = slices.iter().map(|slice| slice.len()).sum();
        // The answer that opens a socket: its first frame follows at once.
        let ahead = self.activity.is_a_sockets();
        let done = self.poll(|stream| match ahead {
            true => stream.poll_write_ahead(context, slices),
            false => stream.poll_write_vectored(context, slices),
        });
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

/// As a socket has it: read by one task, and written to by whoever has something to
/// say.
impl Lingering<TcpStream> {
    /// All of the stream, for a socket. What is left here has nothing to end.
    pub(super) fn leave_to_socket(&mut self) -> Self {
        // Best effort: without it a slow reader merely falls further behind.
        if let Some(stream) = &self.stream {
            let _ = SockRef::from(stream).set_send_buffer_size(SOCKET_SEND_BUFFER);
        }
        Self {
            stream: self.stream.take(),
            activity: Arc::clone(&self.activity),
            blocked: self.blocked,
            over: AtomicBool::new(*self.over.get_mut()),
        }
    }

    /// Reads as [`AsyncRead`] does. One task may wait at a time.
    pub(in crate::counter) fn poll_read_shared(
        &self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let stream = self.tcp()?;
        loop {
            ready!(stream.poll_read_ready(context))?;
            match stream.try_read(buffer.initialize_unfilled()) {
                Ok(read) => {
                    buffer.advance(read);
                    if read == 0 {
                        self.over.store(true, Ordering::Relaxed);
                    }
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(self.ended_by(error))),
            }
        }
    }

    /// Writes what there is room for, or fails with [`io::ErrorKind::WouldBlock`].
    pub(in crate::counter) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.written(self.tcp()?.try_write(bytes))
    }

    /// As [`Self::try_write`], when the end follows at once: it is sent with that.
    pub(in crate::counter) fn try_write_last(&self, bytes: &[u8]) -> io::Result<usize> {
        self.written(try_write_ahead(self.tcp()?, &[IoSlice::new(bytes)]))
    }

    /// Waits until there may be room. One task may wait at a time.
    pub(in crate::counter) fn poll_room(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.tcp()?.poll_write_ready(context)
    }

    fn tcp(&self) -> io::Result<&TcpStream> {
        self.stream
            .as_ref()
            .ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    fn written(&self, written: io::Result<usize>) -> io::Result<usize> {
        match written {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(self.ended_by(error)),
            written => written,
        }
    }

    /// An error of the stream is its end.
    fn ended_by(&self, error: io::Error) -> io::Error {
        self.over.store(true, Ordering::Relaxed);
        error
    }
}

impl<S: Transport> Drop for Lingering<S> {
    fn drop(&mut self) {
        if let (Some(ending), Ok(runtime)) = (self.ending(), Handle::try_current()) {
            // Without a runtime the process ends, and its sockets with it.
            runtime.spawn(ending);
        }
    }
}

/// Says that nothing more will be sent, and waits for the other side to do so.
async fn linger(stream: impl Transport) {
    // Whether in time or not, and whether with an error: it is over.
    let _ = timeout(LINGER, read_out(stream)).await;
}

async fn read_out(mut stream: impl Transport) -> io::Result<()> {
    stream.shutdown().await?;
    let mut unheeded = 0;
    poll_fn(|context| {
        // On the stack: while it waits, nothing is in it.
        let mut bytes = [MaybeUninit::uninit(); 1024];
        while unheeded < UNHEEDED {
            let mut buffer = ReadBuf::uninit(&mut bytes);
            ready!(Pin::new(&mut stream).poll_read(context, &mut buffer))?;
            match buffer.filled().len() {
                0 => break,
                read => unheeded += read,
            }
        }
        Poll::Ready(Ok(()))
    })
    .await
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
        if nothing_came && room > 0 {
            *this.over.get_mut() = true;
        }
        read
    }
}

impl<S: Transport> AsyncWrite for Lingering<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll_writing(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll_writing(context, slices)
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
