//! When a page is a reader of one slug: a pure state machine. Events in,
//! actions out; no browser, no clock, no randomness of its own.
//!
//! A *view* is one showing of the page. It keeps its id across every socket
//! that it opens, so that the server can tell a reader who came back from a new
//! one. Each socket has a *generation*: what a socket of an earlier generation
//! says is about the past, and is ignored.

#[cfg(test)]
mod tests;

use super::protocol::{Counts, ViewId, close_code};
use std::time::Duration;

/// The longest first wait before a reconnect; it doubles with each failure…
const RETRY_BASE: Duration = Duration::from_secs(1);
/// …up to this.
const RETRY_MOST: Duration = Duration::from_secs(30);
/// A connection that held this long was good: the next failure is a first one.
const STABLE_AFTER: Duration = Duration::from_secs(5);
/// All readers of a server that restarts come back spread over this time.
const RESTART_SPREAD: Duration = Duration::from_secs(5);

/// Numbers the sockets that a page opens, one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(u64);

/// Something that happened to the page or to its socket.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The post is on the page: its counter was mounted, or a client-side
    /// navigation that had left it came back.
    Shown,
    /// The post is no longer on the page, or about not to be: a client-side
    /// navigation leaves it, or its last counter was unmounted.
    Left,
    /// The page can be seen: its tab is in front and it is not prerendering.
    Visible,
    /// The page cannot be seen.
    Hidden,
    /// The network is back.
    Online,
    /// `pagehide`: the page ends or goes to the back/forward cache.
    PageHide,
    /// `pageshow` with `persisted`: the page is back from that cache.
    PageRestored,
    /// A socket brought the numbers; the first time, it is thereby open.
    Frame(Generation, Counts),
    /// A socket ended, with this close code.
    Closed(Generation, u16),
    /// The time asked for by [`Action::Retry`] has passed.
    RetryDue(Generation),
}

/// Something to be done, in the order given.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Open a socket for this view.
    Open {
        /// What its events are to be marked with.
        generation: Generation,
        /// Which showing of the page it is for.
        view: ViewId,
        /// Whether that view was connected before.
        again: bool,
    },
    /// Close the socket, and take nothing more from it.
    Close(Generation),
    /// Send [`Event::RetryDue`] with this generation after this time.
    Retry(Generation, Duration),
    /// Show these numbers, as live.
    Show(Counts),
    /// Say that the numbers are the last known and no longer live.
    ShowLost,
}

/// Where randomness comes from.
pub trait Chance {
    /// A new random view id.
    fn view_id(&mut self) -> ViewId;
    /// A random number from 0 up to but not including 1.
    fn fraction(&mut self) -> f64;
}

/// One showing of the page.
#[derive(Debug)]
struct View {
    id: ViewId,
    /// A socket of it was open.
    connected_before: bool,
    socket: Socket,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Socket {
    /// None, and one is to be opened as soon as the page can be seen.
    Waiting,
    Connecting,
    Open {
        since: Duration,
    },
    /// None until [`Event::RetryDue`].
    Retrying,
    /// A newer socket took this view over: none, for good.
    Replaced,
}

impl Socket {
    /// Whether the browser holds one.
    fn exists(self) -> bool {
        matches!(self, Self::Connecting | Self::Open { .. })
    }
}

/// The life of one slug on one page.
#[derive(Debug)]
pub struct Lifecycle {
    shown: bool,
    visible: bool,
    view: Option<View>,
    generation: Generation,
    failures: u32,
}

impl Lifecycle {
    /// A slug that is not on the page yet, on a page that can or cannot be seen.
    pub fn new(visible: bool) -> Self {
        Self {
            shown: false,
            visible,
            view: None,
            generation: Generation::default(),
            failures: 0,
        }
    }

