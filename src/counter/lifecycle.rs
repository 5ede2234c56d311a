//! When a page is a reader of one slug: a pure state machine. Events in, actions out; it
//! knows no browser, no clock and no randomness of its own.
//!
//! A *showing* of the page lasts from one navigation to the next. In one showing a page has
//! at most one *view* of a slug, whatever happens to the counter, the navigation or the
//! connection meanwhile: the view's id is kept across all sockets, so that the server can
//! tell a reader who came back from a new one. Each socket has a *generation*: what a
//! socket of an earlier generation says is about the past, and is ignored.
//!
//! Whatever is to happen by itself has a moment; the earliest of them is
//! [`Lifecycle::wakes_at`], and one timer around this serves them all.
//!
//! `element/lifecycle.ts` has the same rules for pages that are not Leptos.

mod refusal;
#[cfg(test)]
mod tests;

pub use refusal::Refusal;

use super::protocol::{Counts, Handshake, ViewId, close_code};

/// A moment or a length of time, in whole milliseconds: `Duration` is more to load for each
/// page, and the element's numbers would differ in the last digits.
pub type Millis = u64;

const SECOND: Millis = 1_000;

/// The longest first wait before a reconnect; it doubles with each failure…
const RETRY_BASE: Millis = SECOND;
/// …up to this.
const MAX_RETRY_DELAY: Millis = 30 * SECOND;
/// A connection that held this long was good: the next failure is a first one.
const STABLE_AFTER: Millis = 5 * SECOND;
/// All readers of a server that restarts, or that asks for patience, come back spread over
/// this time.
const RESTART_SPREAD: Millis = 5 * SECOND;
/// So long a server that said that it restarts is expected back. Waits that double
/// meanwhile would keep some pages away long after it is.
const MAX_RESTART: Millis = 60 * SECOND;
/// After so many failures in a row, with a server that does not say why…
const PATIENT_AFTER: u32 = 8;
/// …it is not asked more often than this.
const PATIENT_RETRY_DELAY: Millis = 600 * SECOND;
/// A slug that the server does not count is asked for again after this time: it may be
/// published by then, or what answered was another server that held its place.
const UNKNOWN_RETRY_DELAY: Millis = 3_600 * SECOND;
/// Firefox closes a page's sockets with 1001 as soon as a link is clicked. A page that is
/// still there after this time was not left, and connects again.
const GOING_AWAY_DELAY: Millis = 2 * SECOND;

/// A page that is hidden this long is read by nobody.
const MAX_HIDDEN: Millis = 60 * SECOND;
/// A navigation that began and did not end within this time is a download, or leads
/// nowhere: the reader still reads this page.
const LEAVING_TIMEOUT: Millis = 10 * SECOND;
/// A counter that is taken from the page and put back within this time was moved, or drawn
/// anew. Its socket stays open meanwhile.
const REMOVAL_GRACE: Millis = SECOND / 2;
/// Numbers are called "not live" this long after they stopped being live: most connections
/// are back by then.
const LOST_GRACE: Millis = 2 * SECOND;
/// The same where a link was clicked: a page that is being left says nothing, and one that
/// stays is connected again by then.
const GOING_AWAY_GRACE: Millis = GOING_AWAY_DELAY + RETRY_BASE + LOST_GRACE;
/// A socket that brought nothing for this long may be dead. A script sees none of the
/// server's pings; so it asks, which takes longer than a quiet post should bother anyone
/// with.
const IDLE_TIMEOUT: Millis = 60 * SECOND;
/// What is asked of the server is answered within this time, or the connection is dead.
const RESPONSE_TIMEOUT: Millis = 10 * SECOND;
/// A socket that brought a frame this recently is not asked for one. It also keeps a page
/// that is hidden and shown in quick turns below the rate of texts that the server takes
/// for a flood.
const FRESH: Millis = SECOND;

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
    /// A counter of the slug is on the page.
    Shown,
    /// The last counter of the slug was taken off the page. The reader may still be there:
    /// the page is drawn anew, or the counter is moved.
    Removed,
    /// A client-side navigation away from this page begins. It may never end.
    Leaving,
    /// A client-side navigation ended, and another page is shown.
    Arrived,
    /// A client-side navigation was given up: this page is still the one that is shown. Pages
    /// with the element are not told of that, and wait instead.
    Stayed,
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
    /// What the server said to [`Action::ProbeRefusal`].
    Refused(Generation, Refusal),
    /// The moment of [`Lifecycle::wakes_at`] has come.
    Woken,
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
    /// Ask the server for the slug's numbers over HTTP, and tell what it says as
    /// [`Event::Refused`]: scripts cannot see why a handshake was refused.
    ProbeRefusal(Generation),
    /// Show these numbers, as live.
    Show(Counts),
    /// Show these numbers, as no longer live.
    ShowStale(Counts),
    /// Say that the numbers are the last known and no longer live. Only asked for while
    /// somebody can see it.
    ShowLost,
}

