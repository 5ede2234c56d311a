//! Why a page was refused, and what it makes of the answer.

use super::*;

#[test]
fn a_slug_that_is_not_counted_is_asked_for_again_after_an_hour() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    assert_eq!(page.refused(1, Refusal::Unknown), []);
    assert!(page.lifecycle.has_ended());
    assert_eq!(page.wakes_in(), Some(60 * MINUTE + 15 * SECOND));
    assert_eq!(page.wake(), [open(2, 1, false)]);
    assert!(!page.lifecycle.has_ended());
}

#[test]
fn a_slug_that_is_not_counted_is_asked_for_again_when_somebody_comes_back_to_it() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    page.refused(1, Refusal::Unknown);
    assert_eq!(page.on(Event::Online), [open(2, 1, false)]);
    page.refused(2, Refusal::Unknown);
    page.on(Event::Hidden);
    assert_eq!(page.on(Event::Visible), [open(3, 1, false)]);
    page.refused(3, Refusal::Unknown);
    assert_eq!(page.on(Event::Woken), []);
}

#[test]
fn numbers_without_a_socket_are_shown_as_not_live_and_the_socket_is_tried_again() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    for n in 1..8 {
        assert_eq!(
            page.refused(n, Refusal::Numbers(COUNTS)),
            [Action::ShowStale(COUNTS)]
        );
        assert_eq!(page.wake(), [open(n + 1, 1, false)]);
    }
    page.refused(8, Refusal::Numbers(COUNTS));
    assert_eq!(page.wakes_in(), Some(10 * MINUTE + 15 * SECOND));
}

#[test]
fn a_wait_that_was_told_is_kept_whatever_happens_meanwhile() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    page.entropy.fraction = 0.0;
    page.refused(1, Refusal::Wait(90 * SECOND));
    for event in [Event::Online, Event::Hidden, Event::Visible] {
        assert_eq!(page.on(event), []);
    }
    assert_eq!(page.wakes_in(), Some(90 * SECOND));
    assert!(!page.lifecycle.has_ended());
    assert_eq!(page.wake(), [open(2, 1, false)]);
    page.entropy.fraction = 0.5;
    page.refused(2, Refusal::Wait(SECOND));
    assert_eq!(page.wakes_in(), Some(SECOND + RESTART_SPREAD / 2));
}

#[test]
fn a_server_that_does_not_say_why_is_asked_ever_more_rarely() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    page.entropy.fraction = 0.0;
    for n in 1..8 {
        page.refused(n, Refusal::Other);
        assert!(page.wakes_in() < Some(MINUTE), "failure {n}");
        page.wake();
    }
    for n in 8..12 {
        page.refused(n, Refusal::Other);
        assert_eq!(page.wakes_in(), Some(10 * MINUTE), "failure {n}");
        page.wake();
    }
    page.refused(12, Refusal::Other);
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
    let late = Event::Refused(generation(1), Refusal::Unknown);
    assert_eq!(page.on(late), []);
    assert_eq!(page.wake(), [open(2, 1, false)]);
}

#[test]
fn a_connection_that_was_open_is_not_asked_about() {
    let mut page = Page::reading();
    assert_eq!(page.on(closed(1, ABNORMAL)), []);
    let unasked = Event::Refused(generation(1), Refusal::Unknown);
    page.on(unasked);
    assert_eq!(page.wake(), [open(2, 1, true)]);
}
