//! What happens in a room, in order. A page takes one event after the other, at its own pace, and
//! nobody waits for it: the events are kept once for all, and only the last.

use super::{members::MemberId, protocol::MessageId};
use std::collections::VecDeque;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// The most events that a page may be behind. With [`MAX_BEHIND_BYTES`], the contract: a page that
/// has more to take is closed, and returns with `since`.
const MAX_BEHIND: usize = 64;
/// The most bytes that it may be behind.
const MAX_BEHIND_BYTES: usize = 64 * 1024;

/// The last events of a room.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    events: VecDeque<Event>,
    /// The position of the first of these.
    first: u64,
    bytes: usize,
}

/// One message to all pages.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// The JSON text.
    pub(super) text: Utf8Bytes,
    /// What its sender gets in place of that.
    pub(super) own: Option<(MemberId, Utf8Bytes)>,
    /// Which message it is, if it is one that was said.
    pub(super) id: Option<MessageId>,
}

/// What is at a position.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum At<T> {
    Event(T),
    /// Nothing yet.
    End,
    /// It is not kept any more.
    Gone,
}

impl Timeline {
    /// Adds an event after all others.
    pub(super) fn push(&mut self, event: Event) {
        self.bytes += event.text.len();
        self.events.push_back(event);
        while self.events.len() > MAX_BEHIND || self.bytes > MAX_BEHIND_BYTES {
            let Some(event) = self.events.pop_front() else {
                return;
            };
            self.bytes -= event.text.len();
            self.first += 1;
        }
    }

    /// The position of the next event.
    pub(super) fn end(&self) -> u64 {
        self.first + self.events.len() as u64
    }

    /// Whether at this position is a message that a page has which has all up to `since`.
    pub(super) fn is_known_at(&self, position: u64, since: MessageId) -> bool {
        let id = self.get(position).and_then(|event| event.id);
        id.is_some_and(|id| id <= since)
    }

    /// The event at a position, as this member gets it.
    pub(super) fn at(&self, position: u64, member: MemberId) -> At<Utf8Bytes> {
        if position < self.first {
            return At::Gone;
        }
        let Some(event) = self.get(position) else {
            return At::End;
        };
        At::Event(match &event.own {
            Some((sender, text)) if *sender == member => text.clone(),
            _ => event.text.clone(),
        })
    }

    fn get(&self, position: u64) -> Option<&Event> {
        let index = position.checked_sub(self.first)?;
        self.events.get(usize::try_from(index).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Event {
        Event {
            text: text.into(),
            own: None,
            id: None,
        }
    }

    #[test]
    fn events_are_taken_in_their_order() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.at(0, 1), At::End);
        timeline.push(event("a"));
        timeline.push(event("b"));
        assert_eq!(timeline.at(0, 1), At::Event("a".into()));
        assert_eq!(timeline.at(1, 1), At::Event("b".into()));
        assert_eq!(timeline.at(2, 1), At::End);
        assert_eq!(timeline.end(), 2);
    }

    #[test]
    fn its_sender_gets_an_event_in_its_own_words() {
        let mut timeline = Timeline::default();
        timeline.push(Event {
            text: "all".into(),
            own: Some((7, "own".into())),
            id: None,
        });
        assert_eq!(timeline.at(0, 1), At::Event("all".into()));
        assert_eq!(timeline.at(0, 7), At::Event("own".into()));
    }

    #[test]
    fn who_is_too_many_events_behind_cannot_go_on() {
        let mut timeline = Timeline::default();
        for _ in 0..MAX_BEHIND {
            timeline.push(event("a"));
        }
        assert_eq!(timeline.at(0, 1), At::Event("a".into()));
        timeline.push(event("b"));
        assert_eq!(timeline.at(0, 1), At::Gone);
        assert_eq!(timeline.at(1, 1), At::Event("a".into()));
        assert_eq!(timeline.at(MAX_BEHIND as u64, 1), At::Event("b".into()));
    }

    #[test]
    fn who_is_too_many_bytes_behind_cannot_go_on() {
        let mut timeline = Timeline::default();
        let long = "a".repeat(MAX_BEHIND_BYTES / 2);
        timeline.push(event(&long));
        timeline.push(event(&long));
        assert_eq!(timeline.at(0, 1), At::Event(long.as_str().into()));
        timeline.push(event("b"));
        assert_eq!(timeline.at(0, 1), At::Gone);
        assert_eq!(timeline.at(2, 1), At::Event("b".into()));
        assert_eq!(timeline.bytes, long.len() + 1);
    }
}
