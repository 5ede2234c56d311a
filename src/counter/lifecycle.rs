//! When a page is a reader of one slug: a pure state machine. Events in,
//! actions out; no browser, no clock, no randomness of its own.
//!
//! A *view* is one showing of the page. It keeps its id across every socket
//! that it opens, so that the server can tell a reader who came back from a new
//! one. Each socket has a *generation*: what a socket of an earlier generation
//! says is about the past, and is ignored.
//!
//! Whatever is to happen by itself has a moment; the earliest of them is
//! [`Lifecycle::wakes_at`], and one timer around this serves them all.

#[cfg(test)]
mod tests;

use super::protocol::{Counts, Handshake, ViewId, close_code};
use std::time::Duration;

/// The longest first wait before a reconnect; it doubles with each failure…
const RETRY_BASE: Duration = Duration::from_secs(1);
/// …up to this.
const RETRY_MOST: Duration = Duration::from_secs(30);
/// A connection that held this long was good: the next failure is a first one.
const STABLE_AFTER: Duration = Duration::from_secs(5);
/// All readers of a server that restarts, or that asks for patience, come back
/// spread over this time.
const RESTART_SPREAD: Duration = Duration::from_secs(5);
/// So long a server that said that it restarts is expected back. Waits that
/// double meanwhile would keep some pages away long after it is.
const RESTART_MOST: Duration = Duration::from_secs(60);
/// After so many failures in a row, with a server that does not say why…
const PATIENT_AFTER: u32 = 8;
/// …it is not asked more often than this.
const PATIENT_RETRY: Duration = Duration::from_secs(600);

/// A page that is hidden this long is read by nobody.
const HIDDEN_MOST: Duration = Duration::from_secs(60);
/// A socket that brought nothing for this long may be dead. A script sees none
/// of the server's pings; so it asks, which takes longer than a quiet post
/// should bother anyone with.
const SILENT_AFTER: Duration = Duration::from_secs(60);
/// What is asked of the server is answered within this time, or the connection
/// is dead.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// A socket that brought a frame this recently is not asked for one. It also
/// keeps a page that is hidden and shown in quick turns below the rate of texts
/// that the server takes for a flood.
const FRESH: Duration = Duration::from_secs(1);

/// Numbers the sockets that a page opens, one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(u64);

/// Whether this browser's visits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// They do.
    Reader,
    /// Its owner asked to be left out: it sees the numbers and is in neither.
    Watcher,
}

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
    /// This browser's owner decided whether its visits count.
    Role(Role),
    /// A socket brought the numbers; the first time, it is thereby open.
    Frame(Generation, Counts),
    /// A socket ended, with this close code.
    Closed(Generation, u16),
    /// What the server said to [`Action::AskWhy`].
    Answer(Generation, Answer),
    /// The moment of [`Lifecycle::wakes_at`] has come.
    Woken,
}

/// Why a handshake was refused, as far as the server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There is no such post (404).
    Unknown,
    /// Come back after this time (429 or 503 with `Retry-After`).
    Wait(Duration),
    /// It said something else, or nothing.
    Other,
}

/// Something to be done, in the order given.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Open a socket.
    Open {
        /// What its events are to be marked with.
        generation: Generation,
        /// What it begins with.
        handshake: Handshake,
    },
    /// Close the socket, and take nothing more from it.
    Close(Generation),
    /// Send any text on the socket: the server answers it with the numbers.
    Probe(Generation),
    /// Ask the server for the slug's numbers over HTTP, and tell what it says
    /// as [`Event::Answer`]: scripts cannot see why a handshake was refused.
    AskWhy(Generation),
    /// Show these numbers, as live.
    Show(Counts),
    /// Say that the numbers are the last known and no longer live. Only asked
    /// for while somebody can see it.
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
    /// It was connected as a reader's.
    connected_before: bool,
    socket: Socket,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Socket {
    /// None, and one is to be opened as soon as the page can be seen.
    Waiting,
    /// The browser holds one.
    Held(Link),
    /// None: the last was refused, and the server has been asked why.
    Asking { until: Duration },
    /// None until this moment; or, unless the server told it, until the page
    /// comes back to somebody's eyes or to the network.
    Retrying { at: Duration, told: bool },
    /// None, for good: a newer socket took this view over, or there is no such
    /// post.
    Ended,
}

