//! Sockets that say nothing any more.

use super::*;

#[test]
fn a_socket_silent_for_a_minute_is_asked_and_dead_ten_seconds_later() {
    let mut page = Page::reading();
    page.now += 40 * SECOND;
    page.on(frame(1));
    assert_eq!(page.wakes_in(), Some(MINUTE), "from the last frame on");
    assert_eq!(page.wake(), [probe(1)]);
    assert_eq!(page.wakes_in(), Some(10 * SECOND));
    assert_eq!(page.wake(), [close(1)]);
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
    assert_eq!(page.wait(10 * SECOND), [close(1)]);
}

#[test]
fn a_socket_that_brought_a_frame_this_second_is_not_asked() {
    let mut page = Page::reading();
    page.now += SECOND - 1;
    assert_eq!(page.on(Event::Online), []);
    page.now += 1;
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
