//! The client's end of one WebSocket, as bare as it can be: it must cost less than
//! the server that it measures.

use anyhow::{Context, Result, bail, ensure};
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU64, Ordering},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// The origin that every server is told to let in.
pub const ORIGIN: &str = "http://bench.example";
/// A machine has 28,000 ports for connections to one address. Loopback has
/// addresses enough.
const ADDRESSES: u64 = 8;

/// The numbers in a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Readers now.
    pub live: u64,
    /// Views ever.
    pub total: u64,
}

/// What a server sends.
#[derive(Debug)]
pub enum Frame {
    /// The numbers.
    Counts(Counts),
    /// It asks whether we are there.
    Ping,
    /// It is over.
    Close,
}

/// A connection, on which a handshake may have been made.
pub struct Socket {
    stream: TcpStream,
    /// Frames are 30 to 40 bytes; the answer to a handshake is some hundred.
    buffer: [u8; 1024],
    begin: usize,
    end: usize,
}

impl Socket {
    /// Connects to the server at this port of loopback.
    pub async fn connect(port: u16) -> Result<Self> {
        Self::over(TcpSocket::new_v4()?, port).await
    }

    /// As [`Self::connect`], with the least that the kernel will receive before
    /// somebody reads.
    pub async fn connect_narrow(port: u16) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(1)?;
        Self::over(socket, port).await
    }

    async fn over(socket: TcpSocket, port: u16) -> Result<Self> {
        let stream = socket.connect(SocketAddr::from((next_address(), port)));
        let stream = stream.await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: [0; 1024],
            begin: 0,
            end: 0,
        })
    }

    /// Asks for a socket to this slug, as a page does that is shown for the first
    /// time. The answer is not waited for.
    pub async fn ask(&mut self, slug: &str) -> Result<()> {
        let view = next_view();
        let request = format!(
            "GET /api/v1/connect/{slug}?v={view:032x} HTTP/1.1\r\n\
             Host: 127.0.0.1\r\n\
             User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0\r\n\
             Accept: */*\r\n\
             Accept-Language: en-US,en;q=0.5\r\n\
             Accept-Encoding: gzip, deflate, br, zstd\r\n\
             Sec-WebSocket-Version: 13\r\n\
             Origin: {ORIGIN}\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Connection: keep-alive, Upgrade\r\n\
             Sec-Fetch-Dest: empty\r\n\
             Sec-Fetch-Mode: websocket\r\n\
             Sec-Fetch-Site: same-origin\r\n\
             Pragma: no-cache\r\n\
             Cache-Control: no-cache\r\n\
             Upgrade: websocket\r\n\r\n"
        );
        self.stream.write_all(request.as_bytes()).await?;
        Ok(())
    }

    /// Waits until what was asked for is granted.
    pub async fn granted(&mut self) -> Result<()> {
        let head = loop {
            if let Some(head) = find_end_of_head(self.unread()) {
                break head;
            }
            ensure!(
                self.fill().await? > 0,
                "closed before the handshake was answered"
            );
        };
        let answer = &self.unread()[..head];
        if !answer.starts_with(b"HTTP/1.1 101 ") {
            let line = String::from_utf8_lossy(answer);
            bail!("refused: {}", line.lines().next().unwrap_or_default());
        }
        self.begin += head;
        Ok(())
    }

    /// Connects, and becomes a reader of this slug.
    pub async fn join(port: u16, slug: &str) -> Result<Self> {
        let mut socket = Self::connect(port).await?;
        socket.ask(slug).await?;
        socket.granted().await?;
        Ok(socket)
    }

    /// The next frame. Cancelling this loses nothing.
    pub async fn next(&mut self) -> Result<Frame> {
        loop {
            if let Some((frame, length)) = parse(self.unread())? {
                self.begin += length;
                return Ok(frame);
            }
            ensure!(self.fill().await? > 0, "closed without a close frame");
        }
    }

    /// The next numbers; pings are answered meanwhile.
    pub async fn counts(&mut self) -> Result<Counts> {
        loop {
            match self.next().await? {
                Frame::Counts(counts) => return Ok(counts),
                Frame::Ping => self.pong().await?,
                Frame::Close => bail!("the server closed the socket"),
            }
        }
    }

    /// Answers a ping, which no server here sends with a payload.
    pub async fn pong(&mut self) -> Result<()> {
        // A client masks (RFC 6455 §5.3); with zeros, which leave it as it is.
        self.stream.write_all(&[0x8a, 0x80, 0, 0, 0, 0]).await?;
        Ok(())
    }

    /// Leaves as a browser does, and waits until the server has said so too.
    pub async fn leave(mut self) -> Result<()> {
        self.stream
            .write_all(&[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9])
            .await?;
        loop {
            match self.next().await {
                Ok(Frame::Close) => return Ok(()),
                Ok(_) => {}
                // Some servers close the connection and say nothing.
                Err(_) => return Ok(()),
            }
        }
    }

    fn unread(&self) -> &[u8] {
        &self.buffer[self.begin..self.end]
    }

    /// Reads more. Returns how much there was: none at the end.
    async fn fill(&mut self) -> Result<usize> {
        self.buffer.copy_within(self.begin..self.end, 0);
        self.end -= self.begin;
        self.begin = 0;
        ensure!(self.end < self.buffer.len(), "more than fits a kilobyte");
        let read = self.stream.read(&mut self.buffer[self.end..]).await?;
        self.end += read;
        Ok(read)
    }
}

