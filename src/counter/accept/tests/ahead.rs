//! What is sent together with what follows it.

use super::*;
use std::{
    io::IoSlice,
    sync::Mutex,
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A pipe that knows what was written ahead.
struct Noting {
    pipe: DuplexStream,
    ahead: Arc<Mutex<Vec<u8>>>,
}

impl AsyncRead for Noting {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_read(context, buffer)
    }
}

impl AsyncWrite for Noting {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.pipe).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_shutdown(context)
    }
}

impl Transport for Noting {
    fn poll_write_ahead(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let all = slices.iter().flat_map(|slice| slice.iter());
        self.ahead.lock().unwrap().extend(all);
        Pin::new(&mut self.pipe).poll_write_vectored(context, slices)
    }
}

#[tokio::test]
async fn only_the_answer_that_opens_a_socket_is_written_ahead() {
    let (client, pipe) = duplex(PIPE);
    let ahead = Arc::default();
    let noting = Noting {
        pipe,
        ahead: Arc::clone(&ahead),
    };
    let mut served = served_over(client, noting).await;
    served.ask("/").await;
    served.answered("here").await;
    assert!(ahead.lock().unwrap().is_empty());
    served.ask("/hold").await;
    served.answered("\r\n\r\n").await;
    assert!(ahead.lock().unwrap().starts_with(b"HTTP/1.1 204"));
}
