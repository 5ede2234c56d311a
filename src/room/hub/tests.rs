//! The rooms around a storage that is slow, fails or panics.

mod messages;
mod simulation;

use super::*;
use crate::{
    counter::protocol::ViewId,
    room::{
        members::RESUME_TIMEOUT,
        protocol::{ClientId, RoomMessage},
        state::Next,
        text::{MessageText, Name},
    },
};
use messages::{Fault, Messages};
use tokio::{sync::Semaphore, task::yield_now, time::sleep};

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

fn start(storage: &Arc<Messages>) -> RoomHub {
    RoomHub::with_storage(Arc::clone(storage) as _, Retention::default())
}

async fn join(hub: &RoomHub, room: &str, name: &str, view: Option<u128>) -> Page {
    let mut page = Page::new(room, name, view);
    page.connect(hub).await;
    page
}

/// A page, and what it was sent.
struct Page {
    room: Slug,
    name: Name,
    view: Option<ViewId>,
    member: Option<Member>,
    said: Vec<(MessageId, String)>,
    deleted: Vec<MessageId>,
    errors: Vec<String>,
}

impl Page {
    fn new(room: &str, name: &str, view: Option<u128>) -> Self {
        Self {
            room: slug(room),
            name: Name::parse(name).unwrap(),
            view: view.map(ViewId::from_bits),
            member: None,
            said: Vec::new(),
            deleted: Vec::new(),
            errors: Vec::new(),
        }
    }

    async fn connect(&mut self, hub: &RoomHub) {
        let since = self.said.last().map(|(id, _)| *id);
        let seat = hub.enter(&self.room).await.unwrap();
        // What happens while it is sent the history is sent after it.
        let joined = seat
            .join(self.name.clone(), self.view, true, since.or(Some(0)))
            .await;
        let (member, mut history) = joined.unwrap();
        loop {
            match history.next(&member).await {
                Ok(Some(texts)) => texts.iter().for_each(|text| self.received(text)),
                Ok(None) => break,
                // It tries again.
                Err(_) => return,
            }
            yield_now().await;
        }
        self.member = Some(member);
    }

    fn received(&mut self, text: &str) {
        match serde_json::from_str(text).unwrap() {
            RoomMessage::Chat { id, message, .. } => {
                // Its own, which it sent a second time.
                if self.said.last().is_none_or(|(last, _)| *last < id) {
                    self.said.push((id, message));
                }
            }
            RoomMessage::Error { message, .. } => self.errors.push(message),
            RoomMessage::Deleted { id, .. } => self.deleted.push(id),
            _ => {}
        }
    }

    fn say(&self, text: &str, client: Option<u128>) {
        let text = MessageText::parse(text).unwrap();
        let client = client.map(ClientId::from_bits);
        self.member.as_ref().unwrap().say(text, client).unwrap();
    }

    /// Takes what there is; returns whether its socket is still good.
    fn take(&mut self) -> bool {
        while let Some(member) = &mut self.member {
            match member.next() {
                Next::Send(text) => self.received(&text),
                Next::Wait => return true,
                Next::Behind | Next::Replaced => self.member = None,
            }
        }
        false
    }

