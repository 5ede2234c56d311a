//! Everyone who sees a slug's numbers, and how they are told.
//!
//! One task writes a frame to all sockets of a slug, one after the other: to wake
//! each socket's own task for it would cost as much again as the write. What it may
//! write to is lent by a socket's task while that has nothing to send of this slug itself;
//! so the two never write its numbers at the same time, and what a reader sees never goes
//! back. A socket that sees the site's visitors too has a place in both audiences and
//! lends to both: each writes whole frames.
//! A socket that lends nothing, or that takes no more at the moment, has its task
//! woken instead, which sends the latest numbers there are by then: it misses those
//! between, and nothing queues for it.

use super::{lock, subscription::News};
use crate::counter::{frame::Frame, protocol::Counts};
use prometheus::IntCounter;
use slab::Slab;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::{runtime::Handle, sync::Notify, task::yield_now};

/// Sockets that are written to before other tasks have their turn: about half a
/// millisecond.
const IN_A_ROW: usize = 64;

/// Where frames can be written without waiting.
pub trait Outlet: Send + Sync {
    /// Sends the whole frame at once, and returns whether it did. It must not wait.
    fn offer(&self, frame: &Frame) -> bool;
}

/// All places of one slug.
pub(super) struct Audience {
    /// A std mutex, as in [`Room`](super::room::Room); taken while that one's is
    /// held, and before a place's.
    state: Mutex<State>,
}

struct State {
    /// Each stays where it is, so that a walk over them passes nobody over.
    places: Slab<Arc<Place>>,
    latest: Frame,
    /// How many frames there were: which one is the latest.
    version: u64,
    /// There is a task that tells them.
    telling: bool,
}

/// One who sees the numbers.
#[derive(Default)]
pub(super) struct Place {
    state: Mutex<PlaceState>,
    /// There is something for its task to look at.
    news: Notify,
}

#[derive(Default)]
struct PlaceState {
    /// The version that was sent to it, or that its task is sending.
    seen: u64,
    /// Not while its task may send numbers itself.
    lent: Option<Arc<dyn Outlet>>,
    replaced: Option<ReplacedFrom>,
}

/// Where the newer socket of the same view is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReplacedFrom {
    /// At the older socket's address, or nobody knows.
    SameAddress,
    /// At another.
    OtherAddress,
}

