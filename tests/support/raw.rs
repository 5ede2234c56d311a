//! WebSocket frames byte by byte (RFC 6455 §5.2), also those that no library
//! would send.

use super::PATIENCE;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use view_counter::counter::protocol::Counts;

/// A key that is one, and the answer that RFC 6455 §1.3 gives for it.
pub(crate) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
pub(crate) const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
/// Any but zeroes, or a server that forgets to unmask would go unnoticed.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// How a length is written.
#[derive(Clone, Copy)]
enum Length {
    Shortest,
    In16,
    In64,
}

/// A client's frame, correct until told otherwise.
#[derive(Clone)]
pub(crate) struct Frame {
    first: u8,
    payload: Vec<u8>,
    length: Length,
    announced: u64,
    masked: bool,
}

/// A final frame, masked, with its length as short as can be.
pub(crate) fn frame(opcode: u8, payload: impl AsRef<[u8]>) -> Frame {
    let payload = payload.as_ref().to_vec();
    Frame {
        first: FINAL | opcode,
        announced: payload.len() as u64,
        payload,
        length: Length::Shortest,
        masked: true,
    }
}

/// A close frame with this code.
pub(crate) fn close(code: u16, reason: impl AsRef<[u8]>) -> Frame {
    frame(CLOSE, [&code.to_be_bytes(), reason.as_ref()].concat())
}

impl Frame {
    /// There is more of this message to come.
    pub(crate) fn unfinished(mut self) -> Self {
        self.first &= !FINAL;
        self
    }

    /// With these bits of the first byte set too.
    pub(crate) fn with_bits(mut self, bits: u8) -> Self {
        self.first |= bits;
        self
    }

    pub(crate) fn unmasked(mut self) -> Self {
        self.masked = false;
        self
    }

    pub(crate) fn length_in_16_bits(mut self) -> Self {
        self.length = Length::In16;
        self
    }

    pub(crate) fn length_in_64_bits(mut self) -> Self {
        self.length = Length::In64;
        self
    }

    /// Says that its payload has this many bytes, whatever it has.
    pub(crate) fn announcing(mut self, bytes: u64) -> Self {
        self.announced = bytes;
        self
    }

    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.first];
        let masked = if self.masked { MASKED } else { 0 };
        match (self.length, self.announced) {
            (Length::Shortest, n @ 0..=125) => bytes.push(masked | n as u8),
            (Length::Shortest | Length::In16, n @ 0..=0xffff) => {
                bytes.push(masked | 126);
                bytes.extend((n as u16).to_be_bytes());
            }
            (_, n) => {
                bytes.push(masked | 127);
                bytes.extend(n.to_be_bytes());
            }
        }
        if self.masked {
            bytes.extend(MASK);
            let mask = MASK.iter().cycle();
            bytes.extend(
                self.payload
                    .iter()
                    .zip(mask)
                    .map(|(byte, mask)| byte ^ mask),
            );
        } else {
            bytes.extend(&self.payload);
        }
        bytes
    }
}

/// These frames one after the other, as one piece.
pub(crate) fn bytes(frames: &[Frame]) -> Vec<u8> {
    frames.iter().flat_map(Frame::bytes).collect()
}

/// A frame as the server sent it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) opcode: u8,
    pub(crate) payload: Vec<u8>,
}

impl Received {
    /// The code of a close frame.
    pub(crate) fn code(&self) -> Option<u16> {
        let code = self.payload.first_chunk().copied().map(u16::from_be_bytes);
        code.filter(|_| self.opcode == CLOSE)
    }

    /// What a text frame says.
    pub(crate) fn numbers(&self) -> Counts {
        assert_eq!(self.opcode, TEXT, "{self:?}");
        serde_json::from_slice(&self.payload).unwrap()
    }
}

/// The request that makes a WebSocket of a connection to this address.
pub(crate) fn handshake(address: &str, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: {KEY}\r\n\r\n"
    )
}

/// A connection that was upgraded, below any WebSocket library.
pub(crate) struct RawSocket {
    stream: TcpStream,
}

impl RawSocket {
    /// A reader of this path, before its first frame.
    pub(crate) async fn connect(address: &str, path: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        Self::over(stream, address, path).await
    }

    /// The same over a connection to this address that is there already.
    pub(crate) async fn over(mut stream: TcpStream, address: &str, path: &str) -> Self {
        stream.set_nodelay(true).unwrap();
        let request = handshake(address, path);
        stream.write_all(request.as_bytes()).await.unwrap();
        let head = head(&mut stream).await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        Self { stream }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Sends to a server that may have closed; returns whether it could.
    pub(crate) async fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// The numbers that the server sends next.
    pub(crate) async fn numbers(&mut self) -> Counts {
        self.next().await.expect("still open").numbers()
    }

    /// The server's next frame; none when it has closed the connection. That
    /// the connection was reset is a failure: what was said last could be lost.
    pub(crate) async fn next(&mut self) -> Option<Received> {
        self.next_within(PATIENCE).await
    }

    pub(crate) async fn next_within(&mut self, patience: std::time::Duration) -> Option<Received> {
        let next = async {
            let mut first = [0];
            if self.stream.read(&mut first).await.expect("no reset") == 0 {
                return None;
            }
            let [first] = first;
            assert_eq!(first & 0x70, 0, "no extension was agreed on");
            assert_ne!(first & FINAL, 0, "all that is sent fits in a frame");
            let length = usize::from(self.stream.read_u8().await.unwrap());
            // Below 126, so: not masked, as a server may not (§5.1).
            assert!(length < 126, "all that is sent is short, and not masked");
            let mut payload = vec![0; length];
            self.stream.read_exact(&mut payload).await.unwrap();
            let opcode = first & 0x0f;
            Some(Received { opcode, payload })
        };
        timeout(patience, next).await.expect("a frame, or the end")
    }
}

/// The head of an HTTP answer, and nothing of what follows it.
pub(crate) async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let read = async {
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("an answer"));
        }
    };
    timeout(PATIENCE, read).await.expect("an answer");
    String::from_utf8(head).unwrap()
}