/// A socket that is connecting or open.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Link {
    /// When its first frame came; none while it is connecting.
    open_since: Option<Duration>,
    /// When it brought the latest frame, or was opened.
    heard: Duration,
    silence: Silence,
}

/// What becomes of a link that goes on bringing nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Silence {
    /// It is asked for a sign of life at this moment.
    ProbedAt(Duration),
    /// It is dead at this moment.
    DeadAt(Duration),
}

impl Socket {
    /// The link, if the browser holds one.
    fn link(self) -> Option<Link> {
        match self {
            Self::Held(link) => Some(link),
            _ => None,
        }
    }

    /// When something about it is due.
    fn due(self) -> Option<Duration> {
        match self {
            Self::Waiting | Self::Ended => None,
            Self::Held(Link { silence, .. }) => match silence {
                Silence::ProbedAt(at) | Silence::DeadAt(at) => Some(at),
            },
            Self::Asking { until } => Some(until),
            Self::Retrying { at, .. } => Some(at),
        }
    }
}

/// The life of one slug on one page.
#[derive(Debug)]
pub struct Lifecycle {
    role: Role,
    shown: bool,
    /// Since when the page cannot be seen; none if it can.
    hidden: Option<Duration>,
    view: Option<View>,
    generation: Generation,
    /// In a row, since a connection held.
    failures: u32,
    /// Until when a server that restarts is expected back.
    restarts_until: Option<Duration>,
    /// Between `pagehide` and `pageshow`: the page may be in the cache.
    put_away: bool,
    /// The numbers are not live any more, and nobody who looks was told.
    owes_lost: bool,
}

impl Lifecycle {
    /// A slug that is not on the page yet, on a page that can or cannot be seen.
    pub fn new(visible: bool, role: Role) -> Self {
        Self {
            role,
            shown: false,
            hidden: (!visible).then_some(Duration::ZERO),
            view: None,
            generation: Generation::default(),
            failures: 0,
            restarts_until: None,
            put_away: false,
            owes_lost: false,
        }
    }

