//! A browser that its owner left out of the counts.

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
        [close(1), open_watching(2)]
    );
    page.on(frame(2));
    assert_eq!(
        page.on(Event::Role(Role::Reader)),
        [close(2), open(3, 1, true)]
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
        [close(1), open(2, 1, false)]
    );
}

#[test]
fn deciding_the_same_again_changes_nothing() {
    let mut page = Page::reading();
    assert_eq!(page.on(Event::Role(Role::Reader)), []);
}
