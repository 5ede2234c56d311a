//! The rules of when a page is a reader, one test each, and any sequence of
//! events against what must hold after every one of them.

mod dice;

use super::*;
use dice::Dice;
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const COUNTS: Counts = Counts { live: 3, total: 9 };
const ABNORMAL: u16 = close_code::ABNORMAL;

/// A page with one slug, and the time.
struct Page {
    lifecycle: Lifecycle,
    now: Duration,
    dice: Dice,
}

impl Page {
    fn new(visible: bool) -> Self {
        Self {
            lifecycle: Lifecycle::new(visible, Role::Reader),
            now: Duration::ZERO,
            dice: Dice::new(0.5),
        }
    }

    fn on(&mut self, event: Event) -> Vec<Action> {
        self.lifecycle.on(event, self.now, &mut self.dice)
    }

    /// A page that shows the post and whose first socket is open.
    fn reading() -> Self {
        let mut page = Self::new(true);
        assert_eq!(page.on(Event::Shown), [open(1, 1, false)]);
        assert_eq!(page.on(frame(1)), [Action::Show(COUNTS)]);
        page
    }

    /// In how long it wants to be woken.
    fn wakes_in(&self) -> Option<Duration> {
        Some(self.lifecycle.wakes_at()?.saturating_sub(self.now))
    }

    /// Lets the time pass until it is woken.
    fn wake(&mut self) -> Vec<Action> {
        self.now = self.lifecycle.wakes_at().expect("it waits for something");
        self.on(Event::Woken)
    }

    /// Lets this much time pass, with every timer in it. Returns all that was
    /// done.
    fn wait(&mut self, time: Duration) -> Vec<Action> {
        let end = self.now + time;
        let mut actions = Vec::new();
        while self.lifecycle.wakes_at().is_some_and(|at| at <= end) {
            actions.extend(self.wake());
        }
        self.now = end;
        actions
    }

