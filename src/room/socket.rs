//! A page's socket in a room, from the upgrade to its end.

use super::{
    hub::{History, Member, Seat},
    protocol::{ClientId, MAX_MESSAGE_BYTES, PageMessage, PageMessageError, RoomMessage},
    state::Next,
    text::{MessageText, Name},
};
use crate::counter::{
    address::Neighbourhood,
    gate::Pass,
    limits::Limits,
    protocol::{ViewId, close_code},
    socket::{
        CLOSE_SPREAD,
        allowance::{FrameAllowance, FrameLimits},
        keepalive::{Keepalive, Passed},
        metered::ByteLimit,
        websocket::{End, SocketLimits, WebSocket, end_of_error, finish, send},
    },
};
use futures_util::StreamExt;
use jiff::Timestamp;
use std::{convert::Infallible, future::pending, time::Duration};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// What may go through a room's socket.
pub(super) const LIMITS: SocketLimits = SocketLimits {
    max_message: MAX_MESSAGE_BYTES,
    // The list of 500 members whose names have 32 characters of four bytes.
    max_sent: 128 * 1024,
    bytes: ByteLimit {
        burst: 64.0 * 1024.0,
        per_second: 16.0 * 1024.0,
    },
};
/// A page may send a message each half second, and some that are no messages.
const FRAMES: FrameLimits = FrameLimits {
    burst: 40.0,
    interval: Duration::from_millis(250),
};
/// How long a page has to join.
const JOIN_TIMEOUT: Duration = Duration::from_secs(30);

const TRY_LATER: End = End::Close(
    close_code::TRY_AGAIN,
    "the messages cannot be read at the moment; come back",
);
const BEHIND: End = End::Close(
    close_code::TRY_AGAIN,
    "there was more to send than could be kept; come back",
);
const REPLACED: End = End::Close(close_code::REPLACED, "replaced by a newer socket");
const NOT_JOINED: End = End::Close(close_code::INTERNAL, "join the room first");
const TOO_LATE: End = End::Close(close_code::POLICY, "nobody joined; come back to join");
const NOT_JSON: End = End::Close(close_code::UNSUPPORTED, "messages are JSON texts");
const TOO_MANY: End = End::Close(close_code::POLICY, "too many frames");

/// Whose socket it is.
pub(super) struct Visitor {
    /// Where it comes from, if that is known.
    pub(super) from: Option<Neighbourhood>,
    /// Which showing of the page it is, if the page says so.
    pub(super) view: Option<ViewId>,
    /// The page says that it was connected before.
    pub(super) is_back: bool,
}

/// Serves the socket until it ends.
pub(super) async fn serve(
    socket: &mut WebSocket,
    seat: Seat,
    visitor: Visitor,
    pass: &Pass,
    limits: &Limits,
) {
    let mut conversation = Conversation {
        socket,
        limits,
        visitor,
        stage: Stage::Seated(seat),
        keepalive: Keepalive::new(Instant::now()),
        allowance: FrameAllowance::new(FRAMES, Instant::now()),
    };
    let Err(end) = conversation.run(pass).await;
    conversation.leave(&end);
    finish(conversation.socket, end).await;
}

/// How far a page has come.
enum Stage {
    /// It has not joined yet.
    Seated(Seat),
    Joined(Member),
    /// It has left, or is joining at this moment.
    Neither,
}

struct Conversation<'a> {
    socket: &'a mut WebSocket,
    limits: &'a Limits,
    visitor: Visitor,
    stage: Stage,
    keepalive: Keepalive,
    allowance: FrameAllowance,
}

