//! One room: its members, what they are sent, and how far each has got. Pure: it knows no socket,
//! no storage and no clock.

use super::{
    announcements::Announcements,
    members::{Entrance, JoinRequest, MemberId, Members, SocketId},
    protocol::{ClientId, MessageId, RoomMessage},
    storage::StoredMessage,
    text::Name,
    timeline::{At, Event, Timeline},
};
use std::{
    collections::{HashMap, VecDeque},
    time::Instant,
};
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// The most messages to one member alone that wait. It gets one for each that it sends, and can
/// send ten at once.
const MAX_REPLIES: usize = 32;

impl StoredMessage {
    /// The message as a page gets it; its sender's, with what it was named by.
    pub(super) fn to_json(&self, client: Option<ClientId>) -> Utf8Bytes {
        let message = RoomMessage::Chat {
            id: self.id,
            message: self.text.clone(),
            from: self.sender.clone(),
            timestamp: self.timestamp,
            client,
        };
        message.to_json().into()
    }
}

/// A room while somebody is in it.
#[derive(Debug)]
pub(super) struct RoomState {
    members: Members,
    timeline: Timeline,
    announcements: Announcements,
    replies: HashMap<MemberId, VecDeque<Utf8Bytes>>,
    users: Utf8Bytes,
    /// How many lists of users there were.
    users_version: u64,
    /// The last message that was shown.
    last_id: MessageId,
}

/// How far a socket of a member has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) member: MemberId,
    socket: SocketId,
    position: u64,
    /// The page has all messages up to this one, also where they are still to be shown.
    since: MessageId,
    users_version: u64,
}

/// What a socket is to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Send(Utf8Bytes),
    /// Wait until the room has changed.
    Wait,
    /// Close: there is more to send than is kept.
    Behind,
    /// Close: its member has a newer socket.
    Replaced,
}

/// A moment, by both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) instant: Instant,
    /// In milliseconds since 1970.
    pub(super) timestamp: i64,
}

impl RoomState {
    /// A room whose last stored message is this one; 0 if there is none.
    pub(super) fn new(last_id: MessageId) -> Self {
        Self {
            members: Members::default(),
            timeline: Timeline::default(),
            announcements: Announcements::default(),
            replies: HashMap::new(),
            users: Utf8Bytes::default(),
            users_version: 0,
            last_id,
        }
    }

    /// Adds a member, or gives one that returned its new socket. What the room was sent up to
    /// [`Self::last_id`] is read from the storage; the cursor begins after it. Nobody is told of
    /// one who enters `silently`: the server was restarted meanwhile.
    ///
    /// The page has all messages up to `since`.
    pub(super) fn join(
        &mut self,
        request: JoinRequest,
        silently: bool,
        since: MessageId,
        now: Moment,
    ) -> Cursor {
        let socket = request.socket;
        let outcome = self.members.join(request);
        match outcome.entrance {
            Entrance::Joined(_) if silently => self.announcements.came_silently(),
            Entrance::Joined(name) => self.announcements.joined(name),
            Entrance::Resumed(renamed) => {
                // They were for the socket before, whose page has what it was sent.
                self.replies.remove(&outcome.member);
                renamed
                    .into_iter()
                    .for_each(|renamed| self.announcements.renamed(renamed));
            }
        }
        let cursor = Cursor {
            member: outcome.member,
            socket,
            position: self.timeline.end(),
            since,
            users_version: 0,
        };
        self.tick(now);
        cursor
    }

    /// What the socket of this cursor is to do next.
    pub(super) fn next(&mut self, cursor: &mut Cursor) -> Next {
        if !self.members.is_here(cursor.member, cursor.socket) {
            return Next::Replaced;
        }
        if let Some(reply) = self.take_reply(cursor.member) {
            return Next::Send(reply);
        }
        while self.timeline.is_known_at(cursor.position, cursor.since) {
            cursor.position += 1;
        }
        match self.timeline.at(cursor.position, cursor.member) {
            At::Event(text) => {
                cursor.position += 1;
                Next::Send(text)
            }
            At::Gone => Next::Behind,
            At::End if cursor.users_version < self.users_version => {
                cursor.users_version = self.users_version;
                Next::Send(self.users.clone())
            }
            At::End => Next::Wait,
        }
    }

