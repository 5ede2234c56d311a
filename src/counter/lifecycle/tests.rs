//! The rules of when a page is a reader, one test each, and any sequence of
//! events against what must hold after every one of them.

use super::*;
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);
const COUNTS: Counts = Counts { live: 3, total: 9 };
/// A network that went away: the browser's code for "no close frame".
const ABNORMAL: u16 = 1006;

/// View ids 1, 2, 3…, and always the same fraction.
struct Dice {
    ids: u128,
    fraction: f64,
}

impl Chance for Dice {
    fn view_id(&mut self) -> ViewId {
        self.ids += 1;
        ViewId::from_bits(self.ids)
    }

    fn fraction(&mut self) -> f64 {
        self.fraction
    }
}

/// A page with one slug, and the time.
struct Page {
    lifecycle: Lifecycle,
    now: Duration,
    dice: Dice,
}

impl Page {
    fn new(visible: bool) -> Self {
        Self {
            lifecycle: Lifecycle::new(visible),
            now: Duration::ZERO,
            dice: Dice {
                ids: 0,
                fraction: 0.5,
            },
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
}

fn generation(n: u64) -> Generation {
    Generation(n)
}

fn open(n: u64, view: u128, again: bool) -> Action {
    Action::Open {
        generation: generation(n),
        view: ViewId::from_bits(view),
        again,
    }
}

fn frame(n: u64) -> Event {
    Event::Frame(generation(n), COUNTS)
}

fn close(n: u64) -> Action {
    Action::Close(generation(n))
}

fn retry(n: u64, after: Duration) -> Action {
    Action::Retry(generation(n), after)
}

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
    assert_eq!(page.on(Event::Visible), [open(1, 1, false)]);
    assert_eq!(page.on(Event::Hidden), []);
    assert_eq!(page.on(Event::Visible), [], "it is open already");
}

#[test]
fn a_page_that_was_never_visible_is_never_a_reader() {
    let mut page = Page::new(false);
    for event in [
        Event::Shown,
        Event::PageHide,
        Event::PageRestored,
        Event::Left,
    ] {
        assert_eq!(page.on(event), []);
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
    assert_eq!(page.on(Event::Shown), [open(3, 2, false)]);
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
    assert_eq!(page.on(Event::PageHide), [close(1), Action::ShowLost]);
    assert_eq!(page.on(Event::Hidden), []);
    assert_eq!(page.on(Event::Visible), [], "nothing before pageshow");
    assert_eq!(page.on(Event::PageRestored), [open(3, 2, false)]);
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
        Event::Closed(generation(1), ABNORMAL),
        Event::RetryDue(generation(1)),
        Event::Closed(generation(2), ABNORMAL),
    ] {
        assert_eq!(page.on(late), []);
    }
    assert_eq!(page.on(frame(3)), [Action::Show(COUNTS)]);
}

#[test]
fn a_lost_connection_comes_back_as_the_same_view() {
    let mut page = Page::reading();
    assert_eq!(
        page.on(Event::Closed(generation(1), ABNORMAL)),
        [Action::ShowLost, retry(1, SECOND / 2)]
    );
    assert_eq!(page.on(Event::RetryDue(generation(1))), [open(2, 1, true)]);
    assert_eq!(page.on(frame(2)), [Action::Show(COUNTS)]);
}

#[test]
fn a_socket_that_never_opened_does_not_say_that_it_was_here_before() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    assert_eq!(
        page.on(Event::Closed(generation(1), ABNORMAL)),
        [retry(1, SECOND / 2)]
    );
    assert_eq!(page.on(Event::RetryDue(generation(1))), [open(2, 1, false)]);
}

#[test]
fn waits_double_to_thirty_seconds_with_full_jitter() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    for (failure, most) in (1..).zip([1, 2, 4, 8, 16, 30, 30, 30]) {
        page.dice.fraction = if failure % 2 == 0 { 0.25 } else { 0.75 };
        let after = Duration::from_secs(most).mul_f64(page.dice.fraction);
        let closed = Event::Closed(generation(failure), ABNORMAL);
        assert_eq!(page.on(closed), [retry(failure, after)]);
        page.on(Event::RetryDue(generation(failure)));
    }
}

#[test]
fn a_connection_of_five_seconds_begins_the_waits_anew() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    for n in 1..4 {
        page.on(Event::Closed(generation(n), ABNORMAL));
        page.on(Event::RetryDue(generation(n)));
    }
    page.on(frame(4));
    page.now += 5 * SECOND - Duration::from_millis(1);
    let closed = page.on(Event::Closed(generation(4), ABNORMAL));
    assert_eq!(closed, [Action::ShowLost, retry(4, 4 * SECOND)]);
    page.on(Event::RetryDue(generation(4)));
    page.on(frame(5));
    page.now += 5 * SECOND;
    let closed = page.on(Event::Closed(generation(5), ABNORMAL));
    assert_eq!(closed, [Action::ShowLost, retry(5, SECOND / 2)]);
}

#[test]
fn after_a_restart_readers_come_back_spread_over_five_seconds() {
    let mut page = Page::reading();
    page.dice.fraction = 0.9;
    assert_eq!(
        page.on(Event::Closed(generation(1), close_code::RESTART)),
        [Action::ShowLost, retry(1, 5 * SECOND * 9 / 10)]
    );
}

