//! The bytes that the other side sends, counted below the frames: some are never
//! seen above. Empty fragments of a message that does not end are read for ever
//! inside the WebSocket library, as fast as they come.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

/// How much may be read, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct ByteLimit {
    /// At once.
    pub(crate) burst: f64,
    /// And from then on.
    pub(crate) per_second: f64,
}

/// A stream whose reads fail with [`io::ErrorKind::QuotaExceeded`] when more
/// came than the limit allows. What is written is not counted.
pub(crate) struct Metered<S> {
    stream: S,
    limit: ByteLimit,
    left: f64,
    at: Instant,
}

impl<S> Metered<S> {
    pub(super) fn new(stream: S, limit: ByteLimit) -> Self {
        Self {
            stream,
            limit,
            left: limit.burst,
            at: Instant::now(),
        }
    }

    /// What is below.
    pub(super) fn get_ref(&self) -> &S {
        &self.stream
    }

    /// What is below. Reading from it is not counted.
    pub(super) fn get_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    /// What was below.
    pub(super) fn into_inner(self) -> S {
        self.stream
    }

    /// Takes so many bytes from what is left, and says whether they were.
    fn take(&mut self, bytes: usize) -> bool {
        let now = Instant::now();
        let earned = (now - self.at).as_secs_f64() * self.limit.per_second;
        self.at = now;
        self.left = (self.left + earned).min(self.limit.burst) - bytes as f64;
        self.left >= 0.0
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        if this.take(buffer.filled().len() - before) {
            Poll::Ready(Ok(()))
        } else {
            Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()))
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, duplex},
        time::advance,
    };

    const LIMIT: ByteLimit = ByteLimit {
        burst: 100.0,
        per_second: 10.0,
    };

    #[tokio::test(start_paused = true)]
    async fn what_comes_beyond_the_ration_is_an_error_and_time_earns_more() {
        let (mut client, server) = duplex(1_000);
        let mut server = Metered::new(server, LIMIT);
        client.write_all(&[0; 1_000]).await.unwrap();
        server.read_exact(&mut [0; 100]).await.unwrap();
        let over = server.read_u8().await.unwrap_err();
        assert_eq!(over.kind(), io::ErrorKind::QuotaExceeded);
        advance(Duration::from_secs(2)).await;
        server.read_exact(&mut [0; 19]).await.unwrap();
        assert!(server.read_u8().await.is_err());
        // A year earns no more than the burst.
        advance(Duration::from_secs(31_536_000)).await;
        server.read_exact(&mut [0; 100]).await.unwrap();
        assert!(server.read_u8().await.is_err());
    }
}