    /// When [`Event::Woken`] is wanted next, on the clock of [`Self::on`]. To be
    /// asked after each event.
    pub fn wakes_at(&self) -> Option<Duration> {
        let socket = self.view.as_ref()?.socket;
        let leaves = self.hidden.map(|since| since + HIDDEN_MOST);
        [socket.due(), leaves.filter(|_| socket.link().is_some())]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether nothing more comes of this showing of the page: a newer socket took its
    /// view over, or there is no such post.
    pub fn has_ended(&self) -> bool {
        let socket = self.view.as_ref().map(|view| view.socket);
        socket == Some(Socket::Ended)
    }

    /// What is to be done about this event. `now` is the time since any fixed
    /// moment.
    pub fn on(&mut self, event: Event, now: Duration, chance: &mut impl Chance) -> Vec<Action> {
        let mut actions = Vec::new();
        match event {
            Event::Shown if self.shown => {}
            Event::Shown => {
                self.shown = true;
                self.put_away = false;
                self.begin_view(chance);
            }
            Event::Left => {
                self.shown = false;
                self.end_view(&mut actions);
            }
            Event::Visible if self.hidden.is_none() => {}
            Event::Visible => {
                self.hidden = None;
                self.reconsider(now, &mut actions);
            }
            Event::Online => self.reconsider(now, &mut actions),
            Event::Hidden => {
                self.hidden.get_or_insert(now);
            }
            Event::PageHide => {
                self.put_away = true;
                self.end_view(&mut actions);
            }
            Event::PageRestored => {
                self.put_away = false;
                self.end_view(&mut actions);
                if self.shown {
                    self.begin_view(chance);
                }
            }
            Event::Role(role) if role == self.role => {}
            Event::Role(role) => {
                self.role = role;
                self.unlink(&mut actions);
            }
            Event::Frame(generation, counts) => self.heard(generation, counts, now, &mut actions),
            Event::Closed(generation, code) => {
                self.closed(generation, code, now, chance, &mut actions);
            }
            Event::Answer(generation, answer) => self.answered(generation, answer, now, chance),
            Event::Woken => self.woken(now, chance, &mut actions),
        }
        // Said when somebody looks, so that who comes back to a page and finds
        // it live again in the same moment is not startled.
        let looks = self.shown && self.hidden.is_none() && !self.put_away;
        if self.owes_lost && looks {
            self.owes_lost = false;
            actions.push(Action::ShowLost);
        }
        self.open_if_wanted(now, &mut actions);
        actions
    }

    /// The view, if `generation` is its present one.
    fn view_of(&mut self, generation: Generation) -> Option<&mut View> {
        self.view.as_mut().filter(|_| generation == self.generation)
    }

    fn set(&mut self, socket: Socket) {
        if let Some(view) = &mut self.view {
            view.socket = socket;
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
    fn end_view(&mut self, actions: &mut Vec<Action>) {
        self.unlink(actions);
        if self.view.take().is_some() {
            // Whatever the ended socket, or its retry, still says is the past.
            self.generation.0 += 1;
        }
    }

    /// Closes the socket of a page whose numbers stay to be seen. The next one
    /// is opened as soon as it can be, unless the caller sees to something else.
    fn unlink(&mut self, actions: &mut Vec<Action>) -> Option<Link> {
        let view = self.view.as_mut()?;
        let link = view.socket.link()?;
        view.socket = Socket::Waiting;
        actions.push(Action::Close(self.generation));
        self.owes_lost |= link.open_since.is_some();
        Some(link)
    }

    /// Somebody looks at the page again, or the network is back. What a retry
    /// waited for has probably happened, and what a link was may be over.
    fn reconsider(&mut self, now: Duration, actions: &mut Vec<Action>) {
        let generation = self.generation;
        let Some(view) = &mut self.view else { return };
        match &mut view.socket {
            Socket::Retrying { told: false, .. } => view.socket = Socket::Waiting,
            Socket::Held(link) => {
                let dead_at = now + ANSWER_WITHIN;
                match link.silence {
                    Silence::ProbedAt(_) if now < link.heard + FRESH => {}
                    Silence::ProbedAt(_) => {
                        link.silence = Silence::DeadAt(dead_at);
                        actions.push(Action::Probe(generation));
                    }
                    // It is connecting, or was asked before.
                    Silence::DeadAt(at) => link.silence = Silence::DeadAt(at.min(dead_at)),
                }
            }
            _ => {}
        }
    }

    fn heard(
        &mut self,
        generation: Generation,
        counts: Counts,
        now: Duration,
        actions: &mut Vec<Action>,
    ) {
        let role = self.role;
        if let Some(view) = self.view_of(generation)
            && let Socket::Held(link) = &mut view.socket
        {
            link.open_since.get_or_insert(now);
            link.heard = now;
            link.silence = Silence::ProbedAt(now + SILENT_AFTER);
            view.connected_before |= role == Role::Reader;
            self.restarts_until = None;
            self.owes_lost = false;
            actions.push(Action::Show(counts));
        }
    }

    fn closed(
        &mut self,
        generation: Generation,
        code: u16,
        now: Duration,
        chance: &mut impl Chance,
        actions: &mut Vec<Action>,
    ) {
        let hidden = self.hidden.is_some();
        let Some(view) = self.view_of(generation) else {
            return;
        };
        let Some(link) = view.socket.link() else {
            return;
        };
        let refused = link.open_since.is_none() && code == close_code::ABNORMAL;
        match code {
            close_code::REPLACED => view.socket = Socket::Ended,
            _ if refused && !hidden => {
                view.socket = Socket::Asking {
                    until: now + ANSWER_WITHIN,
                };
                actions.push(Action::AskWhy(generation));
            }
            close_code::RESTART => {
                self.restarts_until = Some(now + RESTART_MOST);
                self.back_off(now, chance);
            }
            _ => self.lost(link, now, chance),
        }
        self.owes_lost |= link.open_since.is_some();
    }

    fn answered(
        &mut self,
        generation: Generation,
        answer: Answer,
        now: Duration,
        chance: &mut impl Chance,
    ) {
        let failures = self.failures;
        let Some(view) = self.view_of(generation) else {
            return;
        };
        if !matches!(view.socket, Socket::Asking { .. }) {
            return;
        }
        match answer {
            Answer::Unknown => view.socket = Socket::Ended,
            Answer::Wait(told) => {
                let spread = RESTART_SPREAD.mul_f64(chance.fraction());
                self.retry_after(told + spread, true, now);
            }
            Answer::Other if failures + 1 >= PATIENT_AFTER => {
                let spread = RETRY_MOST.mul_f64(chance.fraction());
                self.retry_after(PATIENT_RETRY + spread, false, now);
            }
            Answer::Other => self.back_off(now, chance),
        }
    }

    fn woken(&mut self, now: Duration, chance: &mut impl Chance, actions: &mut Vec<Action>) {
        if self.hidden.is_some_and(|since| since + HIDDEN_MOST <= now) {
            // It stays closed until somebody looks.
            self.unlink(actions);
        }
        let generation = self.generation;
        let Some(view) = &mut self.view else { return };
        if view.socket.due().is_none_or(|due| now < due) {
            return;
        }
        match &mut view.socket {
            Socket::Waiting | Socket::Ended => {}
            Socket::Retrying { .. } => view.socket = Socket::Waiting,
            Socket::Asking { .. } => self.answered(generation, Answer::Other, now, chance),
            Socket::Held(link) => match link.silence {
                Silence::ProbedAt(_) => {
                    link.silence = Silence::DeadAt(now + ANSWER_WITHIN);
                    actions.push(Action::Probe(generation));
                }
                Silence::DeadAt(_) => {
                    if let Some(link) = self.unlink(actions) {
                        self.lost(link, now, chance);
                    }
                }
            },
        }
    }

    /// The link ended, and nobody says why.
    fn lost(&mut self, link: Link, now: Duration, chance: &mut impl Chance) {
        let held = link.open_since.map(|since| now.saturating_sub(since));
        if held.is_some_and(|held| held >= STABLE_AFTER) {
            // It was good, whatever failed before it.
            self.failures = 0;
        }
        self.back_off(now, chance);
    }

    /// Full jitter: a wait drawn from the whole of a range that doubles; or that
    /// stays as it is, while a server restarts.
    fn back_off(&mut self, now: Duration, chance: &mut impl Chance) {
        let most = if self.restarts_until.is_some_and(|until| now < until) {
            self.failures = 0;
            RESTART_SPREAD
        } else {
            RETRY_BASE
                .saturating_mul(1 << self.failures.min(16))
                .min(RETRY_MOST)
        };
        self.retry_after(most.mul_f64(chance.fraction()), false, now);
    }

    fn retry_after(&mut self, wait: Duration, told: bool, now: Duration) {
        self.failures += 1;
        let at = now + wait;
        self.set(Socket::Retrying { at, told });
    }

    fn open_if_wanted(&mut self, now: Duration, actions: &mut Vec<Action>) {
        if self.hidden.is_some() {
            return;
        }
        let role = self.role;
        let Some(view) = &mut self.view else { return };
        if view.socket != Socket::Waiting {
            return;
        }
        view.socket = Socket::Held(Link {
            open_since: None,
            heard: now,
            // Nothing can be asked of it before it is open.
            silence: Silence::DeadAt(now + SILENT_AFTER),
        });
        self.generation.0 += 1;
        actions.push(Action::Open {
            generation: self.generation,
            handshake: match role {
                Role::Reader => Handshake::Reader {
                    view: view.id,
                    again: view.connected_before,
                },
                Role::Watcher => Handshake::Watcher,
            },
        });
    }
}
