//! The rules of counting, one test each.

use super::*;
use crate::counter::budget::{DEFAULT_FRAMES_PER_SECOND, SHORTEST_WINDOW};

const DAY: Date = Date::constant(2026, 11, 20);
const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

fn view(n: u128) -> Arrival {
    Arrival {
        view: Some(ViewId::from_bits(n)),
        again: false,
    }
}

fn again(n: u128) -> Arrival {
    Arrival {
        again: true,
        ..view(n)
    }
}

const PLAIN: Arrival = Arrival {
    view: None,
    again: false,
};

fn counts(live: u64, total: u64) -> Counts {
    Counts { live, total }
}

fn budget() -> Budget {
    Budget::new(DEFAULT_FRAMES_PER_SECOND)
}

#[test]
fn a_handshake_is_a_reader_and_a_view() {
    let mut tally = Tally::new(7, SavePolicy::Debounced);
    let joined = tally.join(view(1), Instant::now(), DAY);
    assert!(joined.counted);
    assert_eq!(joined.replaced, None);
    assert_eq!(tally.counts(), counts(1, 8));
}

#[test]
fn leaving_ends_the_reader_and_keeps_the_view() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    let one = tally.join(view(1), now, DAY).reader;
    tally.join(view(2), now, DAY);
    tally.leave(one, now);
    assert_eq!(tally.counts(), counts(1, 2));
    tally.leave(one, now);
    assert_eq!(
        tally.counts(),
        counts(1, 2),
        "leaving twice is leaving once"
    );
}

#[test]
fn a_handshake_without_an_id_counts_each_time() {
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    for _ in 0..3 {
        assert!(tally.join(PLAIN, Instant::now(), DAY).counted);
    }
    assert_eq!(tally.counts(), counts(3, 3));
}

#[test]
fn a_connected_id_replaces_its_older_socket() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    let older = tally.join(view(1), now, DAY).reader;
    let newer = tally.join(view(1), now, DAY);
    assert_eq!(newer.replaced, Some(older));
    assert!(!newer.counted);
    assert_eq!(tally.counts(), counts(1, 1));
    // The older socket's own end arrives late and touches nothing.
    tally.leave(older, now);
    assert_eq!(tally.counts(), counts(1, 1));
    tally.leave(newer.reader, now);
    assert_eq!(tally.counts(), counts(0, 1));
}

#[test]
fn an_id_that_left_is_the_same_reader_for_a_minute() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    let reader = tally.join(view(1), now, DAY).reader;
    tally.leave(reader, now);
    let back = tally.join(view(1), now + 60 * SECOND - MS, DAY);
    assert!(!back.counted);
    assert_eq!(tally.counts(), counts(1, 1));
    tally.leave(back.reader, now + 60 * SECOND);
    assert!(tally.join(view(1), now + 120 * SECOND, DAY).counted);
    assert_eq!(tally.counts(), counts(1, 2));
}

#[test]
fn the_minute_runs_from_the_last_time_it_left() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    for leaves_at in [0, 50, 100] {
        let at = now + leaves_at * SECOND;
        let reader = tally.join(view(1), at, DAY).reader;
        tally.leave(reader, at);
    }
    assert!(!tally.join(view(1), now + 159 * SECOND, DAY).counted);
}

#[test]
fn a_page_that_was_open_before_is_never_counted_again() {
    let mut tally = Tally::new(5, SavePolicy::Debounced);
    assert!(!tally.join(again(1), Instant::now(), DAY).counted);
    assert_eq!(tally.counts(), counts(1, 5));
    let without_id = Arrival {
        view: None,
        again: true,
    };
    assert!(!tally.join(without_id, Instant::now(), DAY).counted);
}

#[test]
fn of_more_than_ten_thousand_that_left_the_oldest_is_forgotten() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    for n in 0..=10_000 {
        let reader = tally.join(view(n), now, DAY).reader;
        tally.leave(reader, now);
    }
    assert!(!tally.join(view(1), now, DAY).counted);
    assert!(!tally.join(view(10_000), now, DAY).counted);
    assert!(tally.join(view(0), now, DAY).counted);
}

#[test]
fn a_watcher_is_in_neither_number() {
    let now = Instant::now();
    let mut tally = Tally::new(3, SavePolicy::Debounced);
    tally.watch();
    assert_eq!(tally.counts(), counts(0, 3));
    assert_eq!(tally.frame_due(now, &mut budget()), None, "nothing changed");
    assert!(!tally.is_idle(now));
    tally.unwatch();
    assert!(tally.is_idle(now));
}

