//! What the pages of a room receive, by example and against a ledger.

use super::*;
use crate::counter::protocol::ViewId;
use proptest::prelude::*;
use std::time::Duration;

/// A room, its storage, and the time.
struct Fixture {
    state: RoomState,
    stored: Vec<StoredMessage>,
    now: Moment,
    sockets: SocketId,
}

impl Fixture {
    fn new() -> Self {
        Self {
            state: RoomState::new(0),
            stored: Vec::new(),
            now: Moment {
                instant: Instant::now(),
                timestamp: 1_000,
            },
            sockets: 0,
        }
    }

    fn wait(&mut self, time: Duration) {
        self.now.instant += time;
        self.state.tick(self.now);
    }

    fn join(&mut self, name: &str, view: Option<u128>) -> Cursor {
        self.sockets += 1;
        let request = JoinRequest {
            name: Name::parse(name).unwrap(),
            view: view.map(ViewId::from_bits),
            socket: self.sockets,
        };
        self.state.join(request, false, 0, self.now)
    }

    /// Stores a message and shows it.
    fn say(&mut self, text: &str, sender: Option<(MemberId, Option<ClientId>)>) {
        let message = StoredMessage {
            id: self.stored.len() as MessageId + 1,
            sender: "Ann".to_owned(),
            text: text.to_owned(),
            timestamp: self.now.timestamp,
        };
        self.stored.push(message.clone());
        self.state.show(&message, sender);
    }

    /// All that this socket is sent now, and what it is to do then.
    fn take(&mut self, cursor: &mut Cursor) -> (Vec<RoomMessage>, Next) {
        let mut taken = Vec::new();
        loop {
            match self.state.next(cursor) {
                Next::Send(text) => taken.push(serde_json::from_str(&text).unwrap()),
                next => return (taken, next),
            }
        }
    }

    fn texts(&mut self, cursor: &mut Cursor) -> Vec<String> {
        let (taken, _) = self.take(cursor);
        let chats = taken.into_iter().filter_map(|message| match message {
            RoomMessage::Chat { message, .. } => Some(message),
            _ => None,
        });
        chats.collect()
    }

    fn sentences(&mut self, cursor: &mut Cursor) -> Vec<String> {
        let (taken, _) = self.take(cursor);
        let system = taken.into_iter().filter_map(|message| match message {
            RoomMessage::System { message, .. } => Some(message),
            _ => None,
        });
        system.collect()
    }
}

fn users(names: &[&str]) -> RoomMessage {
    RoomMessage::Users {
        users: names.iter().map(|&name| name.to_owned()).collect(),
    }
}

#[test]
fn who_joins_is_announced_and_gets_the_list_of_users() {
    let mut room = Fixture::new();
    let mut ann = room.join("Ann", None);
    let (taken, next) = room.take(&mut ann);
    let joined = RoomMessage::System {
        message: "Ann joined".to_owned(),
        timestamp: 1_000,
    };
    assert_eq!(taken, [joined, users(&["Ann"])]);
    assert_eq!(next, Next::Wait);
    room.wait(Duration::from_millis(500));
    let mut ben = room.join("ann", None);
    assert_eq!(room.sentences(&mut ann), ["ann 2 joined"]);
    let (taken, _) = room.take(&mut ben);
    assert_eq!(taken.last(), Some(&users(&["Ann", "ann 2"])));
}

#[test]
fn all_pages_get_a_message_and_its_sender_gets_its_own_name_of_it() {
    let mut room = Fixture::new();
    let mut ann = room.join("Ann", None);
    let mut ben = room.join("Ben", None);
    let client = Some(ClientId::from_bits(7));
    room.say("hi", Some((ann.member, client)));
    let chat = |messages: Vec<RoomMessage>| {
        messages.into_iter().find_map(|message| match message {
            RoomMessage::Chat { id, client, .. } => Some((id, client)),
            _ => None,
        })
    };
    let (to_ann, _) = room.take(&mut ann);
    let (to_ben, _) = room.take(&mut ben);
    assert_eq!(chat(to_ann), Some((1, client)));
    assert_eq!(chat(to_ben), Some((1, None)));
}