impl Audience {
    pub(super) fn new() -> Arc<Self> {
        let latest = Frame::of(Counts::default());
        Arc::new(Self {
            state: Mutex::new(State {
                places: Slab::new(),
                latest,
                version: 0,
                telling: false,
            }),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// One more. It is told of what comes from now on.
    pub(super) fn add(&self, place: Arc<Place>) -> usize {
        let mut state = self.state();
        lock(&place.state).seen = state.version;
        state.places.insert(place)
    }

    /// One who was added goes. Nothing is written to it from now on.
    pub(super) fn remove(&self, key: usize) {
        let place = self.state().places.remove(key);
        lock(&place.state).lent = None;
    }

    /// Tells everyone, and counts the frames that are sent. To be called in the order
    /// in which they are to see it; from any thread, since the task that tells is spawned
    /// on `runtime`.
    pub(super) fn tell(self: &Arc<Self>, frame: Frame, sent: &IntCounter, runtime: &Handle) {
        {
            let mut state = self.state();
            state.latest = frame;
            state.version += 1;
            if state.telling || state.places.is_empty() {
                return;
            }
            state.telling = true;
        }
        // Without the lock: a runtime that shuts down drops the task at once.
        runtime.spawn(TellingGuard::new(Arc::clone(self)).tell_all(sent.clone()));
    }

    fn latest(&self) -> (Frame, u64) {
        let state = self.state();
        (state.latest.clone(), state.version)
    }

    /// The version of what was told last.
    fn version(&self) -> u64 {
        self.state().version
    }

    /// From now on the task of this place sends what it was told up to now, and
    /// nobody else writes numbers to it until it asks for [`Self::news`]. To be
    /// called under the lock under which those numbers were read.
    pub(super) fn take_over(&self, place: &Place) {
        let version = self.version();
        let mut state = lock(&place.state);
        state.seen = version;
        state.lent = None;
    }

    /// Waits for the next thing that this place's task has to do; meanwhile frames
    /// are written to `outlet`. Cancelling this loses nothing, and what was lent
    /// stays so.
    pub(super) async fn news(&self, place: &Place, outlet: Option<&Arc<dyn Outlet>>) -> News {
        loop {
            let (frame, version) = self.latest();
            if let Some(news) = place.news(frame, version, outlet) {
                return news;
            }
            place.news.notified().await;
        }
    }
}

/// The one task that tells an audience. Where it ends before it has told everyone, by a
/// panic or with its runtime, the next frame gets a new one.
struct TellingGuard {
    audience: Arc<Audience>,
    is_over: bool,
}

impl TellingGuard {
    fn new(audience: Arc<Audience>) -> Self {
        Self {
            audience,
            is_over: false,
        }
    }

    async fn tell_all(mut self, sent: IntCounter) {
        loop {
            let (places, began) = {
                let state = self.audience.state();
                let places: Vec<_> = state
                    .places
                    .iter()
                    .map(|(_, place)| Arc::clone(place))
                    .collect();
                (places, state.version)
            };
            for row in places.chunks(IN_A_ROW) {
                // Whatever came meanwhile is as good for those who are still to hear.
                let (frame, version) = self.audience.latest();
                let told = row
                    .iter()
                    .filter(|place| place.offer(&frame, version))
                    .count();
                sent.inc_by(told as u64);
                yield_now().await;
            }
            let mut state = self.audience.state();
            if state.version == began {
                // Under the lock under which the next task is begun: it is not this
                // one's to end.
                state.telling = false;
                self.is_over = true;
                return;
            }
        }
    }
}

impl Drop for TellingGuard {
    fn drop(&mut self) {
        if !self.is_over {
            self.audience.state().telling = false;
        }
    }
}

impl Place {
    /// A newer socket took this one's place: its task hears of it.
    pub(super) fn replace(&self, from: ReplacedFrom) {
        let mut state = lock(&self.state);
        state.replaced = Some(from);
        state.lent = None;
        self.news.notify_one();
    }

    /// Writes the frame if it is new here and there is something to write to; wakes
    /// the task if there is not. Returns whether it was written.
    fn offer(&self, frame: &Frame, version: u64) -> bool {
        let mut state = lock(&self.state);
        if state.seen >= version {
            return false;
        }
        let taken = state
            .lent
            .as_ref()
            .is_some_and(|outlet| outlet.offer(frame));
        if taken {
            state.seen = version;
        } else {
            state.lent = None;
            self.news.notify_one();
        }
        taken
    }

    /// What its task has to do; if there is nothing, lends this.
    fn news(&self, frame: Frame, version: u64, outlet: Option<&Arc<dyn Outlet>>) -> Option<News> {
        let mut state = lock(&self.state);
        if let Some(from) = state.replaced.take() {
            return Some(match from {
                ReplacedFrom::SameAddress => News::Replaced,
                ReplacedFrom::OtherAddress => News::TakenElsewhere,
            });
        }
        if state.seen < version {
            state.seen = version;
            state.lent = None;
            return Some(News::Frame(frame));
        }
        state.lent = outlet.cloned();
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{future::poll_fn, pin::pin, task::Poll};

    /// Writes down what it takes; takes nothing while it is full.
    #[derive(Default)]
    struct Written {
        totals: Mutex<Vec<u64>>,
        full: Mutex<bool>,
    }

    impl Outlet for Written {
        fn offer(&self, frame: &Frame) -> bool {
            if *lock(&self.full) {
                return false;
            }
            lock(&self.totals).push(total_in(frame));
            true
        }
    }

    fn frame(total: u64) -> Frame {
        Frame::of(Counts { live: 1, total })
    }

    fn total_in(frame: &Frame) -> u64 {
        serde_json::from_str::<Counts>(frame.text()).unwrap().total
    }

    /// An audience of one.
    struct World {
        audience: Arc<Audience>,
        place: Arc<Place>,
        key: usize,
        written: Arc<Written>,
        outlet: Arc<dyn Outlet>,
        sent: IntCounter,
    }

    impl World {
        fn new() -> Self {
            let audience = Audience::new();
            let place = Arc::default();
            let written = Arc::new(Written::default());
            Self {
                key: audience.add(Arc::clone(&place)),
                audience,
                place,
                outlet: Arc::clone(&written) as Arc<dyn Outlet>,
                written,
                sent: IntCounter::new("sent", "Frames.").unwrap(),
            }
        }

        /// Tells, and lets all that follows happen.
        async fn tell(&self, total: u64) {
            self.audience
                .tell(frame(total), &self.sent, &Handle::current());
            for _ in 0..10 {
                yield_now().await;
            }
        }

        /// What the place's task hears; none if nothing.
        async fn news(&self) -> Option<u64> {
            let mut news = pin!(self.audience.news(&self.place, Some(&self.outlet)));
            let news = poll_fn(|context| Poll::Ready(news.as_mut().poll(context))).await;
            match news {
                Poll::Ready(News::Frame(frame)) => Some(total_in(&frame)),
                Poll::Ready(News::Replaced | News::TakenElsewhere) => panic!("replaced"),
                Poll::Pending => None,
            }
        }

        fn written(&self) -> Vec<u64> {
            lock(&self.written.totals).clone()
        }
    }

    #[tokio::test]
    async fn frames_are_written_to_what_is_lent_and_are_no_news() {
        let world = World::new();
        assert_eq!(world.news().await, None);
        world.tell(1).await;
        world.tell(2).await;
        assert_eq!(world.written(), [1, 2]);
        assert_eq!(world.news().await, None);
        assert_eq!(world.sent.get(), 2);
    }

    #[tokio::test]
    async fn who_takes_no_more_hears_the_latest_and_is_left_alone_until_then() {
        let world = World::new();
        assert_eq!(world.news().await, None);
        *lock(&world.written.full) = true;
        world.tell(1).await;
        *lock(&world.written.full) = false;
        world.tell(2).await;
        assert_eq!(world.news().await, Some(2));
        world.tell(3).await;
        assert_eq!(world.written(), [0; 0], "its task may still be sending");
        assert_eq!(world.news().await, Some(3));
        assert_eq!(world.news().await, None);
        world.tell(4).await;
        assert_eq!(world.written(), [4]);
    }

    #[tokio::test]
    async fn nothing_is_written_while_its_task_sends_the_present_numbers() {
        let world = World::new();
        assert_eq!(world.news().await, None);
        world.tell(1).await;
        world.audience.take_over(&world.place);
        world.tell(2).await;
        assert_eq!(world.written(), [1]);
        assert_eq!(world.news().await, Some(2));
    }

    #[tokio::test]
    async fn nothing_is_written_to_who_was_replaced_or_has_gone() {
        let world = World::new();
        assert_eq!(world.news().await, None);
        world.place.replace(ReplacedFrom::SameAddress);
        world.tell(1).await;
        assert_eq!(world.written(), [0; 0]);

        let world = World::new();
        assert_eq!(world.news().await, None);
        // In the row that is being written to at this moment.
        let place = Arc::clone(&world.place);
        world.audience.remove(world.key);
        assert!(!place.offer(&frame(1), 1));
        assert_eq!(world.written(), [0; 0]);
    }

    #[tokio::test]
    async fn an_outlet_that_panics_silences_nobody_for_good() {
        /// Panics at the first frame.
        #[derive(Default)]
        struct Faulty(Mutex<bool>);
        impl Outlet for Faulty {
            fn offer(&self, _: &Frame) -> bool {
                let first = !std::mem::replace(&mut *lock(&self.0), true);
                assert!(!first, "as this test asks for");
                true
            }
        }
        let world = World::new();
        let faulty: Arc<dyn Outlet> = Arc::new(Faulty::default());
        assert!(world.place.news(frame(0), 0, Some(&faulty)).is_none());
        world.tell(1).await;
        let other = Arc::new(Place::default());
        world.audience.add(Arc::clone(&other));
        assert!(other.news(frame(1), 1, Some(&world.outlet)).is_none());
        world.tell(2).await;
        assert_eq!(world.written(), [2]);
    }

    #[tokio::test]
    async fn one_who_waits_is_woken() {
        let world = World::new();
        let news = world.audience.news(&world.place, None);
        let ((), news) = tokio::join!(world.tell(7), news);
        assert!(matches!(news, News::Frame(told) if told == frame(7)));
    }
}
