//! The rules of when a page is a reader, one test each, and any sequence of events against
//! what must hold after every one of them, in files by subject. Here is what they share.

mod any_events;
mod being_a_reader;
mod being_hidden;
mod being_left;
mod being_left_out;
mod being_refused;
mod coming_back;
mod dead_connections;
mod entropy;
mod losing_the_connection;

use super::*;
use entropy::FixedEntropy;

const MINUTE: Millis = 60 * SECOND;
const COUNTS: Counts = Counts { live: 3, total: 9 };
const ABNORMAL: u16 = close_code::ABNORMAL;

/// A page with one slug, and the time.
struct Page {
    lifecycle: Lifecycle,
    now: Millis,
    entropy: FixedEntropy,
}

impl Page {
    fn new(visible: bool) -> Self {
        Self {
            lifecycle: Lifecycle::new(visible, Role::Reader),
            now: 0,
            entropy: FixedEntropy::new(0.5),
        }
    }

    fn on(&mut self, event: Event) -> Vec<Action> {
        self.lifecycle.on(event, self.now, &mut self.entropy)
    }

    /// A page that shows the post and whose first socket is open.
    fn reading() -> Self {
        let mut page = Self::new(true);
        assert_eq!(page.on(Event::Shown), [open(1, 1, false)]);
        assert_eq!(page.on(frame(1)), [Action::Show(COUNTS)]);
        page
    }

    /// In how long it wants to be woken.
    fn wakes_in(&self) -> Option<Millis> {
        Some(self.lifecycle.wakes_at()?.saturating_sub(self.now))
    }

    /// Lets the time pass until it is woken.
    fn wake(&mut self) -> Vec<Action> {
        self.now = self.lifecycle.wakes_at().expect("it waits for something");
        self.on(Event::Woken)
    }

    /// Lets this much time pass, with every timer in it. Returns all that was
    /// done.
    fn wait(&mut self, time: Millis) -> Vec<Action> {
        let end = self.now + time;
        let mut actions = Vec::new();
        while self.lifecycle.wakes_at().is_some_and(|at| at <= end) {
            actions.extend(self.wake());
        }
        self.now = end;
        actions
    }

    /// The reader goes to another page, which has the slug too.
    fn navigate(&mut self) -> Vec<Action> {
        let mut actions = self.on(Event::Leaving);
        actions.extend(self.on(Event::Arrived));
        actions
    }

    /// The socket fails before it was open, and the server says why.
    fn refused(&mut self, n: u64, refusal: Refusal) -> Vec<Action> {
        assert_eq!(self.on(closed(n, ABNORMAL)), [probe_refusal(n)]);
        self.on(Event::Refused(generation(n), refusal))
    }
}

fn generation(n: u64) -> Generation {
    Generation(n)
}

fn open(n: u64, view: u128, again: bool) -> Action {
    Action::Open {
        generation: generation(n),
        handshake: Handshake::Reader {
            view: ViewId::from_bits(view),
            again,
        },
    }
}

fn open_watching(n: u64) -> Action {
    Action::Open {
        generation: generation(n),
        handshake: Handshake::Watcher,
    }
}

fn frame(n: u64) -> Event {
    Event::Frame(generation(n), COUNTS)
}

fn closed(n: u64, code: u16) -> Event {
    Event::Closed(generation(n), code)
}

fn close(n: u64) -> Action {
    Action::Close(generation(n))
}

fn probe(n: u64) -> Action {
    Action::Probe(generation(n))
}

fn probe_refusal(n: u64) -> Action {
    Action::ProbeRefusal(generation(n))
}
