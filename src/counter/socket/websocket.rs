//! A WebSocket of the server, and how it ends.

use super::{
    line::Line,
    metered::{ByteLimit, Metered},
};
use crate::counter::{metrics::Ended, protocol::close_code};
use futures_util::{FutureExt, SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use std::{io, time::Duration};
use tokio::time::timeout;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message, Utf8Bytes,
        error::ProtocolError,
        protocol::{CloseFrame, Role, WebSocketConfig},
    },
};

/// A peer that takes no byte for this long is dead too. A frame may be on its
/// way when the ping is due: together these are the 40 s after which a reader
/// who vanished is gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the other side has to answer our close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// What may go through a socket.
#[derive(Clone, Copy)]
pub(crate) struct SocketLimits {
    /// What the other side may send in one message, in bytes.
    pub(crate) max_message: usize,
    /// The largest message that it is sent, in bytes.
    pub(crate) max_sent: usize,
    /// All bytes that it may send, headers and masks included.
    pub(crate) bytes: ByteLimit,
}

/// A socket whose other side is a page.
pub(crate) type WebSocket = WebSocketStream<Metered<Line>>;

/// The socket that a connection, or a stream of HTTP/2, has become. At the
/// library's defaults it would take 137 KB; so it takes about 2.
pub(crate) async fn from_upgraded(upgraded: Upgraded, limits: SocketLimits) -> WebSocket {
    let config = WebSocketConfig::default()
        .read_buffer_size(256)
        .write_buffer_size(0)
        .max_write_buffer_size(limits.max_sent)
        .max_message_size(Some(limits.max_message))
        .max_frame_size(Some(limits.max_message));
    let stream = Metered::new(Line::over(upgraded), limits.bytes);
    WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await
}

/// Why a socket ends.
pub(crate) enum End {
    /// The other side is gone or as good as gone: there is nobody to tell.
    Gone,
    /// The other side closes; the answer is on its way out.
    Closing,
    /// We close, for this reason.
    Close(u16, &'static str),
}

impl End {
    pub(crate) const RESTARTING: Self = Self::Close(close_code::RESTART, "the server restarts");

    pub(crate) fn kind(&self) -> Ended {
        match self {
            Self::Gone => Ended::Vanished,
            Self::Closing => Ended::Left,
            Self::Close(close_code::RESTART, _) => Ended::Stopping,
            Self::Close(close_code::REPLACED | close_code::TRY_AGAIN, _) => Ended::Replaced,
            Self::Close(..) => Ended::Misbehaved,
        }
    }
}

/// Turns a socket away that was opened while the server stops.
pub(crate) async fn refuse(socket: &mut WebSocket) {
    finish(socket, End::RESTARTING).await;
}

/// Ends the connection of a socket that was served, and returns when it has ended.
pub(crate) fn end(socket: WebSocket) -> impl Future<Output = ()> {
    socket.into_inner().into_inner().end()
}

/// The closing handshake, as far as there is one.
pub(crate) async fn finish(socket: &mut WebSocket, end: End) {
    if let End::Close(code, reason) = end {
        let frame = CloseFrame {
            code: code.into(),
            reason: Utf8Bytes::from_static(reason),
        };
        if send(socket, Message::Close(Some(frame))).await.is_err() {
            return;
        }
    }
    if matches!(end, End::Closing) {
        // The library's answer, and our end.
        socket.get_mut().get_mut().writes_last();
    }
    if !matches!(end, End::Gone) {
        // Reads on, without heed, until the other side has answered. After a
        // broken frame no more can be read here, and this ends at once; the
        // connection itself lingers, so that the close frame is not lost.
        let drained = async { while let Some(Ok(_)) = socket.next().await {} };
        let _ = timeout(CLOSE_TIMEOUT, drained).await;
    }
}

/// Sends a message.
///
/// # Errors
/// If the other side does not take it in time, or is gone.
pub(crate) fn send(
    socket: &mut WebSocket,
    message: Message,
) -> impl Future<Output = Result<(), End>> {
    timeout(WRITE_TIMEOUT, socket.send(message)).map(|sent| match sent {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    })
}

/// The close code that a broken frame asks for (RFC 6455 §7.4.1).
pub(crate) fn end_of_error(error: &Error) -> End {
    match error {
        Error::Capacity(_) => End::Close(close_code::TOO_BIG, "frame too large"),
        Error::Utf8(_) => End::Close(close_code::INVALID, "text is not UTF-8"),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => End::Gone,
        Error::Protocol(_) => End::Close(close_code::PROTOCOL, "protocol error"),
        Error::Io(error) if error.kind() == io::ErrorKind::QuotaExceeded => {
            End::Close(close_code::POLICY, "too many bytes")
        }
        _ => End::Gone,
    }
}
