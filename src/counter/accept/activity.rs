//! What is under way on one connection, and how long that may take. It is told
//! of requests, answers and sockets, and knows nothing of what is read: what a
//! client sends to seem alive (a header's next letter, PING and SETTINGS frames)
//! does not prolong its life.

use super::stream_task::StreamTask;
use axum::http::Version;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// A client has this long to ask for something, from when it connects and from
/// when its last answer was over. Browsers and proxies connect anew when they
/// need to, and no place is held for them meanwhile.
pub(super) const ASK_WITHIN: Duration = Duration::from_secs(10);
/// An answer has to be taken within this time, which is enough for five megabytes
/// on a slow phone. Without an end, reading a byte now and then would hold a
/// place for ever.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(300);

/// Over HTTP/2, what is left of answers when they were handed on has this long.
/// There it may as well be answers to a flood of pings; HTTP/1 has no such thing.
/// And so long has whatever is left when the client was told to go.
const REST_WITHIN: Duration = Duration::from_secs(15);
/// The shortest of these times.
const MIN_TIMEOUT: Duration = ASK_WITHIN;

/// One connection, and its place, which it has until the last part of it ends.
pub(super) struct Activity {
    /// What is held as long as the connection lasts.
    _place: Box<dyn Send + Sync>,
    /// A std mutex: it is held for a few instructions and never across an await.
    state: Mutex<State>,
    /// The deadline is before the next look at it; or the connection was cut.
    sooner: Notify,
}

struct State {
    /// Requests whose answer is not over.
    answers: usize,
    /// Those of them that have a stream of HTTP/2, by the order in which they came.
    streams: BTreeMap<u64, Stream>,
    /// The number of the next of these.
    next_stream: u64,
    /// Sockets that hold the connection, or a stream of it.
    sockets: usize,
    /// There is something to write, and the client takes none of it.
    blocked: bool,
    http2: bool,
    /// The client was told to open no more streams.
    told: bool,
    cut: bool,
    doing: Doing,
    /// When it began to do that.
    since: Instant,
    /// When the deadline is looked at again; `None` if nothing had one.
    next_look: Option<Instant>,
}

/// A stream of HTTP/2 whose answer is not over.
struct Stream {
    since: Instant,
    /// `None` until it runs.
    task: Option<StreamTask>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// Nothing is asked.
    Nothing,
    /// Something was, and its answer is not over.
    Answering,
    /// There is a socket, which has deadlines of its own. So has each answer beside it:
    /// the connection goes on when one is ended.
    Reading,
}

/// What to do with a connection whose time is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    /// Tell it to open no more streams: HTTP/2 can.
    Tell,
    /// Cut it.
    Cut,
}

/// An answer that is not over, until it is dropped.
pub(super) struct Asked {
    activity: Arc<Activity>,
    /// Its number, if it has a stream of HTTP/2.
    stream: Option<u64>,
}

impl Asked {
    /// Whether other answers share the connection.
    pub(super) fn is_http2(&self) -> bool {
        self.stream.is_some()
    }

    /// Says that this task makes the answer, and can be ended if nobody takes it.
    pub(super) fn runs(&self) {
        let Some(stream) = self.stream else { return };
        let task = StreamTask::current();
        if let Some(stream) = self.activity.lock().streams.get_mut(&stream) {
            stream.task = task;
        }
    }
}

/// A socket that is held, until it is dropped.
pub(crate) struct Held(Arc<Activity>);

