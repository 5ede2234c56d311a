//! A page reads from when it is first visible until the post is left.

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
        Event::Leaving,
        Event::Arrived,
        Event::PageHide,
        Event::PageRestored,
        Event::Removed,
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
fn pagehide_closes_and_a_restored_page_is_a_new_view_at_once() {
    let mut page = Page::reading();
    assert_eq!(page.on(Event::PageHide), [close(1)]);
    assert_eq!(page.on(Event::Hidden), []);
    assert_eq!(page.on(Event::Visible), [], "nothing before pageshow");
    assert_eq!(page.on(Event::PageRestored), [open(3, 2, false)]);
}

#[test]
fn a_restored_page_without_pagehide_closes_the_dead_socket_first() {
    let mut page = Page::reading();
    assert_eq!(page.on(Event::PageRestored), [close(1), open(3, 2, false)]);
}

#[test]
fn a_restored_page_without_a_counter_of_the_slug_stays_closed() {
    let mut page = Page::reading();
    page.on(Event::Removed);
    page.on(Event::PageHide);
    assert_eq!(page.on(Event::PageRestored), []);
    assert_eq!(page.on(Event::Shown), [open(3, 2, false)]);
}

#[test]
fn what_an_old_socket_says_late_touches_nothing() {
    let mut page = Page::reading();
    page.navigate();
    for late in [
        frame(1),
        closed(1, ABNORMAL),
        closed(2, ABNORMAL),
        Event::Refused(generation(1), Refusal::Unknown),
    ] {
        assert_eq!(page.on(late), []);
    }
    assert_eq!(page.on(frame(3)), [Action::Show(COUNTS)]);
}