/// Where randomness comes from.
pub trait Entropy {
    /// A new random view id.
    fn view_id(&mut self) -> ViewId;
    /// A random number from 0 up to but not including 1.
    fn fraction(&mut self) -> f64;
}

/// The slug in one showing of the page.
#[derive(Debug)]
struct View {
    id: ViewId,
    /// It was connected as a reader's.
    connected_before: bool,
    socket: Socket,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Socket {
    /// None, and one is to be opened as soon as somebody reads.
    Waiting,
    /// The browser has one.
    Linked(Link),
    /// None: the last was refused, and the server has been asked why.
    Probing { until: Millis },
    /// None until this moment; or, unless the server named it, until the page comes back to
    /// somebody's eyes or to the network.
    Retrying { at: Millis, named: bool },
    /// None: the server does not count the slug. As for a retry that it did not name.
    Unknown { retry_at: Millis },
    /// None for the rest of this showing: a newer socket took the view over.
    Ended,
}

/// A socket that is connecting or open.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Link {
    /// When its first frame came; none while it is connecting.
    open_since: Option<Millis>,
    /// When it brought the latest frame, or was opened.
    last_frame: Millis,
    idle: IdleTimeout,
}

/// What becomes of a link that goes on bringing nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum IdleTimeout {
    /// It is asked for a sign of life at this moment.
    ProbeAt(Millis),
    /// It is dead at this moment.
    DeadAt(Millis),
}

/// Whether the reader is still to be told that the numbers are not live.
#[derive(Clone, Copy, Debug, PartialEq)]
enum LostNotice {
    /// They are live, or it was said.
    None,
    /// It is to be said when somebody looks.
    Owed,
    /// Somebody looks: it is said at this moment, unless they are live again by then.
    DueAt(Millis),
}

impl Socket {
    /// The link, if the browser has one.
    fn link(self) -> Option<Link> {
        match self {
            Self::Linked(link) => Some(link),
            _ => None,
        }
    }

    /// When something about it is due.
    fn due(self) -> Option<Millis> {
        match self {
            Self::Waiting | Self::Ended => None,
            Self::Linked(Link { idle, .. }) => match idle {
                IdleTimeout::ProbeAt(at) | IdleTimeout::DeadAt(at) => Some(at),
            },
            Self::Probing { until: at }
            | Self::Retrying { at, .. }
            | Self::Unknown { retry_at: at } => Some(at),
        }
    }
}

/// The life of one slug on one page.
#[derive(Debug)]
pub struct Lifecycle {
    role: Role,
    /// Since when no counter of the slug is on the page; none if one is.
    absent_since: Option<Millis>,
    /// A navigation away from the page began, and has until then to end.
    leaving_until: Option<Millis>,
    /// Since when the page cannot be seen; none if it can.
    hidden_since: Option<Millis>,
    view: Option<View>,
    generation: Generation,
    /// In a row, since a connection held.
    failures: u32,
    /// Until when a server that restarts is expected back.
    restart_until: Option<Millis>,
    /// Between `pagehide` and `pageshow`: the page may be in the back/forward cache.
    is_put_away: bool,
    notice: LostNotice,
}

impl Lifecycle {
    /// A slug that is not on the page yet, on a page that can or cannot be seen.
    pub fn new(is_visible: bool, role: Role) -> Self {
        Self {
            role,
            absent_since: Some(0),
            leaving_until: None,
            hidden_since: (!is_visible).then_some(0),
            view: None,
            generation: Generation::default(),
            failures: 0,
            restart_until: None,
            is_put_away: false,
            notice: LostNotice::None,
        }
    }

