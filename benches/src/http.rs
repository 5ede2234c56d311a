//! A browser's end of a connection on which pages are asked for, one after the
//! other: as bare as it can be.

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What browsers say that they can read.
pub const ANY_CODING: &str = "Accept-Encoding: gzip, deflate, br, zstd\r\n";

/// A connection that is kept.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    head: String,
    /// The body, as it was sent.
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of this header, whose name is in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Connection {
    /// To the server at this port of loopback.
    pub async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let buffer = Vec::with_capacity(64 * 1024);
        Ok(Self { stream, buffer })
    }

    /// Asks for a path as a browser does, with these lines more in the head, and
    /// waits for the whole answer.
    pub async fn get(&mut self, path: &str, more: &str) -> Result<Answer> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\
             User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0\r\n\
             Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
             Accept-Language: en-US,en;q=0.5\r\n\
             {more}\r\n"
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.fill().await?;
        };
        let head = String::from_utf8(self.buffer[..end].to_vec())?;
        let status = head.get(9..12).context("an answer has a status")?.parse()?;
        let mut answer = Answer {
            status,
            head,
            body: Vec::new(),
        };
        let length = match answer.header("content-length") {
            Some(length) => length.parse()?,
            None if status == 304 => 0,
            None => bail!("an answer of unknown length: {}", answer.head),
        };
        while self.buffer.len() < end + length {
            self.fill().await?;
        }
        answer.body = self.buffer.split_off(end);
        Ok(answer)
    }

    async fn fill(&mut self) -> Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        ensure!(read > 0, "closed before the answer was whole");
        Ok(())
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
