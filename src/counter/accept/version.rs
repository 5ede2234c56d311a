//! Which version of HTTP a client speaks: what it sends first says so.
//!
//! Everything that has come is read at once, most often the whole head of a request,
//! and handed on: to look at the first bytes alone would be a read, and a look at half
//! a head, for each connection.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

/// How a client of HTTP/2 begins (RFC 9113 §3.4). No request of HTTP/1 does.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Most heads of browsers' handshakes are shorter.
const FIRST_READ: usize = 1024;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Version {
    Http1,
    Http2,
}

/// A stream of which something was read already: that is read first.
pub(super) struct Begun<S> {
    early: Vec<u8>,
    /// Of `early`, how much was read since.
    read: usize,
    stream: S,
}

/// Waits until the client has said which version it speaks, or has nothing more to say.
///
/// # Errors
/// If it is gone.
pub(super) async fn version<S: AsyncRead + Unpin>(
    mut stream: S,
) -> io::Result<(Version, Begun<S>)> {
    let mut early = Vec::with_capacity(FIRST_READ);
    let version = loop {
        let ended = stream.read_buf(&mut early).await? == 0;
        let compared = early.len().min(PREFACE.len());
        if early[..compared] != PREFACE[..compared] {
            break Version::Http1;
        } else if compared == PREFACE.len() {
            break Version::Http2;
        } else if ended {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let begun = Begun {
        early,
        read: 0,
        stream,
    };
    Ok((version, begun))
}

impl<S> Begun<S> {
    /// What was read and handed on to nobody yet, and the stream that follows.
    pub(super) fn into_parts(mut self) -> (Vec<u8>, S) {
        (self.early.split_off(self.read), self.stream)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Begun<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let early = &this.early[this.read..];
        if early.is_empty() {
            return Pin::new(&mut this.stream).poll_read(context, buffer);
        }
        let now = &early[..early.len().min(buffer.remaining())];
        buffer.put_slice(now);
        this.read += now.len();
        if this.read == this.early.len() {
            // There are many connections, and most of them wait.
            (this.early, this.read) = (Vec::new(), 0);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Begun<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
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
    use tokio::io::{AsyncWriteExt, duplex};

    /// What a client that sends these parts is said to speak, and what is read then.
    async fn told(parts: &[&[u8]], read_at_once: usize) -> io::Result<(Version, Vec<u8>)> {
        // No part reaches the other side with another.
        let longest = parts.iter().map(|part| part.len()).max();
        let (mut client, server) = duplex(longest.unwrap_or_default().max(1));
        let sent = async {
            for part in parts {
                client.write_all(part).await.unwrap();
            }
            drop(client);
        };
        let read = async {
            let (version, mut begun) = version(server).await?;
            let mut all = Vec::new();
            let mut some = vec![0; read_at_once];
            loop {
                match begun.read(&mut some).await? {
                    0 => return Ok((version, all)),
                    read => all.extend_from_slice(&some[..read]),
                }
            }
        };
        tokio::join!(sent, read).1
    }

    #[tokio::test]
    async fn the_first_bytes_say_the_version_and_none_are_lost() {
        for read_at_once in [1, 7, 8192] {
            let get = b"GET / HTTP/1.1\r\n\r\n";
            let (version, all) = told(&[get], read_at_once).await.unwrap();
            assert_eq!((version, &all[..]), (Version::Http1, &get[..]));
            let (version, all) = told(&[b"PR", b"OPFIND /"], read_at_once).await.unwrap();
            assert_eq!((version, &all[..]), (Version::Http1, &b"PROPFIND /"[..]));
            let bytes: Vec<&[u8]> = PREFACE.chunks(1).collect();
            let (version, all) = told(&bytes, read_at_once).await.unwrap();
            assert_eq!((version, &all[..]), (Version::Http2, PREFACE));
        }
    }

    #[tokio::test]
    async fn who_goes_before_it_is_known_is_gone() {
        for sent in [&b""[..], b"P", &PREFACE[..23]] {
            let told = told(&[sent], 1).await;
            assert_eq!(told.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
    }
}