fn next_address() -> Ipv4Addr {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed) % ADDRESSES;
    Ipv4Addr::from(0x7f00_0001 + u32::try_from(n).unwrap_or_default())
}

/// Ids as different as random ones.
fn next_view() -> u128 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let n = u128::from(NEXT.fetch_add(1, Ordering::Relaxed));
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
}

fn find_end_of_head(bytes: &[u8]) -> Option<usize> {
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(at + 4)
}

/// The first frame in these bytes, and its length, if it is whole.
fn parse(bytes: &[u8]) -> Result<Option<(Frame, usize)>> {
    let &[first, length, ..] = bytes else {
        return Ok(None);
    };
    ensure!(
        length < 126,
        "a frame that is masked or long: {first:#x} {length:#x}"
    );
    let length = 2 + usize::from(length);
    let Some(payload) = bytes.get(2..length) else {
        return Ok(None);
    };
    let frame = match first {
        0x81 => Frame::Counts(parse_counts(payload).context("a text that is no numbers")?),
        0x88 => Frame::Close,
        0x89 => Frame::Ping,
        other => bail!("a frame that no server here sends: {other:#x}"),
    };
    Ok(Some((frame, length)))
}

/// `{"live":n,"total":n}`, by far faster than a JSON parser.
fn parse_counts(text: &[u8]) -> Option<Counts> {
    let rest = text.strip_prefix(br#"{"live":"#)?;
    let (live, rest) = parse_number(rest)?;
    let rest = rest.strip_prefix(br#","total":"#)?;
    let (total, rest) = parse_number(rest)?;
    (rest == b"}").then_some(Counts { live, total })
}

fn parse_number(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(digits)?;
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_one_by_one() {
        let mut bytes = b"\x81\x15{\"live\":3,\"total\":40}\x89\x00\x88\x02\x03\xe8".to_vec();
        bytes[1] = 21;
        let (frame, length) = parse(&bytes).unwrap().unwrap();
        let expected = Counts { live: 3, total: 40 };
        assert!(matches!(frame, Frame::Counts(counts) if counts == expected));
        assert!(matches!(
            parse(&bytes[length..]).unwrap(),
            Some((Frame::Ping, 2))
        ));
        assert!(matches!(
            parse(&bytes[length + 2..]).unwrap(),
            Some((Frame::Close, 4))
        ));
        for part in 0..length {
            assert!(parse(&bytes[..part]).unwrap().is_none(), "{part}");
        }
    }

    #[test]
    fn a_text_that_is_no_numbers_is_an_error() {
        for text in [
            "",
            "{}",
            r#"{"live":,"total":1}"#,
            r#"{"live":1,"total":1}x"#,
        ] {
            assert_eq!(parse_counts(text.as_bytes()), None, "{text}");
        }
    }
}