impl Conversation<'_> {
    async fn run(&mut self, pass: &Pass) -> Result<Infallible, End> {
        let join_until = Instant::now() + JOIN_TIMEOUT;
        loop {
            let is_joined = matches!(self.stage, Stage::Joined(_));
            tokio::select! {
                // In this order: what has arrived is read before a deadline is judged, or a
                // server that slept would drop everyone.
                biased;
                message = self.socket.next() => {
                    let now = Instant::now();
                    self.keepalive.heard(now);
                    let message = message.ok_or(End::Gone)?.map_err(|e| end_of_error(&e))?;
                    if !self.allowance.take(now) {
                        return Err(TOO_MANY);
                    }
                    self.received(message).await?;
                }
                () = pass.closing() => {
                    sleep(CLOSE_SPREAD.mul_f64(rand::random::<f64>())).await;
                    return Err(End::RESTARTING);
                }
                text = next(&mut self.stage) => self.send(text?).await?,
                () = sleep_until(self.keepalive.due()) => {
                    match self.keepalive.passed(Instant::now()) {
                        Passed::Silence => {
                            send(self.socket, Message::Ping(Default::default())).await?;
                        }
                        Passed::Ping => {}
                        Passed::Look => return Err(End::Gone),
                    }
                }
                () = sleep_until(join_until), if !is_joined => return Err(TOO_LATE),
            }
        }
    }

    async fn received(&mut self, message: Message) -> Result<(), End> {
        let text = match message {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(()),
            Message::Binary(_) => return Err(NOT_JSON),
            Message::Close(_) => return Err(End::Closing),
        };
        match PageMessage::parse(&text) {
            Ok(PageMessage::Join { name, since }) => self.join(&name, since).await,
            Ok(PageMessage::Chat { message, client }) => self.say(&message, client).await,
            Ok(PageMessage::UpdateName { name }) => self.rename(&name).await,
            Err(PageMessageError::NotJson) => Err(NOT_JSON),
            Err(error) => self.refuse(error, None).await,
        }
    }

    async fn join(&mut self, name: &str, since: Option<u64>) -> Result<(), End> {
        let name = match Name::parse(name) {
            Ok(name) => name,
            Err(error) => return self.refuse(error, None).await,
        };
        let seat = match std::mem::replace(&mut self.stage, Stage::Neither) {
            Stage::Seated(seat) => seat,
            other => {
                self.stage = other;
                let error = "the page has joined already; send update-name";
                return self.refuse(error, None).await;
            }
        };
        let (view, is_back) = (self.visitor.view, self.visitor.is_back);
        let joined = seat.join(name, view, is_back, since).await;
        let (member, history) = joined.map_err(|_| TRY_LATER)?;
        let sent = self.send_history(&member, history).await;
        self.stage = Stage::Joined(member);
        sent
    }

    async fn send_history(&mut self, member: &Member, mut history: History) -> Result<(), End> {
        for text in history.deleted(member).await.map_err(|_| TRY_LATER)? {
            self.send(text).await?;
        }
        while let Some(texts) = history.next(member).await.map_err(|_| TRY_LATER)? {
            for text in texts {
                self.send(text).await?;
            }
        }
        Ok(())
    }

    async fn say(&mut self, text: &str, client: Option<ClientId>) -> Result<(), End> {
        let Stage::Joined(member) = &self.stage else {
            return Err(NOT_JOINED);
        };
        if let Err(wait) = self.limits.take_message(self.visitor.from) {
            return self.limit(wait).await;
        }
        let said = match MessageText::parse(text) {
            Ok(text) => member.say(text, client).map_err(|busy| busy.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match said {
            Ok(()) => Ok(()),
            Err(error) => self.refuse(error, client).await,
        }
    }

    async fn rename(&mut self, name: &str) -> Result<(), End> {
        let Stage::Joined(member) = &self.stage else {
            return Err(NOT_JOINED);
        };
        if let Err(wait) = self.limits.take_message(self.visitor.from) {
            return self.limit(wait).await;
        }
        match Name::parse(name) {
            Ok(name) => {
                member.rename(name);
                Ok(())
            }
            Err(error) => self.refuse(error, None).await,
        }
    }

    async fn limit(&mut self, wait: Duration) -> Result<(), End> {
        let retry_after = wait.as_secs_f64();
        self.send(RoomMessage::RateLimit { retry_after }.to_json().into())
            .await
    }

    /// Says what was wrong with what the page sent. Nothing is sent to one that has not joined,
    /// but this.
    async fn refuse(
        &mut self,
        error: impl std::fmt::Display,
        client: Option<ClientId>,
    ) -> Result<(), End> {
        let message = RoomMessage::Error {
            message: error.to_string(),
            timestamp: Timestamp::now().as_millisecond(),
            client,
        };
        self.send(message.to_json().into()).await
    }

    async fn send(&mut self, text: Utf8Bytes) -> Result<(), End> {
        send(self.socket, Message::Text(text)).await
    }

    /// The page is a member no more: for good if it said so, or else until it returns.
    fn leave(&mut self, end: &End) {
        if let Stage::Joined(member) = std::mem::replace(&mut self.stage, Stage::Neither)
            && matches!(end, End::Closing)
        {
            member.leave();
        }
    }
}

/// The next text to send.
async fn next(stage: &mut Stage) -> Result<Utf8Bytes, End> {
    let Stage::Joined(member) = stage else {
        return pending().await;
    };
    loop {
        match member.next() {
            Next::Send(text) => return Ok(text),
            Next::Wait => member.changed().await,
            Next::Behind => return Err(BEHIND),
            Next::Replaced => return Err(REPLACED),
        }
    }
}
