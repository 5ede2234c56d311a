//! A page that nobody sees: for a moment, and for a minute.

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
    assert_eq!(page.on(Event::Visible), [open(2, 1, true)]);
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
    assert_eq!(page.on(Event::Visible), [open(2, 1, true)]);
}

#[test]
fn a_hidden_page_does_not_probe_refusal_it_was_refused() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    page.on(Event::Hidden);
    assert_eq!(page.on(closed(1, ABNORMAL)), []);
    assert_eq!(page.on(Event::Visible), [open(2, 1, false)]);
}
