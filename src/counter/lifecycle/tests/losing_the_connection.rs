//! When the reader is told that the numbers are not live.

use super::*;

#[test]
fn numbers_are_called_not_live_two_seconds_after_they_stopped() {
    let mut page = Page::reading();
    page.entropy.fraction = 0.0;
    assert_eq!(page.on(closed(1, ABNORMAL)), []);
    assert_eq!(page.wait(2 * SECOND - 1), [open(2, 1, true)]);
    assert_eq!(page.wait(1), [Action::ShowLost]);
    assert_eq!(page.wait(MINUTE), [close(2), open(3, 1, true)], "once");
}

#[test]
fn numbers_that_are_live_again_within_two_seconds_were_never_lost() {
    let mut page = Page::reading();
    page.on(closed(1, ABNORMAL));
    page.wake();
    page.on(frame(2));
    assert_eq!(page.wakes_in(), Some(MINUTE));
}

#[test]
fn nobody_is_told_while_nobody_looks_and_then_in_two_seconds() {
    let mut page = Page::reading();
    page.on(Event::Hidden);
    assert_eq!(page.wait(MINUTE), [close(1)]);
    assert_eq!(page.on(Event::Visible), [open(2, 1, true)]);
    page.now += SECOND;
    page.on(Event::Hidden);
    assert_eq!(page.wait(10 * SECOND), []);
    page.on(Event::Visible);
    assert_eq!(page.wakes_in(), Some(2 * SECOND));
    assert_eq!(page.wake(), [Action::ShowLost]);
}

#[test]
fn a_page_whose_sockets_the_browser_closes_because_a_link_was_clicked_waits() {
    let mut page = Page::reading();
    assert_eq!(page.on(closed(1, close_code::GOING_AWAY)), []);
    assert_eq!(page.wait(2 * SECOND - 1), []);
    assert_eq!(page.on(Event::PageHide), [], "it was left");

    let mut page = Page::reading();
    page.entropy.fraction = 0.0;
    page.on(closed(1, close_code::GOING_AWAY));
    assert_eq!(page.wait(2 * SECOND), [open(2, 1, true)], "a download");
    page.on(frame(2));
    assert_eq!(page.wakes_in(), Some(MINUTE), "it was live again in time");

    let mut page = Page::reading();
    page.entropy.fraction = 0.999;
    page.on(closed(1, close_code::GOING_AWAY));
    assert_eq!(page.wait(5 * SECOND - 1), [open(2, 1, true)]);
    assert_eq!(page.wait(1), [Action::ShowLost], "nobody answers");
}

#[test]
fn nothing_is_said_of_numbers_that_never_were_live() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    page.refused(1, Refusal::Wait(MINUTE));
    assert_eq!(page.wait(MINUTE), []);
}
