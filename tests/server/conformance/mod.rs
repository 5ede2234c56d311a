//! RFC 6455 from the side of a server, by raw bytes. Whatever a reader sends,
//! the others are told that it left, and the server's log says nothing of it.

mod closing;
mod frames;
mod handshake;
mod messages;
mod pace;

use crate::support::{
    Client, Folder, PATIENCE, Server, counts,
    raw::{PING, PONG, RawSocket, Received, close, frame},
};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// A server, and a reader of the post `one` who behaves and sees the others
/// come and go.
struct Stage {
    folder: Folder,
    server: Server,
    good: Client,
    views: u64,
}

impl Stage {
    async fn set() -> Self {
        let folder = Folder::new();
        let server = Server::start(&folder).await;
        let mut good = server.reader("one", "").await;
        good.sees(counts(1, 1)).await;
        Self {
            folder,
            server,
            good,
            views: 1,
        }
    }

    /// One more reader, who has had every frame that was due.
    async fn enters(&mut self) -> RawSocket {
        let mut reader = RawSocket::connect(&self.server.address, "/api/v1/connect/one").await;
        // Its own coming may be told to it once more after this. That somebody
        // else came and went is told once, and is the last that there is to tell.
        reader.numbers().await;
        self.server.reader("one", "").await.leave().await;
        self.views += 2;
        let settled = counts(2, self.views);
        while reader.numbers().await != settled {}
        self.good.sees(settled).await;
        reader
    }

    /// The others are told that the reader has left.
    async fn left(&mut self, what: &str) {
        let left = async { while self.good.frame().await != counts(1, self.views) {} };
        // Less than a single frame is waited for, so that it is said for whom.
        let left = timeout(PATIENCE / 2, left).await;
        assert!(left.is_ok(), "{what}: the reader is still shown");
    }

    /// A reader who sends this is closed with this code, properly: the code,
    /// and then the end of the connection, and no reset, however much of what
    /// it sent was not read.
    async fn breaks(&mut self, what: &str, bytes: &[u8], code: u16) {
        // More than the server reads at once.
        let bytes = [bytes, &[0xff; 4096]].concat();
        self.is_closed_for(what, &bytes, code).await;
    }

    /// The same of a reader who sends this and nothing after it.
    async fn is_closed_for(&mut self, what: &str, bytes: &[u8], code: u16) {
        let mut reader = self.enters().await;
        reader.send(bytes).await;
        let said = reader.next().await;
        let said = said.unwrap_or_else(|| panic!("{what}: closed without a word"));
        assert_eq!(said.code(), Some(code), "{what}: {said:?}");
        assert!(
            std::str::from_utf8(&said.payload[2..]).is_ok(),
            "{what}: {said:?}"
        );
        // Nothing is sent before this: a write would take the error of a reset.
        assert_eq!(reader.next().await, None, "{what}: more after the close");
        self.left(what).await;
    }

    /// A reader who sends this is answered with this, and reads on.
    async fn answers(&mut self, what: &str, bytes: &[u8], answers: &[Answer]) {
        let mut reader = self.enters().await;
        reader.send(bytes).await;
        self.answered(what, &mut reader, answers).await;
        self.leaves(what, reader).await;
    }

    /// These answers come, and no other frame: before the pong to a last ping.
    async fn answered(&mut self, what: &str, reader: &mut RawSocket, answers: &[Answer]) {
        for answer in answers {
            let frame = reader.next().await;
            let frame = frame.unwrap_or_else(|| panic!("{what}: closed without a word"));
            match answer {
                Answer::Numbers => {
                    assert_eq!(frame.numbers(), counts(2, self.views), "{what}");
                }
                Answer::Pong(payload) => {
                    assert_eq!(frame.opcode, PONG, "{what}: {frame:?}");
                    assert_eq!(&frame.payload, payload, "{what}");
                }
            }
        }
        reader.send(&frame(PING, "that was all").bytes()).await;
        let last = Received {
            opcode: PONG,
            payload: b"that was all".into(),
        };
        assert_eq!(reader.next().await, Some(last), "{what}");
    }

    /// Closes as one should.
    async fn leaves(&mut self, what: &str, mut reader: RawSocket) {
        reader.send(&close(1000, "").bytes()).await;
        let echo = reader.next().await.map(|said| said.code());
        assert_eq!(echo, Some(Some(1000)), "{what}");
        assert_eq!(reader.next().await, None, "{what}");
        self.left(what).await;
    }

    /// The server has gone on, and has nothing to tell its owner.
    async fn strike(mut self) {
        self.good.send(Message::text("?")).await;
        self.good.sees(counts(1, self.views)).await;
        self.good.leave().await;
        let log = log_of(self.server).await;
        // What a server says that nobody visited.
        let quiet = log_of(Server::start(&self.folder).await).await;
        assert_eq!(log.lines().count(), quiet.lines().count(), "{log}");
    }
}

/// Ends the server; returns its log, above debug as it is by default.
async fn log_of(server: Server) -> String {
    server.signal("TERM");
    let (status, log) = server.ended().await;
    assert!(status.success(), "{log}");
    log
}

/// What the server sends back.
enum Answer {
    /// The current numbers.
    Numbers,
    /// A pong with this payload.
    Pong(Vec<u8>),
}

fn pong(payload: impl AsRef<[u8]>) -> Answer {
    Answer::Pong(payload.as_ref().to_vec())
}
