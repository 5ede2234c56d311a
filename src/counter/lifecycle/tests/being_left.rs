//! Navigations away from a page, which may never end, and counters that are taken off it.

use super::*;

#[test]
fn a_page_leaves_when_a_navigation_begins_and_the_next_page_is_a_new_view() {
    let mut page = Page::reading();
    assert_eq!(page.on(Event::Leaving), [close(1)]);
    assert_eq!(page.on(Event::Leaving), []);
    assert_eq!(page.on(Event::Arrived), [open(3, 2, false)]);
}

#[test]
fn leaving_while_the_socket_is_still_connecting_closes_it_too() {
    let mut page = Page::new(true);
    page.on(Event::Shown);
    assert_eq!(page.on(Event::Leaving), [close(1)]);
}

#[test]
fn after_a_navigation_that_never_ends_the_page_reads_on_as_the_same_view() {
    let mut page = Page::reading();
    page.on(Event::Leaving);
    assert_eq!(page.wakes_in(), Some(10 * SECOND));
    assert_eq!(page.wake(), [open(2, 1, true)]);
    assert_eq!(page.on(frame(2)), [Action::Show(COUNTS)]);
}

#[test]
fn after_a_navigation_that_was_given_up_the_page_reads_on_at_once_as_the_same_view() {
    let mut page = Page::reading();
    assert_eq!(page.on(Event::Stayed), [], "none began");
    page.on(Event::Leaving);
    assert_eq!(page.on(Event::Stayed), [open(2, 1, true)]);
    assert_eq!(page.on(frame(2)), [Action::Show(COUNTS)]);
}

#[test]
fn a_page_that_is_left_for_good_is_no_reader_of_the_next_one() {
    let mut page = Page::reading();
    page.on(Event::Leaving);
    page.on(Event::Removed);
    assert_eq!(page.on(Event::Arrived), []);
    assert_eq!(page.wait(60 * MINUTE), []);
}

#[test]
fn a_navigation_that_ends_in_a_load_is_a_new_view_when_the_page_is_restored() {
    let mut page = Page::reading();
    page.on(Event::Leaving);
    assert_eq!(page.on(Event::PageHide), []);
    assert_eq!(page.wait(MINUTE), []);
    assert_eq!(page.on(Event::PageRestored), [open(3, 2, false)]);
}

#[test]
fn a_page_that_is_being_left_says_nothing_and_opens_nothing() {
    let mut page = Page::reading();
    page.on(closed(1, ABNORMAL));
    page.on(Event::Leaving);
    for event in [Event::Online, Event::Hidden, Event::Visible, Event::Shown] {
        assert_eq!(page.on(event), []);
    }
    assert_eq!(page.wait(10 * SECOND - 1), []);
}

#[test]
fn what_is_shown_during_a_navigation_is_read_when_it_has_ended() {
    let mut page = Page::new(true);
    page.on(Event::Leaving);
    assert_eq!(page.on(Event::Shown), [], "a preview of the next page");
    assert_eq!(page.on(Event::Arrived), [open(2, 2, false)]);
}

#[test]
fn a_counter_that_is_moved_or_drawn_anew_keeps_its_socket() {
    let mut page = Page::reading();
    for _ in 0..5 {
        assert_eq!(page.on(Event::Removed), []);
        assert_eq!(page.wait(SECOND / 4), []);
        assert_eq!(page.on(Event::Shown), []);
    }
    assert_eq!(page.wakes_in(), Some(MINUTE - 5 * SECOND / 4));
}

#[test]
fn a_counter_that_is_taken_off_leaves_and_comes_back_as_the_same_view() {
    let mut page = Page::reading();
    page.on(Event::Removed);
    assert_eq!(page.wakes_in(), Some(SECOND / 2));
    page.now += SECOND / 4;
    page.on(Event::Removed);
    assert_eq!(page.wakes_in(), Some(SECOND / 4), "since it was taken off");
    assert_eq!(page.wake(), [close(1)]);
    assert_eq!(page.wait(60 * MINUTE), []);
    assert_eq!(page.on(Event::Shown), [open(2, 1, true)]);
}

#[test]
fn a_counter_that_stays_through_a_navigation_is_a_new_view() {
    let mut page = Page::reading();
    assert_eq!(page.on(Event::Arrived), [close(1), open(3, 2, false)]);
}
