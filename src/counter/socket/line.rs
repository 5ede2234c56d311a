//! What a socket's frames go through.
//!
//! Over TCP it is shared: the socket's task reads, and writes what is for this
//! socket alone; frames for all are written by the task that tells a slug's
//! audience. Each writes whole frames: what the kernel has no room for is kept here
//! and goes first the next time. Over HTTP/2 only the socket's task can write.

use crate::counter::{
    accept::{Lingering, tcp_of},
    frame::Frame,
    hub::Outlet,
};
use axum::body::Bytes;
use futures_util::{FutureExt, future::OptionFuture};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// What a socket's task reads from and writes to.
pub(crate) enum Line {
    /// A connection of its own, and what was read from it before it was a socket's.
    Tcp {
        shared: Arc<Shared>,
        early: Bytes,
        /// What is written now is the last.
        last: bool,
    },
    /// A stream of HTTP/2.
    Stream(TokioIo<Upgraded>),
}

/// What can be written to from elsewhere too.
pub(crate) struct Shared {
    stream: Lingering<TcpStream>,
    /// The rest of a frame: less than what a close frame can hold.
    unsent: Mutex<Vec<u8>>,
}

impl Line {
    pub(super) fn over(upgraded: Upgraded) -> Self {
        match tcp_of(upgraded) {
            Ok((stream, early)) => Self::Tcp {
                shared: Arc::new(Shared {
                    stream,
                    unsent: Mutex::default(),
                }),
                early: early.into(),
                last: false,
            },
            Err(upgraded) => Self::Stream(TokioIo::new(upgraded)),
        }
    }

    /// What others may write to, if they may.
    pub(super) fn outlet(&self) -> Option<Arc<dyn Outlet>> {
        match self {
            Self::Tcp { shared, .. } => Some(Arc::clone(shared) as Arc<dyn Outlet>),
            Self::Stream(_) => None,
        }
    }

    /// What is written from now on is the last, and [`Self::end`] follows at once.
    pub(super) fn writes_last(&mut self) {
        if let Self::Tcp { last, .. } = self {
            *last = true;
        }
    }

    /// Ends it, and returns when it has ended.
    pub(super) fn end(self) -> impl Future<Output = ()> {
        let stream = match self {
            // Where it is still lent, whoever has it last ends it.
            Self::Tcp { shared, .. } => Arc::into_inner(shared).map(|shared| shared.stream),
            Self::Stream(_) => None,
        };
        OptionFuture::from(stream.map(Lingering::end)).map(drop)
    }
}

impl Outlet for Shared {
    fn offer(&self, frame: &Frame) -> bool {
        let mut unsent = self.unsent();
        let taken = self.write_whole(&mut unsent, frame.bytes(), Lingering::try_write);
        // The socket's task sends the rest, and what is news by then.
        taken.is_ok() && unsent.is_empty()
    }
}

impl Shared {
    fn unsent(&self) -> MutexGuard<'_, Vec<u8>> {
        self.unsent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes all of this, of which a rest may be kept; or none of it, and then it
    /// fails with [`io::ErrorKind::WouldBlock`].
    fn write_whole(
        &self,
        unsent: &mut Vec<u8>,
        bytes: &[u8],
        write: impl Fn(&Lingering<TcpStream>, &[u8]) -> io::Result<usize>,
    ) -> io::Result<()> {
        self.write_unsent(unsent)?;
        let written = write(&self.stream, bytes)?;
        unsent.extend_from_slice(&bytes[written..]);
        Ok(())
    }

    fn write_unsent(&self, unsent: &mut Vec<u8>) -> io::Result<()> {
        while !unsent.is_empty() {
            match self.stream.try_write(unsent)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => drop(unsent.drain(..written)),
            }
        }
        // Seldom used, and there are many sockets.
        *unsent = Vec::new();
        Ok(())
    }

    /// Does this as soon as there is room for it.
    fn poll_when_room(
        &self,
        context: &mut Context<'_>,
        mut write: impl FnMut(&mut Vec<u8>) -> io::Result<()>,
    ) -> Poll<io::Result<()>> {
        loop {
            match write(&mut self.unsent()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
            ready!(self.stream.poll_room(context))?;
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp { early, .. } if !early.is_empty() => {
                let read = early.split_to(early.len().min(buffer.remaining()));
                buffer.put_slice(&read);
                Poll::Ready(Ok(()))
            }
            Self::Tcp { shared, .. } => shared.stream.poll_read_shared(context, buffer),
            Self::Stream(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp { shared, last, .. } => {
                let how = if *last {
                    Lingering::try_write_last
                } else {
                    Lingering::try_write
                };
                let write = |unsent: &mut Vec<u8>| shared.write_whole(unsent, bytes, how);
                ready!(shared.poll_when_room(context, write))?;
                Poll::Ready(Ok(bytes.len()))
            }
            Self::Stream(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp { shared, .. } => {
                shared.poll_when_room(context, |unsent| shared.write_unsent(unsent))
            }
            Self::Stream(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    /// Only flushes TCP: it is shut down when it is dropped.
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            line @ Self::Tcp { .. } => Pin::new(line).poll_flush(context),
            Self::Stream(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