#[test]
fn a_replaced_socket_never_reconnects() {
    let mut page = Page::reading();
    let replaced = Event::Closed(generation(1), close_code::REPLACED);
    assert_eq!(page.on(replaced), [Action::ShowLost]);
    for event in [
        Event::RetryDue(generation(1)),
        Event::Hidden,
        Event::Visible,
    ] {
        assert_eq!(page.on(event), []);
    }
    page.on(Event::Left);
    assert_eq!(page.on(Event::Shown), [open(3, 2, false)], "a new view may");
}

#[test]
fn nothing_is_retried_while_hidden() {
    let mut page = Page::reading();
    page.on(Event::Hidden);
    page.on(Event::Closed(generation(1), ABNORMAL));
    assert_eq!(page.on(Event::RetryDue(generation(1))), []);
    assert_eq!(page.on(Event::Visible), [open(2, 1, true)]);
}

#[test]
fn a_page_that_becomes_visible_or_online_retries_at_once() {
    let mut page = Page::reading();
    page.on(Event::Closed(generation(1), ABNORMAL));
    assert_eq!(page.on(Event::Visible), [], "it was visible all along");
    page.on(Event::Hidden);
    assert_eq!(page.on(Event::Visible), [open(2, 1, true)]);
    assert_eq!(page.on(Event::RetryDue(generation(1))), [], "it is done");

    page.on(Event::Closed(generation(2), ABNORMAL));
    assert_eq!(page.on(Event::Online), [open(3, 1, true)]);
    assert_eq!(page.on(Event::Online), []);
}

#[test]
fn a_hidden_page_that_is_online_again_waits_until_it_is_visible() {
    let mut page = Page::reading();
    page.on(Event::Hidden);
    page.on(Event::Closed(generation(1), ABNORMAL));
    assert_eq!(page.on(Event::Online), []);
    assert_eq!(page.on(Event::Visible), [open(2, 1, true)]);
}

#[test]
fn a_second_close_of_one_socket_is_nothing() {
    let mut page = Page::reading();
    page.on(Event::Closed(generation(1), ABNORMAL));
    assert_eq!(page.on(Event::Closed(generation(1), ABNORMAL)), []);
}

#[test]
fn a_new_view_begins_its_waits_anew() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    for n in 1..5 {
        page.on(Event::Closed(generation(n), ABNORMAL));
        page.on(Event::RetryDue(generation(n)));
    }
    page.on(Event::Left);
    let [Action::Open { generation, .. }] = page.on(Event::Shown)[..] else {
        panic!("opens one socket");
    };
    let closed = page.on(Event::Closed(generation, ABNORMAL));
    assert_eq!(closed, [Action::Retry(generation, SECOND / 2)]);
}

fn any_event() -> impl Strategy<Value = Event> {
    let generation = (0u64..12).prop_map(Generation);
    prop_oneof![
        Just(Event::Shown),
        Just(Event::Left),
        Just(Event::Visible),
        Just(Event::Hidden),
        Just(Event::Online),
        Just(Event::PageHide),
        Just(Event::PageRestored),
        generation.clone().prop_map(|g| Event::Frame(g, COUNTS)),
        (
            generation.clone(),
            prop_oneof![Just(ABNORMAL), Just(1012), Just(4001)]
        )
            .prop_map(|(g, code)| Event::Closed(g, code)),
        generation.prop_map(Event::RetryDue),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Seen from the server: never two sockets at once, a view id is never
    /// sent again without `again` once it was connected, none is open on a page
    /// that left the post, and generations only rise. And a page that shows the
    /// post to somebody has a socket, unless it waits to retry, was replaced, or
    /// is in the back/forward cache.
    #[test]
    fn whatever_happens_there_is_at_most_one_socket(
        visible in any::<bool>(),
        events in prop::collection::vec((any_event(), 0u64..8_000), 1..60),
    ) {
        let mut page = Page::new(visible);
        let mut socket = None;
        let mut newest = Generation(0);
        let mut connected = std::collections::HashSet::new();
        let (mut shown, mut seen) = (false, visible);
        // Why there may be none although there should be one.
        let mut excused = false;
        for (event, wait) in events {
            page.now += Duration::from_millis(wait);
            if let Event::Closed(closed, _) = &event
                && socket.is_some_and(|(open, _)| open == *closed)
            {
                socket = None;
                excused = true;
            }
            if let Event::Frame(from, _) = &event
                && let Some((open, view)) = socket
                && open == *from
            {
                connected.insert(view);
            }
            match event {
                Event::Shown => {
                    excused &= shown;
                    shown = true;
                }
                Event::Left => shown = false,
                Event::Visible => seen = true,
                Event::Hidden => seen = false,
                Event::PageHide => excused = true,
                Event::PageRestored => excused = false,
                _ => {}
            }
            let ends = matches!(event, Event::Left | Event::PageHide);
            for action in page.on(event) {
                match action {
                    Action::Open { generation, view, again } => {
                        prop_assert!(socket.is_none(), "two sockets");
                        prop_assert!(shown && seen, "a socket for nobody");
                        prop_assert!(generation > newest);
                        prop_assert_eq!(again, connected.contains(&view));
                        newest = generation;
                        socket = Some((generation, view));
                        excused = false;
                    }
                    Action::Close(generation) => {
                        prop_assert_eq!(socket.map(|(open, _)| open), Some(generation));
                        socket = None;
                    }
                    Action::Retry(_, after) => prop_assert!(after <= RETRY_MOST),
                    Action::Show(_) => prop_assert!(socket.is_some()),
                    Action::ShowLost => prop_assert!(socket.is_none()),
                }
            }
            prop_assert!(!ends || socket.is_none(), "still open after leaving");
            prop_assert!(!(shown && seen) || socket.is_some() || excused, "reads without a socket");
        }
    }
}
