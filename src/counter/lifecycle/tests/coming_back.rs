//! When a lost connection is tried again.

use super::*;

#[test]
fn a_lost_connection_comes_back_as_the_same_view() {
    let mut page = Page::reading();
    assert_eq!(page.on(closed(1, ABNORMAL)), []);
    assert_eq!(page.wakes_in(), Some(SECOND / 2));
    assert_eq!(page.wake(), [open(2, 1, true)]);
    assert_eq!(page.on(frame(2)), [Action::Show(COUNTS)]);
}

#[test]
fn a_socket_that_never_opened_does_not_say_that_it_was_here_before() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    page.refused(1, Refusal::Other);
    assert_eq!(page.wake(), [open(2, 1, false)]);
}

#[test]
fn waits_double_to_thirty_seconds_with_full_jitter() {
    let mut page = Page::reading();
    for (failure, most) in (1..).zip([1, 2, 4, 8, 16, 30, 30, 30, 30, 30]) {
        page.entropy.fraction = if failure % 2 == 0 { 0.25 } else { 0.75 };
        page.on(frame(failure));
        page.on(closed(failure, ABNORMAL));
        let wait = most * SECOND / 4 * if failure % 2 == 0 { 1 } else { 3 };
        assert!(!page.wait(wait - 1).contains(&open(failure + 1, 1, true)));
        assert!(page.wait(1).contains(&open(failure + 1, 1, true)));
    }
}

#[test]
fn a_connection_of_five_seconds_begins_the_waits_anew() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    for n in 1..4 {
        page.refused(n, Refusal::Other);
        page.wake();
    }
    page.on(frame(4));
    page.now += 5 * SECOND - 1;
    page.on(closed(4, ABNORMAL));
    assert_eq!(page.wait(4 * SECOND - 1), [Action::ShowLost]);
    assert_eq!(page.wait(1), [open(5, 1, true)]);
    page.on(frame(5));
    page.now += 5 * SECOND;
    page.on(closed(5, ABNORMAL));
    assert_eq!(page.wakes_in(), Some(SECOND / 2));
}

#[test]
fn after_a_restart_readers_come_back_spread_over_five_seconds() {
    let mut page = Page::reading();
    page.entropy.fraction = 0.9;
    assert_eq!(page.on(closed(1, close_code::RESTART)), []);
    assert_eq!(page.wait(5 * SECOND * 9 / 10 - 1), [Action::ShowLost]);
    assert_eq!(page.wait(1), [open(2, 1, true)]);
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
    page.wait(2 * SECOND);
    for n in 2.. {
        page.wake();
        page.refused(n, Refusal::Other);
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
    page.wait(5 * SECOND / 2);
    page.on(frame(2));
    page.on(closed(2, ABNORMAL));
    assert_eq!(page.wakes_in(), Some(SECOND), "the second in a row");
}

#[test]
fn a_replaced_socket_never_reconnects() {
    let mut page = Page::reading();
    assert!(!page.lifecycle.has_ended());
    let replaced = closed(1, close_code::REPLACED);
    assert_eq!(page.on(replaced), []);
    assert_eq!(page.wake(), [Action::ShowLost]);
    assert_eq!(page.wakes_in(), None);
    assert!(page.lifecycle.has_ended());
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
    assert_eq!(page.navigate(), [open(3, 2, false)], "a new view may");
    assert!(!page.lifecycle.has_ended());
}

#[test]
fn a_page_whose_view_was_opened_elsewhere_comes_back_as_the_same_view() {
    let mut page = Page::reading();
    page.on(closed(1, close_code::TRY_AGAIN));
    assert_eq!(page.wake(), [open(2, 1, true)]);
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
        page.refused(n, Refusal::Other);
        page.wake();
    }
    assert_eq!(page.navigate(), [close(5), open(7, 2, false)]);
    page.refused(7, Refusal::Other);
    assert_eq!(page.wakes_in(), Some(SECOND / 2));
}
