//! A connection that ends so that the other side reads what was said last. A
//! socket that is closed while bytes lie unread in it is reset by the kernel
//! (RFC 1122 §4.2.2.13), and a reset may overtake what was sent before it: the
//! close frame with the reason, or the answer to a request that was too large.

use super::Place;
use std::{
    io::{self, IoSlice},
    pin::Pin,
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

/// A stream whose drop says that nothing more will be sent, and then reads,
/// without heed and within bounds, until the other side has closed too. Its
/// place among the connections is taken until then.
pub(super) struct Lingering {
    /// Taken by drop alone.
    stream: Option<TcpStream>,
    place: Place,
    /// The other side has closed, or is gone: there is nothing to wait for.
    over: bool,
}

impl Lingering {
    pub(super) fn new(stream: TcpStream, place: Place) -> Self {
        Self {
            stream: Some(stream),
            place,
            over: false,
        }
    }

    /// Does this with the stream; an error of the stream is its end.
    fn poll<T>(
        &mut self,
        io: impl FnOnce(Pin<&mut TcpStream>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let Some(stream) = &mut self.stream else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        let done = io(Pin::new(stream));
        self.over |= matches!(done, Poll::Ready(Err(_)));
        done
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        // Without a runtime the process ends, and its sockets with it.
        if let (Some(stream), Ok(runtime)) = (self.stream.take(), Handle::try_current()) {
            let place = self.place.clone();
            runtime.spawn(async move {
                let _held = place;
                // Whether in time or not, and whether with an error: it is over.
                let _ = timeout(LINGER, read_out(stream)).await;
            });
        }
    }
}

async fn read_out(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    let mut rest = stream.take(UNHEEDED);
    let mut unheeded = [0; 1024];
    while rest.read(&mut unheeded).await? > 0 {}
    Ok(())
}

impl AsyncRead for Lingering {
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

impl AsyncWrite for Lingering {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut()
            .poll(|stream| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut()
            .poll(|stream| stream.poll_write_vectored(context, slices))
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