impl Activity {
    /// A connection that was just made.
    pub(super) fn begin(place: impl Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            _place: Box::new(place),
            state: Mutex::new(State {
                answers: 0,
                streams: BTreeMap::new(),
                next_stream: 0,
                sockets: 0,
                blocked: false,
                http2: false,
                told: false,
                cut: false,
                doing: Doing::Nothing,
                since: Instant::now(),
                next_look: None,
            }),
            sooner: Notify::new(),
        })
    }

    /// A request has come.
    pub(super) fn asked(self: &Arc<Self>, version: Version) -> Asked {
        let stream = self.update(|state| {
            state.answers += 1;
            state.http2 = version == Version::HTTP_2;
            state.http2.then(|| state.add_stream())
        });
        let activity = Arc::clone(self);
        Asked { activity, stream }
    }

    /// A socket takes the connection, or a stream of it.
    pub(super) fn hold(self: &Arc<Self>) -> Held {
        self.update(|state| state.sockets += 1);
        Held(Arc::clone(self))
    }

    /// Whether the client takes what is written.
    pub(super) fn blocked(&self, blocked: bool) {
        self.update(|state| state.blocked = blocked);
    }

    /// Whether all of the connection is a socket's, or will be: over HTTP/1.
    pub(super) fn is_a_sockets(&self) -> bool {
        let state = self.lock();
        state.sockets > 0 && !state.http2
    }

    /// Resolves when its time is up. [`Overdue::Tell`] is said once.
    pub(super) async fn overdue(&self) -> Overdue {
        loop {
            let sooner = self.sooner.notified();
            match self.judge(Instant::now()) {
                Err(overdue) => return overdue,
                Ok(None) => sooner.await,
                Ok(Some(next_look)) => tokio::select! {
                    () = sooner => {}
                    () = sleep_until(next_look) => {}
                },
            }
        }
    }

    /// When to look again, if its time is not up.
    fn judge(&self, now: Instant) -> Result<Option<Instant>, Overdue> {
        let mut state = self.lock();
        if state.cut {
            return Err(Overdue::Cut);
        }
        if state.doing == Doing::Reading {
            state.end_streams_before(now);
        }
        match state.deadline() {
            Some(deadline) if deadline <= now => {}
            later => {
                // What begins from now on has no sooner deadline than this. To be told of each
                // move instead would cost every request a timer, and another thread's attention.
                state.next_look = later.map(|deadline| deadline.min(now + MIN_TIMEOUT));
                return Ok(state.next_look);
            }
        }
        if state.http2 && !state.told {
            state.told(now);
            return Err(Overdue::Tell);
        }
        state.cut = true;
        Err(Overdue::Cut)
    }

    /// Cuts it, whatever it does: somebody else needs its place.
    pub(super) fn cut(&self) {
        self.lock().cut = true;
        self.sooner.notify_one();
    }

    /// When it began to do what it does.
    pub(super) fn since(&self) -> Instant {
        self.lock().since
    }

    /// The server stops, and tells the client.
    pub(super) fn told(&self) {
        self.lock().told(Instant::now());
    }

    /// Whether it was cut: then there is nobody to hear what was said last.
    pub(super) fn is_cut(&self) -> bool {
        self.lock().cut
    }

    fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let changed = change(&mut state);
        let doing = state.doing();
        if doing != state.doing {
            state.doing = doing;
            state.since = Instant::now();
        }
        if state.is_due_before_next_look() {
            self.sooner.notify_one();
        }
        changed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add_stream(&mut self) -> u64 {
        let number = self.next_stream;
        self.next_stream += 1;
        let stream = Stream {
            since: Instant::now(),
            task: None,
        };
        self.streams.insert(number, stream);
        number
    }

    /// Ends the streams whose answers have not been taken in time.
    fn end_streams_before(&mut self, now: Instant) {
        while let Some(oldest) = self.streams.first_entry()
            && oldest.get().since + ANSWER_WITHIN <= now
        {
            if let Some(task) = oldest.remove().task {
                task.end();
            }
        }
    }

    /// It was told to go, and has a while to do so.
    fn told(&mut self, now: Instant) {
        self.told = true;
        self.since = now;
    }

    fn doing(&self) -> Doing {
        if self.sockets > 0 {
            Doing::Reading
        } else if self.answers > 0 {
            Doing::Answering
        } else {
            Doing::Nothing
        }
    }

    fn is_due_before_next_look(&self) -> bool {
        let Some(deadline) = self.deadline() else {
            return false;
        };
        self.next_look.is_none_or(|next_look| deadline < next_look)
    }

    fn deadline(&self) -> Option<Instant> {
        let within = match self.doing {
            // The end of the last answer may be on its way. That it moves or stops
            // is no new beginning.
            Doing::Nothing if self.blocked && self.http2 => REST_WITHIN,
            Doing::Nothing if self.blocked => ANSWER_WITHIN,
            Doing::Nothing => ASK_WITHIN,
            Doing::Answering if self.http2 && self.told => REST_WITHIN,
            Doing::Answering => ANSWER_WITHIN,
            Doing::Reading => {
                let (_, oldest) = self.streams.first_key_value()?;
                return Some(oldest.since + ANSWER_WITHIN);
            }
        };
        Some(self.since + within)
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.activity.update(|state| {
            state.answers -= 1;
            if let Some(stream) = self.stream {
                state.streams.remove(&stream);
            }
        });
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.update(|state| state.sockets -= 1);
    }
}