#[test]
fn a_message_that_was_sent_twice_is_told_to_its_sender_alone() {
    let mut room = Fixture::new();
    let mut ann = room.join("Ann", None);
    let mut ben = room.join("Ben", None);
    let client = Some(ClientId::from_bits(7));
    room.say("hi", Some((ann.member, client)));
    assert_eq!(room.texts(&mut ann), ["hi"]);
    assert_eq!(room.texts(&mut ben), ["hi"]);
    let message = room.stored[0].clone();
    room.state.show(&message, Some((ann.member, client)));
    assert_eq!(room.texts(&mut ann), ["hi"]);
    assert_eq!(room.texts(&mut ben), [""; 0]);
}

#[test]
fn who_joins_gets_what_came_after_it_joined() {
    let mut room = Fixture::new();
    room.say("before", None);
    let mut ann = room.join("Ann", None);
    assert_eq!(
        room.state.last_id(),
        1,
        "up to here it is read from the storage"
    );
    room.say("after", None);
    assert_eq!(room.texts(&mut ann), ["after"]);
}

#[test]
fn what_a_page_has_already_is_not_sent_again() {
    let mut room = Fixture::new();
    let request = JoinRequest {
        name: Name::parse("Ann").unwrap(),
        view: None,
        socket: 1,
    };
    // Another process had shown it the first two.
    let mut ann = room.state.join(request, false, 2, room.now);
    for text in ["one", "two", "three"] {
        room.say(text, None);
    }
    assert_eq!(room.texts(&mut ann), ["three"]);
}

#[test]
fn a_page_that_takes_nothing_is_closed_and_nobody_waits_for_it() {
    let mut room = Fixture::new();
    let mut slow = room.join("Ann", None);
    let mut quick = room.join("Ben", None);
    for n in 0..100 {
        room.say(&n.to_string(), None);
        assert_eq!(room.texts(&mut quick), [n.to_string()]);
    }
    assert_eq!(room.state.next(&mut slow), Next::Behind);
}

#[test]
fn a_page_that_returns_in_time_is_not_announced() {
    let mut room = Fixture::new();
    let mut ann = room.join("Ann", None);
    let ben = room.join("Ben", Some(7));
    room.wait(Duration::from_secs(1));
    room.sentences(&mut ann);
    room.state.disconnect(&ben, room.now);
    room.wait(Duration::from_secs(59));
    let mut ben = room.join("Ben", Some(7));
    room.wait(Duration::from_secs(60));
    assert_eq!(room.sentences(&mut ann), [""; 0]);
    let (taken, _) = room.take(&mut ben);
    assert_eq!(taken, [users(&["Ann", "Ben"])]);
    room.state.disconnect(&ben, room.now);
    let due = room.state.due(room.now.instant);
    assert_eq!(due, Some(room.now.instant + Duration::from_secs(60)));
    room.wait(Duration::from_secs(60));
    assert_eq!(room.sentences(&mut ann), ["Ben left"]);
}

#[test]
fn who_leaves_is_announced_at_once() {
    let mut room = Fixture::new();
    let mut ann = room.join("Ann", None);
    let ben = room.join("Ben", Some(7));
    room.wait(Duration::from_secs(1));
    room.sentences(&mut ann);
    room.wait(Duration::from_secs(1));
    room.state.leave(&ben, room.now);
    assert_eq!(room.sentences(&mut ann), ["Ben left"]);
    room.state.leave(&ann, room.now);
    assert!(room.state.is_empty());
}

#[test]
fn an_older_socket_of_a_view_is_closed() {
    let mut room = Fixture::new();
    let mut old = room.join("Ann", Some(7));
    let mut new = room.join("Ann", Some(7));
    room.say("hi", None);
    assert_eq!(room.state.next(&mut old), Next::Replaced);
    room.state.disconnect(&old, room.now);
    assert_eq!(room.texts(&mut new), ["hi"]);
}

#[test]
fn after_a_restart_nobody_is_announced() {
    let mut room = Fixture::new();
    let request = JoinRequest {
        name: Name::parse("Ann").unwrap(),
        view: None,
        socket: 1,
    };
    let mut ann = room.state.join(request, true, 0, room.now);
    let (taken, _) = room.take(&mut ann);
    assert_eq!(taken, [users(&["Ann"])]);
}