    fn texts(&mut self) -> Vec<String> {
        self.take();
        self.said.iter().map(|(_, text)| text.clone()).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_stored_in_one_transaction_and_then_shown() {
    let storage = Messages::new();
    let hub = start(&storage);
    let mut ann = join(&hub, "a", "Ann", None).await;
    let mut ben = join(&hub, "b", "Ben", None).await;
    ann.say("0", None);
    sleep(Duration::from_millis(5)).await;
    assert_eq!(storage.transactions.load(Ordering::SeqCst), 1);
    for n in 1..=20 {
        ann.say(&n.to_string(), None);
        ben.say(&n.to_string(), None);
        assert_eq!(ann.texts().len(), 1, "not before it is stored");
    }
    sleep(Duration::from_millis(60)).await;
    assert_eq!(storage.transactions.load(Ordering::SeqCst), 2);
    assert_eq!(ann.texts().len(), 21);
    assert_eq!(ben.texts().len(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_takes_what_comes_is_never_behind() {
    let storage = Messages::new();
    let hub = start(&storage);
    let mut ann = join(&hub, "a", "Ann", None).await;
    let ben = join(&hub, "a", "Ben", None).await;
    for _ in 0..500 {
        ben.say(&"é".repeat(1_000), None);
    }
    while ann.said.len() < 500 {
        assert!(ann.take(), "after {} messages", ann.said.len());
        sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_room_has_five_hundred_seats() {
    let storage = Messages::new();
    let hub = start(&storage);
    let mut seats = Vec::new();
    for _ in 0..500 {
        seats.push(hub.enter(&slug("a")).await.unwrap());
    }
    let full = hub.enter(&slug("a")).await;
    assert!(matches!(full, Err(EnterError::Full)));
    assert!(hub.enter(&slug("b")).await.is_ok());
    seats.pop();
    assert!(hub.enter(&slug("a")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_stored_is_not_shown_and_its_sender_is_told() {
    let storage = Messages::new();
    let hub = start(&storage);
    let mut ann = join(&hub, "a", "Ann", None).await;
    let mut ben = join(&hub, "a", "Ben", None).await;
    for fault in [Fault::Fails, Fault::Panics] {
        *lock(&storage.fault) = fault;
        ann.say("lost", Some(7));
        sleep(Duration::from_millis(100)).await;
        assert_eq!(ann.texts(), [""; 0]);
        assert_eq!(ben.texts(), [""; 0]);
        assert!(ann.errors.pop().unwrap().contains("could not be stored"));
        assert_eq!(ben.errors, [""; 0]);
    }
    *lock(&storage.fault) = Fault::None;
    ann.say("kept", Some(7));
    sleep(Duration::from_millis(100)).await;
    assert_eq!(ann.texts(), ["kept"]);
    assert_eq!(ben.texts(), ["kept"]);
}

#[tokio::test(start_paused = true)]
async fn a_storage_that_panics_ends_nothing() {
    let storage = Messages::new();
    let hub = start(&storage);
    let mut ann = join(&hub, "a", "Ann", None).await;
    *lock(&storage.fault) = Fault::PanicsWhenRead;
    sleep(Duration::from_secs(5)).await;
    *lock(&storage.fault) = Fault::None;
    ann.say("still here", None);
    sleep(Duration::from_secs(5)).await;
    assert_eq!(ann.texts(), ["still here"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_stored_without_an_answer_is_shown_and_not_stored_again() {
    let storage = Messages::new();
    let hub = start(&storage);
    let mut ann = join(&hub, "a", "Ann", None).await;
    *lock(&storage.fault) = Fault::FailsAfterwards;
    ann.say("kept", Some(7));
    sleep(Duration::from_millis(100)).await;
    *lock(&storage.fault) = Fault::None;
    ann.say("kept", Some(7));
    sleep(Duration::from_secs(2)).await;
    assert_eq!(ann.texts(), ["kept"]);
    assert_eq!(storage.texts(&slug("a")), ["kept"]);
}

#[tokio::test(start_paused = true)]
async fn what_the_owner_removes_is_off_all_pages_within_a_second() {
    let storage = Messages::new();
    lock(&storage.removed).push((slug("a"), 1));
    let hub = start(&storage);
    let mut ann = join(&hub, "a", "Ann", None).await;
    let mut ben = join(&hub, "b", "Ben", None).await;
    sleep(Duration::from_secs(1)).await;
    lock(&storage.removed).extend([(slug("a"), 7), (slug("none"), 8), (slug("a"), 9)]);
    sleep(Duration::from_millis(900)).await;
    ann.take();
    ben.take();
    assert_eq!(ann.deleted, [7, 9], "and not what was removed before");
    assert_eq!(ben.deleted, [0; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_stores_what_waits() {
    let storage = Messages::new();
    let hub = start(&storage);
    let ann = join(&hub, "a", "Ann", None).await;
    for n in 0..50 {
        ann.say(&n.to_string(), None);
    }
    drop(ann);
    hub.stop(Duration::from_secs(1)).await;
    assert_eq!(storage.texts(&slug("a")).len(), 50);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_nobody_is_in_takes_no_memory() {
    let storage = Messages::new();
    let hub = start(&storage);
    let ann = join(&hub, "a", "Ann", None).await;
    let ben = join(&hub, "a", "Ben", Some(7)).await;
    drop(ann);
    drop(ben);
    assert_eq!(hub.rooms(), 1, "Ben may return");
    sleep(RESUME_TIMEOUT + Duration::from_secs(1)).await;
    assert_eq!(hub.rooms(), 0);
    let seat = hub.enter(&slug("b")).await.unwrap();
    assert_eq!(hub.rooms(), 1);
    drop(seat);
    assert_eq!(hub.rooms(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_storage_that_hangs_is_asked_once_for_all_who_enter() {
    let storage = Messages::new();
    let hub = start(&storage);
    storage.reads.forget_permits(Semaphore::MAX_PERMITS);
    let enter = |name: &'static str| {
        let hub = hub.clone();
        tokio::spawn(async move { hub.enter(&slug(name)).await.is_ok() })
    };
    let entering: Vec<_> = (0..10).map(|_| enter("a")).collect();
    sleep(Duration::from_millis(10)).await;
    assert_eq!(storage.reading.load(Ordering::SeqCst), 1);
    storage.reads.add_permits(1);
    for entered in entering {
        assert!(entered.await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_process_stores_is_shown_within_a_second() {
    let storage = Messages::new();
    let (hub, other) = (start(&storage), start(&storage));
    let mut ann = join(&hub, "a", "Ann", None).await;
    let ben = join(&other, "a", "Ben", None).await;
    for n in 0..250 {
        ben.say(&n.to_string(), None);
    }
    for _ in 0..40 {
        sleep(Duration::from_millis(100)).await;
        ann.take();
    }
    // More came at once than is kept for a page: it comes back for the rest.
    if !ann.take() {
        ann.connect(&hub).await;
        ann.take();
    }
    assert_eq!(ann.texts(), storage.texts(&slug("a")));
}

#[tokio::test(start_paused = true)]
async fn what_another_process_stored_before_a_message_is_shown_before_it() {
    let storage = Messages::new();
    let (hub, other) = (start(&storage), start(&storage));
    let mut ann = join(&hub, "a", "Ann", None).await;
    let ben = join(&other, "a", "Ben", None).await;
    ben.say("first", None);
    sleep(Duration::from_millis(10)).await;
    ann.say("second", None);
    sleep(Duration::from_millis(100)).await;
    assert_eq!(ann.texts(), ["first", "second"]);
}