    /// When [`Event::Woken`] is wanted next, on the clock of [`Self::on`]. To be asked
    /// after each event.
    pub fn wakes_at(&self) -> Option<Millis> {
        let socket = self.view.as_ref().map(|view| view.socket);
        let closes_at = socket.and_then(Socket::link).and_then(|_| self.closes_at());
        let notice = match self.notice {
            LostNotice::DueAt(at) => Some(at),
            _ => None,
        };
        let due = socket.and_then(Socket::due);
        [due, closes_at, self.leaving_until, notice]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether nothing more is expected of this showing of the page: a newer socket took
    /// its view over, or the server does not count the slug.
    pub fn has_ended(&self) -> bool {
        self.view
            .as_ref()
            .is_some_and(|view| matches!(view.socket, Socket::Ended | Socket::Unknown { .. }))
    }

    /// What is to be done about this event at the moment `now`, which is counted from any
    /// fixed one.
    pub fn on(&mut self, event: Event, now: Millis, entropy: &mut impl Entropy) -> Vec<Action> {
        let mut actions = Vec::new();
        match event {
            Event::Shown => {
                self.absent_since = None;
                if self.view.is_none() && !self.is_put_away {
                    self.begin_view(entropy);
                }
            }
            Event::Removed => {
                self.absent_since.get_or_insert(now);
            }
            Event::Leaving => {
                self.leaving_until = Some(now + LEAVING_TIMEOUT);
                self.unlink(&mut actions);
            }
            Event::Arrived | Event::PageRestored => {
                self.leaving_until = None;
                self.is_put_away = false;
                self.end_view(&mut actions);
                if self.absent_since.is_none() {
                    self.begin_view(entropy);
                }
            }
            Event::Stayed => self.leaving_until = None,
            Event::Visible => {
                if self.hidden_since.take().is_some() {
                    self.reconsider(now, &mut actions);
                }
            }
            Event::Online => self.reconsider(now, &mut actions),
            Event::Hidden => {
                self.hidden_since.get_or_insert(now);
            }
            Event::PageHide => {
                self.leaving_until = None;
                self.is_put_away = true;
                self.end_view(&mut actions);
            }
            Event::Role(role) => {
                if role != self.role {
                    self.role = role;
                    self.unlink(&mut actions);
                }
            }
            Event::Frame(generation, counts) => self.frame(generation, counts, now, &mut actions),
            Event::Closed(generation, code) => {
                self.closed(generation, code, now, entropy, &mut actions);
            }
            Event::Refused(generation, refusal) => {
                self.refused(generation, refusal, now, entropy, &mut actions);
            }
            Event::Woken => self.woken(now, entropy, &mut actions),
        }
        self.give_notice(now, &mut actions);
        self.open_if_wanted(now, &mut actions);
        actions
    }

    /// Whether somebody looks at the page, and it is to stay.
    fn is_read(&self) -> bool {
        self.absent_since.is_none()
            && self.hidden_since.is_none()
            && self.leaving_until.is_none()
            && !self.is_put_away
    }

    /// When a socket is closed because nobody reads.
    fn closes_at(&self) -> Option<Millis> {
        let hidden = self.hidden_since.map(|since| since + MAX_HIDDEN);
        let absent = self.absent_since.map(|since| since + REMOVAL_GRACE);
        [hidden, absent].into_iter().flatten().min()
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

    fn begin_view(&mut self, entropy: &mut impl Entropy) {
        self.failures = 0;
        self.view = Some(View {
            id: entropy.view_id(),
            connected_before: false,
            socket: Socket::Waiting,
        });
    }

    /// Ends the view: the showing of the page is over.
    fn end_view(&mut self, actions: &mut Vec<Action>) {
        self.unlink(actions);
        if self.view.take().is_some() {
            // Whatever the ended socket, or its retry, still says is the past.
            self.generation.0 += 1;
        }
    }

    /// Closes the socket of a page whose numbers stay to be seen. The next one is opened as
    /// soon as it can be, unless the caller sees to something else.
    fn unlink(&mut self, actions: &mut Vec<Action>) -> Option<Link> {
        let view = self.view.as_mut()?;
        let link = view.socket.link()?;
        view.socket = Socket::Waiting;
        actions.push(Action::Close(self.generation));
        self.owe_notice(link);
        Some(link)
    }

    /// The link has ended, so that its numbers are not live any more.
    fn owe_notice(&mut self, link: Link) {
        if link.open_since.is_some() && self.notice == LostNotice::None {
            self.notice = LostNotice::Owed;
        }
    }

    /// Says that the numbers are not live, once somebody has looked at them for a while.
    fn give_notice(&mut self, now: Millis, actions: &mut Vec<Action>) {
        self.notice = match self.notice {
            LostNotice::None => LostNotice::None,
            _ if !self.is_read() => LostNotice::Owed,
            LostNotice::Owed => LostNotice::DueAt(now + LOST_GRACE),
            LostNotice::DueAt(at) if now < at => LostNotice::DueAt(at),
            LostNotice::DueAt(_) => {
                actions.push(Action::ShowLost);
                LostNotice::None
            }
        };
    }

    /// Somebody looks at the page again, or the network is back. What a retry waited for
    /// has probably happened, and what a link was may be over.
    fn reconsider(&mut self, now: Millis, actions: &mut Vec<Action>) {
        let generation = self.generation;
        let Some(view) = &mut self.view else { return };
        match &mut view.socket {
            Socket::Retrying { named: false, .. } | Socket::Unknown { .. } => {
                view.socket = Socket::Waiting;
            }
            Socket::Linked(link) => {
                let dead_at = now + RESPONSE_TIMEOUT;
                match link.idle {
                    IdleTimeout::ProbeAt(_) if now < link.last_frame + FRESH => {}
                    IdleTimeout::ProbeAt(_) => {
                        link.idle = IdleTimeout::DeadAt(dead_at);
                        actions.push(Action::Probe(generation));
                    }
                    // It is connecting, or was asked before.
                    IdleTimeout::DeadAt(at) => link.idle = IdleTimeout::DeadAt(at.min(dead_at)),
                }
            }
            _ => {}
        }
    }

    fn frame(
        &mut self,
        generation: Generation,
        counts: Counts,
        now: Millis,
        actions: &mut Vec<Action>,
    ) {
        let role = self.role;
        if let Some(view) = self.view_of(generation)
            && let Socket::Linked(link) = &mut view.socket
        {
            link.open_since.get_or_insert(now);
            link.last_frame = now;
            link.idle = IdleTimeout::ProbeAt(now + IDLE_TIMEOUT);
            view.connected_before |= role == Role::Reader;
            self.restart_until = None;
            self.notice = LostNotice::None;
            actions.push(Action::Show(counts));
        }
    }

    fn closed(
        &mut self,
        generation: Generation,
        code: u16,
        now: Millis,
        entropy: &mut impl Entropy,
        actions: &mut Vec<Action>,
    ) {
        let is_hidden = self.hidden_since.is_some();
        let Some(view) = self.view_of(generation) else {
            return;
        };
        let Some(link) = view.socket.link() else {
            return;
        };
        let is_refused = link.open_since.is_none() && code == close_code::ABNORMAL;
        match code {
            close_code::REPLACED => view.socket = Socket::Ended,
            _ if is_refused && !is_hidden => {
                view.socket = Socket::Probing {
                    until: now + RESPONSE_TIMEOUT,
                };
                actions.push(Action::ProbeRefusal(generation));
            }
            close_code::RESTART => {
                self.restart_until = Some(now + MAX_RESTART);
                self.back_off(now, entropy);
            }
            close_code::GOING_AWAY => {
                let delay = GOING_AWAY_DELAY + part_of(RETRY_BASE, entropy);
                self.retry_after(delay, false, now);
            }
            _ => self.lost(link, now, entropy),
        }
        self.owe_notice(link);
        if code == close_code::GOING_AWAY && self.notice == LostNotice::Owed {
            self.notice = LostNotice::DueAt(now + GOING_AWAY_GRACE);
        }
    }

    fn refused(
        &mut self,
        generation: Generation,
        refusal: Refusal,
        now: Millis,
        entropy: &mut impl Entropy,
        actions: &mut Vec<Action>,
    ) {
        let failures = self.failures;
        let Some(view) = self.view_of(generation) else {
            return;
        };
        if !matches!(view.socket, Socket::Probing { .. }) {
            return;
        }
        if let Refusal::Numbers(counts) = refusal {
            self.notice = LostNotice::None;
            actions.push(Action::ShowStale(counts));
        }
        match refusal {
            Refusal::Unknown => {
                let retry_at = now + UNKNOWN_RETRY_DELAY + part_of(MAX_RETRY_DELAY, entropy);
                self.set(Socket::Unknown { retry_at });
            }
            Refusal::Wait(delay) => {
                let spread = part_of(RESTART_SPREAD, entropy);
                self.retry_after(delay + spread, true, now);
            }
            _ if failures + 1 >= PATIENT_AFTER => {
                let spread = part_of(MAX_RETRY_DELAY, entropy);
                self.retry_after(PATIENT_RETRY_DELAY + spread, false, now);
            }
            _ => self.back_off(now, entropy),
        }
    }

    fn woken(&mut self, now: Millis, entropy: &mut impl Entropy, actions: &mut Vec<Action>) {
        if self.leaving_until.is_some_and(|until| until <= now) {
            self.leaving_until = None;
        }
        if self.closes_at().is_some_and(|at| at <= now) {
            // It stays closed until somebody reads again.
            self.unlink(actions);
        }
        let generation = self.generation;
        let Some(view) = &mut self.view else { return };
        if view.socket.due().is_none_or(|due| now < due) {
            return;
        }
        match &mut view.socket {
            Socket::Waiting | Socket::Ended => {}
            Socket::Retrying { .. } | Socket::Unknown { .. } => view.socket = Socket::Waiting,
            Socket::Probing { .. } => {
                self.refused(generation, Refusal::Other, now, entropy, actions);
            }
            Socket::Linked(link) => match link.idle {
                IdleTimeout::ProbeAt(_) => {
                    link.idle = IdleTimeout::DeadAt(now + RESPONSE_TIMEOUT);
                    actions.push(Action::Probe(generation));
                }
                IdleTimeout::DeadAt(_) => {
                    if let Some(link) = self.unlink(actions) {
                        self.lost(link, now, entropy);
                    }
                }
            },
        }
    }

    /// The link ended, and nobody says why.
    fn lost(&mut self, link: Link, now: Millis, entropy: &mut impl Entropy) {
        let lasted = link.open_since.map(|since| now.saturating_sub(since));
        if lasted.is_some_and(|lasted| lasted >= STABLE_AFTER) {
            // It was good, whatever failed before it.
            self.failures = 0;
        }
        self.back_off(now, entropy);
    }

    /// Full jitter: a wait drawn from the whole of a range that doubles; or that stays as
    /// it is, while a server restarts.
    fn back_off(&mut self, now: Millis, entropy: &mut impl Entropy) {
        let longest = if self.restart_until.is_some_and(|until| now < until) {
            self.failures = 0;
            RESTART_SPREAD
        } else {
            MAX_RETRY_DELAY.min(RETRY_BASE << self.failures.min(16))
        };
        self.retry_after(part_of(longest, entropy), false, now);
    }

    fn retry_after(&mut self, delay: Millis, named: bool, now: Millis) {
        self.failures += 1;
        let at = now + delay;
        self.set(Socket::Retrying { at, named });
    }

    fn open_if_wanted(&mut self, now: Millis, actions: &mut Vec<Action>) {
        let (role, is_read) = (self.role, self.is_read());
        let Some(view) = &mut self.view else { return };
        if !is_read || view.socket != Socket::Waiting {
            return;
        }
        view.socket = Socket::Linked(Link {
            open_since: None,
            last_frame: now,
            // Nothing can be asked of it before it is open.
            idle: IdleTimeout::DeadAt(now + IDLE_TIMEOUT),
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

/// A random part of this time, in whole milliseconds.
fn part_of(time: Millis, entropy: &mut impl Entropy) -> Millis {
    (time as f64 * entropy.fraction()) as Millis
}