#[test]
fn the_first_change_on_a_quiet_slug_is_due_at_once() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    tally.join(view(1), now, DAY);
    assert_eq!(tally.frame_due(now, &mut budget()), Some(counts(1, 1)));
    assert_eq!(tally.frame_due(now, &mut budget()), None, "it was sent");
}

#[test]
fn changes_within_a_window_are_one_frame_with_the_last_state() {
    let now = Instant::now();
    let budget = &mut budget();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    tally.watch();
    tally.join(view(1), now, DAY);
    assert_eq!(tally.frame_due(now, budget), Some(counts(1, 1)));
    assert_eq!(tally.wakes_at(), Some(now + SHORTEST_WINDOW));

    let reader = tally.join(view(2), now + MS, DAY).reader;
    assert_eq!(tally.frame_due(now + MS, budget), None);
    tally.leave(reader, now + 2 * MS);
    assert_eq!(tally.frame_due(now + SHORTEST_WINDOW - MS, budget), None);
    let end = now + SHORTEST_WINDOW;
    assert_eq!(tally.frame_due(end, budget), Some(counts(1, 2)));

    // Nothing more: the slug is quiet again, and the next change at once.
    assert_eq!(tally.frame_due(end + SHORTEST_WINDOW, budget), None);
    tally.join(view(3), end + 10 * SECOND, DAY);
    assert!(tally.frame_due(end + 10 * SECOND, budget).is_some());
}

#[test]
fn a_frame_costs_one_for_each_reader_and_watcher() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    tally.join(view(1), now, DAY);
    tally.join(view(2), now, DAY);
    tally.watch();
    let mut three_a_second = Budget::new(3);
    tally.frame_due(now, &mut three_a_second);
    assert_eq!(tally.wakes_at(), Some(now + SECOND));
}

#[test]
fn nothing_is_sent_to_nobody() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    let reader = tally.join(PLAIN, now, DAY).reader;
    tally.leave(reader, now);
    assert_eq!(tally.frame_due(now, &mut budget()), None);
    assert_eq!(tally.wakes_at(), None);
}

#[test]
fn a_replacement_changes_no_number_and_sends_nothing() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    let budget = &mut budget();
    tally.join(view(1), now, DAY);
    tally.frame_due(now, budget);
    let later = now + SECOND;
    tally.frame_due(later, budget);
    tally.join(view(1), later, DAY);
    assert_eq!(tally.frame_due(later, budget), None);
}

#[test]
fn views_are_saved_after_five_quiet_seconds() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    assert_eq!(tally.save_at(), None);
    tally.join(view(1), now, DAY);
    assert_eq!(tally.save_at(), Some(now + 5 * SECOND));
    tally.join(view(2), now + 3 * SECOND, DAY);
    assert_eq!(tally.save_at(), Some(now + 8 * SECOND));
}

#[test]
fn leaving_watching_and_returning_do_not_postpone_a_save() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    let reader = tally.join(view(1), now, DAY).reader;
    tally.leave(reader, now + 3 * SECOND);
    tally.watch();
    tally.join(view(1), now + 4 * SECOND, DAY);
    assert_eq!(tally.save_at(), Some(now + 5 * SECOND));
}

#[test]
fn a_busy_slug_is_saved_fifteen_seconds_after_its_first_unsaved_view() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    for n in 0..14 {
        tally.join(view(n.into()), now + n * SECOND, DAY);
    }
    assert_eq!(tally.save_at(), Some(now + 15 * SECOND));
}

#[test]
fn a_save_takes_the_views_by_day_and_keeps_them_in_the_total() {
    let now = Instant::now();
    let tomorrow = Date::constant(2026, 11, 21);
    let mut tally = Tally::new(10, SavePolicy::Debounced);
    tally.join(view(1), now, DAY);
    tally.join(view(2), now, DAY);
    tally.join(view(3), now, tomorrow);
    let delta = tally.start_save().unwrap();
    assert_eq!(delta.views(), 3);
    assert_eq!(delta.days().collect::<Vec<_>>(), [(DAY, 2), (tomorrow, 1)]);
    assert_eq!(tally.counts().total, 13);

    // Views that come meanwhile wait for the next save.
    tally.join(view(4), now, tomorrow);
    assert_eq!(tally.start_save(), None);
    assert_eq!(tally.save_at(), None);
    tally.saved(13);
    assert_eq!(tally.counts().total, 14);
    assert_eq!(tally.save_at(), Some(now + 5 * SECOND));
    assert_eq!(tally.start_save().unwrap().views(), 1);
    tally.saved(14);
    assert_eq!(tally.counts().total, 14);
}