    /// What is to be done about this event. `now` is the time since any fixed
    /// moment.
    pub fn on(&mut self, event: Event, now: Duration, chance: &mut impl Chance) -> Vec<Action> {
        let mut actions = Vec::new();
        match event {
            Event::Shown if self.shown => {}
            Event::Shown => {
                self.shown = true;
                self.begin_view(chance);
            }
            Event::Left => {
                self.shown = false;
                self.end_view(&mut actions);
            }
            Event::Visible if self.visible => {}
            Event::Visible => {
                self.visible = true;
                self.stop_waiting();
            }
            Event::Online => self.stop_waiting(),
            Event::Hidden => self.visible = false,
            Event::PageHide => self.suspend_view(&mut actions),
            Event::PageRestored => {
                self.suspend_view(&mut actions);
                if self.shown {
                    self.begin_view(chance);
                }
            }
            Event::Frame(generation, counts) => {
                if let Some(view) = self.view_of(generation)
                    && view.socket.exists()
                {
                    if view.socket == Socket::Connecting {
                        view.socket = Socket::Open { since: now };
                        view.connected_before = true;
                    }
                    actions.push(Action::Show(counts));
                }
            }
            Event::Closed(generation, code) => {
                self.closed(generation, code, now, chance, &mut actions);
            }
            Event::RetryDue(generation) => {
                if let Some(view) = self.view_of(generation)
                    && view.socket == Socket::Retrying
                {
                    view.socket = Socket::Waiting;
                }
            }
        }
        self.open_if_wanted(&mut actions);
        actions
    }

    /// The view, if `generation` is its present one.
    fn view_of(&mut self, generation: Generation) -> Option<&mut View> {
        self.view.as_mut().filter(|_| generation == self.generation)
    }

    /// A retry that waits is tried as soon as the page can be seen: what it
    /// waited for has probably happened.
    fn stop_waiting(&mut self) {
        if let Some(view) = &mut self.view
            && view.socket == Socket::Retrying
        {
            view.socket = Socket::Waiting;
        }
    }

    fn begin_view(&mut self, chance: &mut impl Chance) {
        self.failures = 0;
        self.view = Some(View {
            id: chance.view_id(),
            connected_before: false,
            socket: Socket::Waiting,
        });
    }

    /// Ends the view of a page that may be shown again as it is.
    fn suspend_view(&mut self, actions: &mut Vec<Action>) {
        let was_live = self
            .view
            .as_ref()
            .is_some_and(|view| matches!(view.socket, Socket::Open { .. }));
        self.end_view(actions);
        if was_live {
            actions.push(Action::ShowLost);
        }
    }

    fn end_view(&mut self, actions: &mut Vec<Action>) {
        let Some(view) = self.view.take() else { return };
        if view.socket.exists() {
            actions.push(Action::Close(self.generation));
        }
        // Whatever the ended socket, or its retry, still says is the past.
        self.generation.0 += 1;
    }

    fn closed(
        &mut self,
        generation: Generation,
        code: u16,
        now: Duration,
        chance: &mut impl Chance,
        actions: &mut Vec<Action>,
    ) {
        let failures = self.failures;
        let Some(view) = self.view_of(generation) else {
            return;
        };
        let was = view.socket;
        if !was.exists() {
            return;
        }
        if let Socket::Open { .. } = was {
            actions.push(Action::ShowLost);
        }
        if code == close_code::REPLACED {
            view.socket = Socket::Replaced;
            return;
        }
        view.socket = Socket::Retrying;
        let failures = match was {
            Socket::Open { since } if now.saturating_sub(since) >= STABLE_AFTER => 0,
            _ => failures,
        };
        let most = if code == close_code::RESTART {
            RESTART_SPREAD
        } else {
            RETRY_BASE
                .saturating_mul(1 << failures.min(16))
                .min(RETRY_MOST)
        };
        self.failures = failures + 1;
        actions.push(Action::Retry(generation, most.mul_f64(chance.fraction())));
    }

    fn open_if_wanted(&mut self, actions: &mut Vec<Action>) {
        if !self.visible {
            return;
        }
        let Some(view) = &mut self.view else { return };
        if view.socket == Socket::Waiting {
            view.socket = Socket::Connecting;
            self.generation.0 += 1;
            actions.push(Action::Open {
                generation: self.generation,
                view: view.id,
                again: view.connected_before,
            });
        }
    }
}