#[test]
fn a_message_that_is_deleted_is_taken_off_all_pages() {
    let mut room = Fixture::new();
    let mut ann = room.join("Ann", None);
    room.say("hi", None);
    room.take(&mut ann);
    room.state.delete(1, room.now);
    let (taken, _) = room.take(&mut ann);
    assert_eq!(taken, [deleted(1, 1_000)]);
}

#[test]
fn replies_to_one_that_takes_none_do_not_pile_up() {
    let mut room = Fixture::new();
    let mut ann = room.join("Ann", None);
    room.take(&mut ann);
    for _ in 0..1_000 {
        let reply = RoomMessage::RateLimit { retry_after: 1.0 };
        room.state.reply(ann.member, &reply);
    }
    assert_eq!(room.take(&mut ann).0.len(), MAX_REPLIES);
    room.state.leave(&ann, room.now);
    room.state
        .reply(ann.member, &RoomMessage::RateLimit { retry_after: 1.0 });
    assert!(room.state.replies.is_empty());
}

/// What happens to a room in the property below. Pages are numbered.
#[derive(Clone, Debug)]
enum Step {
    Say,
    /// A page takes so many of what is sent to it.
    Take(usize, usize),
    Disconnect(usize),
    Leave(usize),
    /// It connects, with what it has.
    Connect(usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let page = 0..4_usize;
    prop_oneof![
        6 => Just(Step::Say),
        6 => (page.clone(), 1..40_usize).prop_map(|(page, most)| Step::Take(page, most)),
        1 => page.clone().prop_map(Step::Disconnect),
        1 => page.clone().prop_map(Step::Leave),
        3 => page.prop_map(Step::Connect),
        1 => (1..70_000_u64).prop_map(Step::Wait),
    ]
}

/// A page with a log of its own.
#[derive(Default)]
struct Page {
    cursor: Option<Cursor>,
    ids: Vec<MessageId>,
}

impl Page {
    /// As the server and a page do it: what was stored up to now, and then what comes.
    fn connect(&mut self, room: &mut Fixture, number: usize) {
        let cursor = room.join("Reader", Some(number as u128 + 1));
        let since = self.ids.last().copied().unwrap_or(0);
        let missing = since + 1..=room.state.last_id();
        self.ids.extend(missing);
        self.cursor = Some(cursor);
    }

    fn take(&mut self, room: &mut Fixture, most: usize) {
        let Some(cursor) = &mut self.cursor else {
            return;
        };
        for _ in 0..most {
            match room.state.next(cursor) {
                Next::Send(text) => {
                    let message: RoomMessage = serde_json::from_str(&text).unwrap();
                    if let RoomMessage::Chat { id, .. } = message {
                        self.ids.push(id);
                    }
                }
                Next::Wait => return,
                Next::Behind | Next::Replaced => {
                    room.state.disconnect(cursor, room.now);
                    self.cursor = None;
                    return;
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn every_page_gets_every_message_once_and_in_order(
        steps in prop::collection::vec(step(), 0..400),
    ) {
        let mut room = Fixture::new();
        let mut pages: [Page; 4] = Default::default();
        for step in steps {
            match step {
                Step::Say => room.say("hi", None),
                Step::Take(page, most) => pages[page].take(&mut room, most),
                Step::Disconnect(page) => if let Some(cursor) = pages[page].cursor.take() {
                    room.state.disconnect(&cursor, room.now);
                },
                Step::Leave(page) => if let Some(cursor) = pages[page].cursor.take() {
                    room.state.leave(&cursor, room.now);
                },
                // A second socket of the same page takes the first one's place.
                Step::Connect(page) => pages[page].connect(&mut room, page),
                Step::Wait(ms) => room.wait(Duration::from_millis(ms)),
            }
            for page in &pages {
                let ledger: Vec<_> = (1..=page.ids.len() as MessageId).collect();
                prop_assert_eq!(&page.ids, &ledger);
            }
        }
        for (number, page) in pages.iter_mut().enumerate() {
            page.connect(&mut room, number);
            page.take(&mut room, 1_000);
            prop_assert_eq!(page.ids.len(), room.stored.len());
        }
        let names: Vec<_> = room.state.members.names().map(Name::to_string).collect();
        prop_assert_eq!(names.len(), pages.len());
    }
}