#[test]
fn a_view_is_unsaved_from_its_handshake_until_its_save_is_committed() {
    let now = Instant::now();
    let later = now + SECOND;
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    assert_eq!(tally.unsaved_since(), None);
    tally.join(view(1), now, DAY);
    tally.start_save();
    tally.join(view(2), later, DAY);
    assert_eq!(tally.unsaved_since(), Some(now), "the save is under way");
    tally.saved(1);
    assert_eq!(tally.unsaved_since(), Some(later));
    tally.start_save();
    tally.saved(2);
    assert_eq!(tally.unsaved_since(), None);
}

#[test]
fn a_slug_knows_its_window_while_it_is_open() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    let budget = &mut budget();
    assert_eq!(tally.window(), None);
    tally.join(view(1), now, DAY);
    tally.frame_due(now, budget);
    assert_eq!(tally.window(), Some(SHORTEST_WINDOW));
    tally.frame_due(now + SHORTEST_WINDOW, budget);
    assert_eq!(tally.window(), None, "nothing changed: quiet again");
}

#[test]
fn what_another_process_added_shows_and_a_lower_total_does_not() {
    let now = Instant::now();
    let budget = &mut budget();
    let mut tally = Tally::new(10, SavePolicy::Debounced);
    tally.join(view(1), now, DAY);
    tally.frame_due(now, budget);
    tally.start_save();
    tally.saved(111);
    assert_eq!(tally.counts().total, 111);
    let later = now + SECOND;
    assert_eq!(tally.frame_due(later, budget), Some(counts(1, 111)));

    tally.join(view(2), later, DAY);
    tally.start_save();
    tally.saved(1);
    assert_eq!(tally.counts().total, 112);
}

#[test]
fn an_ordinary_save_sends_no_frame() {
    let now = Instant::now();
    let budget = &mut budget();
    let mut tally = Tally::new(10, SavePolicy::Debounced);
    tally.join(view(1), now, DAY);
    tally.frame_due(now, budget);
    tally.start_save();
    tally.saved(11);
    assert_eq!(tally.frame_due(now + SECOND, budget), None);
}

#[test]
fn a_tally_is_idle_when_dropping_it_loses_nothing() {
    let now = Instant::now();
    let budget = &mut budget();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    assert!(tally.is_idle(now));
    let reader = tally.join(view(1), now, DAY).reader;
    assert!(!tally.is_idle(now), "a reader");
    tally.frame_due(now, budget);
    tally.leave(reader, now);
    assert!(!tally.is_idle(now), "an unsaved view");
    tally.start_save();
    assert!(!tally.is_idle(now), "a save under way");
    tally.saved(1);
    tally.frame_due(now + SECOND, budget);
    assert!(!tally.is_idle(now + SECOND), "a remembered id");
    assert!(tally.is_idle(now + 60 * SECOND));
}

#[test]
fn a_tally_is_not_idle_while_its_window_is_open() {
    let now = Instant::now();
    let budget = &mut budget();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    let returned = Arrival {
        view: None,
        again: true,
    };
    let reader = tally.join(returned, now, DAY).reader;
    tally.frame_due(now, budget);
    tally.leave(reader, now);
    assert!(!tally.is_idle(now));
    tally.frame_due(now + SHORTEST_WINDOW, budget);
    assert!(tally.is_idle(now + SHORTEST_WINDOW));
}

#[test]
fn a_tally_wakes_to_forget() {
    let now = Instant::now();
    let mut tally = Tally::new(0, SavePolicy::Debounced);
    let reader = tally.join(view(1), now, DAY).reader;
    tally.leave(reader, now + SECOND);
    assert_eq!(tally.wakes_at(), Some(now + 61 * SECOND));
}

#[test]
fn saved_before_shown_a_view_is_due_at_once_and_in_the_total_when_it_is_saved() {
    let now = Instant::now();
    let budget = &mut budget();
    let mut tally = Tally::new(10, SavePolicy::BeforeShown);
    tally.join(view(1), now, DAY);
    assert_eq!(tally.save_at(), Some(now));
    assert_eq!(tally.frame_due(now, budget), Some(counts(1, 10)));
    tally.start_save();
    let later = now + SECOND;
    tally.join(view(2), later, DAY);
    assert_eq!(tally.save_at(), None, "one save at a time");
    assert_eq!(
        tally.frame_due(later, budget),
        Some(counts(2, 10)),
        "live goes on"
    );
    tally.saved(11);
    assert_eq!(tally.save_at(), Some(later));
    let shown = later + SHORTEST_WINDOW;
    assert_eq!(tally.frame_due(shown, budget), Some(counts(2, 11)));
}