    /// The socket fails before it was open, and the server's answer to why.
    fn refused(&mut self, n: u64, answer: Answer) -> Vec<Action> {
        assert_eq!(self.on(closed(n, ABNORMAL)), [ask_why(n)]);
        self.on(Event::Answer(generation(n), answer))
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

fn ask_why(n: u64) -> Action {
    Action::AskWhy(generation(n))
}

mod being_a_reader {
    use super::*;

    #[test]
    fn a_visible_page_opens_its_socket_when_the_post_is_shown() {
        let mut page = Page::new(true);
        assert_eq!(page.on(Event::Shown), [open(1, 1, false)]);
        assert_eq!(
            page.on(Event::Shown),
            [],
            "a second counter of the same slug"
        );
    }

    #[test]
    fn a_page_opens_its_socket_when_it_is_first_visible() {
        let mut page = Page::new(false);
        assert_eq!(page.on(Event::Shown), []);
        assert_eq!(page.wakes_in(), None);
        assert_eq!(page.on(Event::Visible), [open(1, 1, false)]);
    }

    #[test]
    fn a_page_that_was_never_visible_is_never_a_reader() {
        let mut page = Page::new(false);
        for event in [
            Event::Shown,
            Event::Online,
            Event::PageHide,
            Event::PageRestored,
            Event::Left,
        ] {
            assert_eq!(page.on(event), []);
            assert_eq!(page.wait(10 * MINUTE), []);
        }
    }

    #[test]
    fn each_frame_is_shown() {
        let mut page = Page::reading();
        let more = Counts { live: 4, total: 10 };
        assert_eq!(
            page.on(Event::Frame(generation(1), more)),
            [Action::Show(more)]
        );
    }

    #[test]
    fn leaving_the_post_closes_at_once_and_coming_back_is_a_new_view() {
        let mut page = Page::reading();
        assert_eq!(page.on(Event::Left), [close(1)]);
        assert_eq!(page.on(Event::Left), []);
        assert_eq!(
            page.on(Event::Shown),
            [Action::ShowLost, open(3, 2, false)],
            "the numbers are old until a frame comes"
        );
    }

    #[test]
    fn leaving_while_the_socket_is_still_connecting_closes_it_too() {
        let mut page = Page::new(true);
        page.on(Event::Shown);
        assert_eq!(page.on(Event::Left), [close(1)]);
    }

    #[test]
    fn pagehide_closes_and_a_restored_page_is_a_new_view_at_once() {
        let mut page = Page::reading();
        assert_eq!(page.on(Event::PageHide), [close(1)]);
        assert_eq!(page.on(Event::Hidden), []);
        assert_eq!(page.on(Event::Visible), [], "nothing before pageshow");
        assert_eq!(
            page.on(Event::PageRestored),
            [Action::ShowLost, open(3, 2, false)]
        );
    }

    #[test]
    fn a_restored_page_without_pagehide_closes_the_dead_socket_first() {
        let mut page = Page::reading();
        assert_eq!(
            page.on(Event::PageRestored),
            [close(1), Action::ShowLost, open(3, 2, false)]
        );
    }

    #[test]
    fn a_restored_page_whose_post_was_left_stays_closed() {
        let mut page = Page::reading();
        page.on(Event::Left);
        assert_eq!(page.on(Event::PageRestored), []);
    }

    #[test]
    fn what_an_old_socket_says_late_touches_nothing() {
        let mut page = Page::reading();
        page.on(Event::Left);
        page.on(Event::Shown);
        for late in [
            frame(1),
            closed(1, ABNORMAL),
            closed(2, ABNORMAL),
            Event::Answer(generation(1), Answer::Unknown),
        ] {
            assert_eq!(page.on(late), []);
        }
        assert_eq!(page.on(frame(3)), [Action::Show(COUNTS)]);
    }
}

mod being_hidden {
    use super::*;

    #[test]
    fn a_page_hidden_for_less_than_a_minute_stays_a_reader() {
        let mut page = Page::reading();
        page.on(Event::Hidden);
        assert_eq!(page.wait(MINUTE - SECOND), []);
        assert_eq!(
            page.on(Event::Visible),
            [probe(1)],
            "the socket is the same"
        );
    }

    #[test]
    fn a_page_hidden_for_a_minute_leaves_and_comes_back_as_the_same_view() {
        let mut page = Page::reading();
        page.on(Event::Hidden);
        page.now += 30 * SECOND;
        page.on(Event::Hidden);
        assert_eq!(
            page.wakes_in(),
            Some(30 * SECOND),
            "since it was first hidden"
        );
        assert_eq!(page.wake(), [close(1)]);
        assert_eq!(page.wait(60 * MINUTE), []);
        assert_eq!(page.on(Event::Online), []);
        assert_eq!(
            page.on(Event::Visible),
            [Action::ShowLost, open(2, 1, true)]
        );
    }

    #[test]
    fn frames_do_not_keep_a_hidden_page() {
        let mut page = Page::reading();
        page.on(Event::Hidden);
        page.now += MINUTE - SECOND;
        page.on(frame(1));
        assert_eq!(page.wait(SECOND), [close(1)]);
    }

    #[test]
    fn a_page_that_is_still_connecting_after_a_minute_hidden_gives_up() {
        let mut page = Page::new(true);
        page.on(Event::Shown);
        page.now += SECOND;
        page.on(Event::Hidden);
        // That it cannot connect is found out one second earlier.
        assert_eq!(page.wait(MINUTE), [close(1)]);
        assert_eq!(page.wait(MINUTE), []);
        assert_eq!(page.on(Event::Visible), [open(2, 1, false)]);
    }

    #[test]
    fn a_timer_that_is_late_because_the_tab_was_throttled_does_the_same() {
        let mut page = Page::reading();
        page.on(Event::Hidden);
        page.now += 5 * MINUTE;
        assert_eq!(page.on(Event::Woken), [close(1)]);
    }

    #[test]
    fn nothing_is_retried_while_hidden() {
        let mut page = Page::reading();
        page.on(Event::Hidden);
        assert_eq!(page.on(closed(1, ABNORMAL)), [], "nobody can see a sign");
        assert_eq!(page.wait(60 * MINUTE), []);
        assert_eq!(page.on(Event::Online), []);
        assert_eq!(
            page.on(Event::Visible),
            [Action::ShowLost, open(2, 1, true)]
        );
    }

    #[test]
    fn a_hidden_page_does_not_ask_why_it_was_refused() {
        let mut page = Page::new(true);
        page.on(Event::Shown);
        page.on(Event::Hidden);
        assert_eq!(page.on(closed(1, ABNORMAL)), []);
        assert_eq!(page.on(Event::Visible), [open(2, 1, false)]);
    }
}

mod coming_back {
    use super::*;

    #[test]
    fn a_lost_connection_comes_back_as_the_same_view() {
        let mut page = Page::reading();
        assert_eq!(page.on(closed(1, ABNORMAL)), [Action::ShowLost]);
        assert_eq!(page.wakes_in(), Some(SECOND / 2));
        assert_eq!(page.wake(), [open(2, 1, true)]);
        assert_eq!(page.on(frame(2)), [Action::Show(COUNTS)]);
    }

    #[test]
    fn a_socket_that_never_opened_does_not_say_that_it_was_here_before() {
        let mut page = Page::new(true);
        page.on(Event::Shown);
        page.refused(1, Answer::Other);
        assert_eq!(page.wake(), [open(2, 1, false)]);
    }

    #[test]
    fn waits_double_to_thirty_seconds_with_full_jitter() {
        let mut page = Page::reading();
        for (failure, most) in (1..).zip([1, 2, 4, 8, 16, 30, 30, 30, 30, 30]) {
            page.dice.fraction = if failure % 2 == 0 { 0.25 } else { 0.75 };
            page.on(frame(failure));
            page.on(closed(failure, ABNORMAL));
            let wait = Duration::from_secs(most).mul_f64(page.dice.fraction);
            assert_eq!(page.wakes_in(), Some(wait));
            page.wake();
        }
    }

    #[test]
    fn a_connection_of_five_seconds_begins_the_waits_anew() {
        let mut page = Page::new(true);
        page.on(Event::Shown);
        for n in 1..4 {
            page.refused(n, Answer::Other);
            page.wake();
        }
        page.on(frame(4));
        page.now += 5 * SECOND - Duration::from_millis(1);
        page.on(closed(4, ABNORMAL));
        assert_eq!(page.wakes_in(), Some(4 * SECOND));
        page.wake();
        page.on(frame(5));
        page.now += 5 * SECOND;
        page.on(closed(5, ABNORMAL));
        assert_eq!(page.wakes_in(), Some(SECOND / 2));
    }

    #[test]
    fn after_a_restart_readers_come_back_spread_over_five_seconds() {
        let mut page = Page::reading();
        page.dice.fraction = 0.9;
        let actions = page.on(closed(1, close_code::RESTART));
        assert_eq!(actions, [Action::ShowLost]);
        assert_eq!(page.wakes_in(), Some(5 * SECOND * 9 / 10));
        assert_eq!(page.wake(), [open(2, 1, true)]);
        // It came into the stop: no need to ask why.
        assert_eq!(page.on(closed(2, close_code::RESTART)), []);
        assert_eq!(page.wakes_in(), Some(5 * SECOND * 9 / 10));
    }

    #[test]
    fn a_server_that_restarts_is_tried_evenly_for_a_minute() {
        let mut page = Page::reading();
        page.on(closed(1, close_code::RESTART));
        let until = page.now + MINUTE;
        let mut tries = 0;
        for n in 2.. {
            page.wake();
            page.refused(n, Answer::Other);
            if page.now >= until {
                break;
            }
            assert_eq!(page.wakes_in(), Some(5 * SECOND / 2), "try {n}");
            tries = n;
        }
        assert!(tries > 20, "only {tries} tries");
        assert_eq!(
            page.wakes_in(),
            Some(SECOND),
            "then as ever: the second in a row"
        );
    }

    #[test]
    fn a_server_that_is_back_is_not_restarting_any_more() {
        let mut page = Page::reading();
        page.on(closed(1, close_code::RESTART));
        page.wake();
        page.on(frame(2));
        page.on(closed(2, ABNORMAL));
        assert_eq!(page.wakes_in(), Some(SECOND), "the second in a row");
    }

    #[test]
    fn a_replaced_socket_never_reconnects() {
        let mut page = Page::reading();
        let replaced = closed(1, close_code::REPLACED);
        assert_eq!(page.on(replaced), [Action::ShowLost]);
        assert_eq!(page.wakes_in(), None);
        for event in [
            Event::Woken,
            Event::Online,
            Event::Hidden,
            Event::Visible,
            Event::Role(Role::Watcher),
        ] {
            assert_eq!(page.on(event), []);
        }
        page.on(Event::Role(Role::Reader));
        page.on(Event::Left);
        assert_eq!(page.on(Event::Shown), [open(3, 2, false)], "a new view may");
    }

    #[test]
    fn a_page_that_becomes_visible_or_online_retries_at_once() {
        let mut page = Page::reading();
        page.on(closed(1, ABNORMAL));
        assert_eq!(page.on(Event::Visible), [], "it was visible all along");
        page.on(Event::Hidden);
        assert_eq!(page.on(Event::Visible), [open(2, 1, true)]);

        page.on(frame(2));
        page.on(closed(2, ABNORMAL));
        assert_eq!(page.on(Event::Online), [open(3, 1, true)]);
        assert_eq!(page.on(Event::Online), []);
    }

    #[test]
    fn a_second_close_of_one_socket_is_nothing() {
        let mut page = Page::reading();
        page.on(closed(1, ABNORMAL));
        let wakes_in = page.wakes_in();
        assert_eq!(page.on(closed(1, ABNORMAL)), []);
        assert_eq!(page.wakes_in(), wakes_in);
    }

    #[test]
    fn a_new_view_begins_its_waits_anew() {
        let mut page = Page::new(true);
        page.on(Event::Shown);
        for n in 1..5 {
            page.refused(n, Answer::Other);
            page.wake();
        }
        page.on(Event::Left);
        assert_eq!(page.on(Event::Shown), [open(7, 2, false)]);
        page.refused(7, Answer::Other);
        assert_eq!(page.wakes_in(), Some(SECOND / 2));
    }
}

mod dead_connections {
    use super::*;

    #[test]
    fn a_socket_silent_for_a_minute_is_asked_and_dead_ten_seconds_later() {
        let mut page = Page::reading();
        page.now += 40 * SECOND;
        page.on(frame(1));
        assert_eq!(page.wakes_in(), Some(MINUTE), "from the last frame on");
        assert_eq!(page.wake(), [probe(1)]);
        assert_eq!(page.wakes_in(), Some(10 * SECOND));
        assert_eq!(page.wake(), [close(1), Action::ShowLost]);
        assert_eq!(page.wakes_in(), Some(SECOND / 2));
        assert_eq!(page.wake(), [open(2, 1, true)]);
    }

    #[test]
    fn an_answer_is_a_sign_of_life() {
        let mut page = Page::reading();
        assert_eq!(page.wait(69 * SECOND), [probe(1)]);
        assert_eq!(page.on(frame(1)), [Action::Show(COUNTS)]);
        assert_eq!(page.wakes_in(), Some(MINUTE));
    }

    #[test]
    fn a_page_that_becomes_visible_or_online_asks_at_once() {
        let mut page = Page::reading();
        page.on(Event::Hidden);
        page.now += 20 * SECOND;
        assert_eq!(page.on(Event::Visible), [probe(1)]);
        assert_eq!(page.wakes_in(), Some(10 * SECOND));
        page.now += 5 * SECOND;
        assert_eq!(page.on(Event::Online), [], "it has been asked");
        assert_eq!(page.wakes_in(), Some(5 * SECOND));

        let mut page = Page::reading();
        page.now += 20 * SECOND;
        assert_eq!(page.on(Event::Online), [probe(1)]);
        assert_eq!(page.wait(10 * SECOND), [close(1), Action::ShowLost]);
    }

    #[test]
    fn a_socket_that_brought_a_frame_this_second_is_not_asked() {
        let mut page = Page::reading();
        page.now += SECOND - Duration::from_millis(1);
        assert_eq!(page.on(Event::Online), []);
        page.now += Duration::from_millis(1);
        assert_eq!(page.on(Event::Online), [probe(1)]);
    }

    #[test]
    fn a_socket_that_does_not_open_in_a_minute_is_given_up() {
        let mut page = Page::new(true);
        page.on(Event::Shown);
        assert_eq!(page.wakes_in(), Some(MINUTE));
        assert_eq!(page.wake(), [close(1)], "nothing was live");
        assert_eq!(page.wake(), [open(2, 1, false)]);
    }

    #[test]
    fn a_socket_that_began_on_the_old_network_has_ten_seconds_on_the_new() {
        let mut page = Page::new(true);
        page.on(Event::Shown);
        page.now += 5 * SECOND;
        assert_eq!(page.on(Event::Online), [], "nothing can be asked yet");
        assert_eq!(page.wakes_in(), Some(10 * SECOND));
        page.now += 5 * SECOND;
        page.on(Event::Online);
        assert_eq!(page.wakes_in(), Some(5 * SECOND), "never later");
    }

    #[test]
    fn a_dead_socket_is_detached_and_what_it_says_late_touches_nothing() {
        let mut page = Page::reading();
        page.wait(70 * SECOND);
        page.wake();
        for late in [frame(1), closed(1, ABNORMAL), closed(1, 1000)] {
            assert_eq!(page.on(late), []);
        }
        assert_eq!(page.on(frame(2)), [Action::Show(COUNTS)]);
    }
}

mod being_refused {
    use super::*;

    #[test]
    fn a_post_that_does_not_exist_is_not_asked_for_again() {
        let mut page = Page::new(true);
        page.on(Event::Shown);
        assert_eq!(page.refused(1, Answer::Unknown), []);
        assert_eq!(page.wakes_in(), None);
        for event in [Event::Woken, Event::Online, Event::Hidden, Event::Visible] {
            assert_eq!(page.on(event), []);
        }
    }

    #[test]
    fn a_wait_that_was_told_is_kept_whatever_happens_meanwhile() {
        let mut page = Page::new(true);
        page.on(Event::Shown);
        page.dice.fraction = 0.0;
        page.refused(1, Answer::Wait(90 * SECOND));
        for event in [Event::Online, Event::Hidden, Event::Visible] {
            assert_eq!(page.on(event), []);
        }
        assert_eq!(page.wakes_in(), Some(90 * SECOND));
        assert_eq!(page.wake(), [open(2, 1, false)]);
        page.dice.fraction = 0.5;
        page.refused(2, Answer::Wait(SECOND));
        assert_eq!(page.wakes_in(), Some(SECOND + RESTART_SPREAD / 2));
    }

    #[test]
    fn a_server_that_does_not_say_why_is_asked_ever_more_rarely() {
        let mut page = Page::new(true);
        page.on(Event::Shown);
        page.dice.fraction = 0.0;
        for n in 1..8 {
            page.refused(n, Answer::Other);
            assert!(page.wakes_in() < Some(MINUTE), "failure {n}");
            page.wake();
        }
        for n in 8..12 {
            page.refused(n, Answer::Other);
            assert_eq!(page.wakes_in(), Some(10 * MINUTE), "failure {n}");
            page.wake();
        }
        page.refused(12, Answer::Other);
        assert_eq!(page.on(Event::Online), [open(13, 1, false)]);
    }

    #[test]
    fn no_answer_in_ten_seconds_is_none() {
        let mut page = Page::new(true);
        page.on(Event::Shown);
        page.on(closed(1, ABNORMAL));
        assert_eq!(page.wakes_in(), Some(10 * SECOND));
        assert_eq!(page.wake(), []);
        assert_eq!(page.wakes_in(), Some(SECOND / 2));
        let late = Event::Answer(generation(1), Answer::Unknown);
        assert_eq!(page.on(late), []);
        assert_eq!(page.wake(), [open(2, 1, false)]);
    }

    #[test]
    fn a_connection_that_was_open_is_not_asked_about() {
        let mut page = Page::reading();
        assert_eq!(page.on(closed(1, ABNORMAL)), [Action::ShowLost]);
        let unasked = Event::Answer(generation(1), Answer::Unknown);
        page.on(unasked);
        assert_eq!(page.wake(), [open(2, 1, true)]);
    }
}

mod being_left_out {
    use super::*;

    #[test]
    fn a_browser_that_is_left_out_watches() {
        let mut page = Page::new(true);
        page.on(Event::Role(Role::Watcher));
        assert_eq!(page.on(Event::Shown), [open_watching(1)]);
        page.on(frame(1));
        page.on(closed(1, ABNORMAL));
        assert_eq!(page.wake(), [open_watching(2)]);
    }

    #[test]
    fn asking_to_be_left_out_leaves_and_undoing_it_is_the_same_view_again() {
        let mut page = Page::reading();
        assert_eq!(
            page.on(Event::Role(Role::Watcher)),
            [close(1), Action::ShowLost, open_watching(2)]
        );
        page.on(frame(2));
        assert_eq!(
            page.on(Event::Role(Role::Reader)),
            [close(2), Action::ShowLost, open(3, 1, true)]
        );
    }

    #[test]
    fn one_who_only_watched_is_counted_when_the_undo_comes() {
        let mut page = Page::new(true);
        page.on(Event::Role(Role::Watcher));
        page.on(Event::Shown);
        page.on(frame(1));
        assert_eq!(
            page.on(Event::Role(Role::Reader)),
            [close(1), Action::ShowLost, open(2, 1, false)]
        );
    }

    #[test]
    fn deciding_the_same_again_changes_nothing() {
        let mut page = Page::reading();
        assert_eq!(page.on(Event::Role(Role::Reader)), []);
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let generation = (0u64..12).prop_map(Generation);
    let role = prop_oneof![Just(Role::Reader), Just(Role::Watcher)];
    let code = prop_oneof![Just(ABNORMAL), Just(1000), Just(1012), Just(4001)];
    let answer = prop_oneof![
        Just(Answer::Unknown),
        Just(Answer::Other),
        (0u64..200).prop_map(|s| Answer::Wait(Duration::from_secs(s))),
    ];
    prop_oneof![
        1 => Just(Event::Shown),
        1 => Just(Event::Left),
        1 => Just(Event::Visible),
        1 => Just(Event::Hidden),
        1 => Just(Event::Online),
        1 => Just(Event::PageHide),
        1 => Just(Event::PageRestored),
        1 => role.prop_map(Event::Role),
        3 => generation.clone().prop_map(|g| Event::Frame(g, COUNTS)),
        2 => (generation.clone(), code).prop_map(|(g, code)| Event::Closed(g, code)),
        1 => (generation, answer).prop_map(|(g, answer)| Event::Answer(g, answer)),
        2 => Just(Event::Woken),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Seen from the server and from the browser: never two sockets at once, a
    /// view id is never sent again without `again` once it was connected, no
    /// socket is opened for nobody, none outlives a minute hidden, and
    /// generations only rise. A page that shows the post to somebody has a
    /// socket or waits for one, unless it was told not to come back. The timer
    /// never spins, and the counter says "live" only while there is a socket.
    #[test]
    fn whatever_happens_there_is_at_most_one_socket(
        visible in any::<bool>(),
        events in prop::collection::vec((any_event(), 0u64..40_000), 1..80),
    ) {
        let mut page = Page::new(visible);
        let mut socket = None;
        let mut newest = Generation(0);
        let mut connected = std::collections::HashSet::new();
        let (mut shown, mut hidden_since) = (false, (!visible).then_some(Duration::ZERO));
        let (mut in_cache, mut ended, mut live) = (false, false, false);
        for (event, wait) in events {
            page.now += Duration::from_millis(wait);
            if let Event::Closed(closed, code) = &event
                && socket.is_some_and(|(open, _)| open == *closed)
            {
                socket = None;
                ended |= *code == close_code::REPLACED;
            }
            if let Event::Answer(_, Answer::Unknown) = &event {
                // It may have been asked, or not: nothing is demanded then.
                ended = true;
            }
            if let Event::Frame(from, _) = &event
                && let Some((open, Some(view))) = socket
                && open == *from
            {
                connected.insert(view);
            }
            match event {
                Event::Shown => {
                    ended &= shown;
                    in_cache &= shown;
                    shown = true;
                }
                Event::Left => shown = false,
                Event::Visible => hidden_since = None,
                Event::Hidden => hidden_since = hidden_since.or(Some(page.now)),
                Event::PageHide => in_cache = true,
                Event::PageRestored => (in_cache, ended) = (false, false),
                _ => {}
            }
            let woken = event == Event::Woken;
            let ends = matches!(event, Event::Left | Event::PageHide);
            for action in page.on(event) {
                match action {
                    Action::Open { generation, handshake } => {
                        prop_assert!(socket.is_none(), "two sockets");
                        prop_assert!(shown && hidden_since.is_none(), "a socket for nobody");
                        prop_assert!(generation > newest);
                        newest = generation;
                        let view = match handshake {
                            Handshake::Reader { view, again } => {
                                prop_assert_eq!(again, connected.contains(&view));
                                Some(view)
                            }
                            Handshake::Watcher => None,
                        };
                        socket = Some((generation, view));
                    }
                    Action::Close(generation) => {
                        prop_assert_eq!(socket.map(|(open, _)| open), Some(generation));
                        socket = None;
                    }
                    Action::Probe(generation) => {
                        prop_assert_eq!(socket.map(|(open, _)| open), Some(generation));
                    }
                    Action::AskWhy(_) => {
                        prop_assert!(socket.is_none() && hidden_since.is_none());
                    }
                    Action::Show(_) => {
                        prop_assert!(socket.is_some());
                        live = true;
                    }
                    Action::ShowLost => {
                        prop_assert!(live, "said twice");
                        prop_assert!(shown && hidden_since.is_none(), "to nobody");
                        live = false;
                    }
                }
            }
            prop_assert!(!ends || socket.is_none(), "still open after leaving");
            prop_assert!(
                !live || socket.is_some() || !shown || hidden_since.is_some() || in_cache,
                "live without a socket, before somebody's eyes"
            );
            let too_long = hidden_since.is_some_and(|since| since + HIDDEN_MOST <= page.now);
            prop_assert!(!(woken && too_long) || socket.is_none(), "hidden for a minute");
            let wakes_at = page.lifecycle.wakes_at();
            prop_assert!(!woken || wakes_at.is_none_or(|at| at > page.now), "spins");
            let excused = in_cache || ended;
            prop_assert!(
                !(shown && hidden_since.is_none()) || excused || wakes_at.is_some(),
                "a page before somebody's eyes waits for nothing"
            );
        }
    }
}