    fn take_reply(&mut self, member: MemberId) -> Option<Utf8Bytes> {
        let replies = self.replies.get_mut(&member)?;
        let reply = replies.pop_front();
        if replies.is_empty() {
            self.replies.remove(&member);
        }
        reply
    }

    /// Sends this to one member alone.
    pub(super) fn reply(&mut self, member: MemberId, message: &RoomMessage) {
        self.reply_with(member, message.to_json().into());
    }

    fn reply_with(&mut self, member: MemberId, text: Utf8Bytes) {
        if self.members.name(member).is_none() {
            return;
        }
        let replies = self.replies.entry(member).or_default();
        // One that takes none gets none: it is closed as soon as anything happens.
        if replies.len() < MAX_REPLIES {
            replies.push_back(text);
        }
    }

    /// Shows a message, which is stored. One that was shown before is told to its sender alone:
    /// it was sent twice.
    pub(super) fn show(
        &mut self,
        message: &StoredMessage,
        sender: Option<(MemberId, Option<ClientId>)>,
    ) {
        let own = sender.map(|(member, client)| (member, message.to_json(client)));
        if message.id > self.last_id {
            self.last_id = message.id;
            let (text, id) = (message.to_json(None), Some(message.id));
            self.timeline.push(Event { text, own, id });
        } else if let Some((member, text)) = own {
            self.reply_with(member, text);
        }
    }

    /// The last message that was shown; 0 if there is none.
    pub(super) fn last_id(&self) -> MessageId {
        self.last_id
    }

    /// Passes over messages up to this one that are stored and not shown.
    pub(super) fn skip_to(&mut self, id: MessageId) {
        self.last_id = self.last_id.max(id);
    }

    /// Has all pages remove this message.
    pub(super) fn delete(&mut self, id: MessageId, now: Moment) {
        self.push(&deleted(id, now.timestamp));
    }

    /// Gives a member the name that its reader chose.
    pub(super) fn rename(&mut self, member: MemberId, chosen: Name, now: Moment) {
        if let Some(renamed) = self.members.rename(member, chosen) {
            self.announcements.renamed(renamed);
            self.tick(now);
        }
    }

    /// The connection of this socket broke.
    pub(super) fn disconnect(&mut self, cursor: &Cursor, now: Moment) {
        let left = self
            .members
            .disconnect(cursor.member, cursor.socket, now.instant);
        self.left(left, now);
    }

    /// The page of this socket leaves.
    pub(super) fn leave(&mut self, cursor: &Cursor, now: Moment) {
        let left = self.members.leave(cursor.member, cursor.socket);
        self.left(left, now);
    }

    fn left(&mut self, names: impl IntoIterator<Item = Name>, now: Moment) {
        names
            .into_iter()
            .for_each(|name| self.announcements.left(name));
        let members = &self.members;
        self.replies
            .retain(|member, _| members.name(*member).is_some());
        self.tick(now);
    }

    /// Does what is due.
    pub(super) fn tick(&mut self, now: Moment) {
        for name in self.members.expire(now.instant) {
            self.announcements.left(name);
        }
        let Some(sentences) = self.announcements.take_due(now.instant, self.members.len()) else {
            return;
        };
        for message in sentences {
            let timestamp = now.timestamp;
            self.push(&RoomMessage::System { message, timestamp });
        }
        let users = self.members.names().map(Name::to_string).collect();
        self.users = RoomMessage::Users { users }.to_json().into();
        self.users_version += 1;
    }

    /// When [`Self::tick`] has something to do; `None` if nothing is to come.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        let moments = [self.members.next_expiry(), self.announcements.due(now)];
        moments.into_iter().flatten().min()
    }

    /// The name of a member.
    pub(super) fn name(&self, member: MemberId) -> Option<&Name> {
        self.members.name(member)
    }

    /// Whether nobody is in it, nor awaited.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    fn push(&mut self, message: &RoomMessage) {
        self.timeline.push(Event {
            text: message.to_json().into(),
            own: None,
            id: None,
        });
    }
}

/// Says that this message was deleted.
pub(super) fn deleted(id: MessageId, timestamp: i64) -> RoomMessage {
    RoomMessage::Deleted {
        id,
        message: "A message was deleted".to_owned(),
        timestamp,
    }
}

#[cfg(test)]
mod tests;
