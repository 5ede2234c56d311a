//! HTTP/2 frames by hand (RFC 9113 §4.1), also those that no client would send.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub(crate) const HEADERS: u8 = 1;
pub(crate) const PRIORITY: u8 = 2;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const ACK: u8 = 1;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// `GET http://x` in the static table of RFC 7541, but for the path.
const GET_FROM_X: &[u8] = &[0x82, 0x86, 0x41, 1, b'x'];

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::from(&(payload.len() as u32).to_be_bytes()[1..]);
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// The beginning of a connection whose client lets this much of each answer come.
pub(crate) fn hello(window: u32) -> Vec<u8> {
    // SETTINGS_INITIAL_WINDOW_SIZE
    let setting = [&[0, 4], &window.to_be_bytes()[..]].concat();
    [PREFACE, &frame(SETTINGS, 0, 0, &setting)].concat()
}

/// The header block of a GET of this path, shorter than 127 bytes.
pub(crate) fn get(path: &str) -> Vec<u8> {
    let mut block = GET_FROM_X.to_vec();
    block.extend([0x04, path.len() as u8]);
    block.extend(path.as_bytes());
    block
}

/// A header field that is in no table (RFC 7541 §6.2.2).
pub(crate) fn field(name: &str, value: &str) -> Vec<u8> {
    let mut block = vec![0];
    for text in [name, value] {
        // An integer with a prefix of 7 bits (RFC 7541 §5.1).
        match text.len() {
            length @ ..127 => block.push(length as u8),
            mut rest => {
                rest -= 127;
                block.push(127);
                while rest >= 128 {
                    block.push(128 | (rest % 128) as u8);
                    rest /= 128;
                }
                block.push(rest as u8);
            }
        }
        block.extend(text.as_bytes());
    }
    block
}

/// A request on this stream, whole.
pub(crate) fn asks(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, END_STREAM | END_HEADERS, stream, &get(path))
}

/// Sends the beginning, and then what `again` says, as fast as the server takes
/// it and until it ends the connection. Reads what it answers meanwhile; returns
/// the reason that it gave last, if it gave one.
pub(crate) async fn flood(
    address: &str,
    begin: &[u8],
    again: impl FnMut() -> Vec<u8>,
) -> Option<u32> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(begin).await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let pouring = async {
        pour(&mut writing, again).await;
        std::future::pending().await
    };
    let mut reason = None;
    let answers = async {
        while let Some(frame) = next(&mut reading).await {
            if frame.kind == GOAWAY {
                reason = frame
                    .payload
                    .get(4..)
                    .and_then(|code| code.first_chunk().copied());
            }
        }
    };
    tokio::select! {
        () = answers => {}
        () = pouring => {}
    }
    reason.map(u32::from_be_bytes)
}

/// The same of a client that takes no answer.
pub(crate) async fn flood_unread(address: &str, begin: &[u8], again: impl FnMut() -> Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(begin).await.unwrap();
    pour(&mut stream, again).await;
}

/// Sends what `again` says for as long as the connection lasts.
async fn pour(stream: &mut (impl AsyncWriteExt + Unpin), mut again: impl FnMut() -> Vec<u8>) {
    while stream.write_all(&again()).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

/// A frame that the server sent.
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) payload: Vec<u8>,
}

/// The server's next frame; none at the end.
pub(crate) async fn next(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<Frame> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; length as usize];
    stream.read_exact(&mut payload).await.ok()?;
    Some(Frame {
        kind: head[3],
        flags: head[4],
        payload,
    })
}
