//! The pages of one source that are known: what it names, and what it named before and
//! may name again. Knows nothing of where that comes from.

use super::reading::Reading;
use crate::counter::protocol::Slug;
use std::collections::{BTreeMap, BTreeSet};

/// A page that so many complete readings in a row do not name is forgotten.
const MAX_MISSED: u8 = 3;
/// The same, while more than half of the pages are missing: most likely the list is what is
/// wrong, and open pages would stop for good.
const MAX_MISSED_WHILE_MOST_ARE: u8 = 12;

/// The pages of one source.
#[derive(Debug, Default)]
pub(super) struct KnownPages {
    pages: BTreeMap<Slug, Presence>,
}

#[derive(Debug)]
struct Presence {
    /// How many complete readings in a row do not name it.
    missed: u8,
    /// Whether a reading ever named it.
    is_named: bool,
}

/// What a reading changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) added: usize,
    pub(super) forgotten: usize,
    /// How many pages there was no room for.
    pub(super) beyond: usize,
    /// How many of how many pages are missing, if more than half are.
    pub(super) missing: Option<(usize, usize)>,
}

impl KnownPages {
    pub(super) fn len(&self) -> usize {
        self.pages.len()
    }

    pub(super) fn slugs(&self) -> impl Iterator<Item = &Slug> {
        self.pages.keys()
    }

    /// The pages that a reading named, without those that are only assumed.
    pub(super) fn named(&self) -> impl Iterator<Item = &Slug> {
        let named = self.pages.iter().filter(|(_, page)| page.is_named);
        named.map(|(slug, _)| slug)
    }

    /// Whether a reading named this page.
    pub(super) fn is_named(&self, slug: &Slug) -> bool {
        self.pages.get(slug).is_some_and(|page| page.is_named)
    }

    /// Takes these pages for known, as many as there is `room` for, until complete
    /// readings do not name them. Returns for how many there was none.
    pub(super) fn assume(&mut self, slugs: BTreeSet<Slug>, room: usize) -> usize {
        let room = room.saturating_add(self.len());
        let mut beyond = 0;
        for slug in slugs {
            let left = room - self.len();
            beyond += usize::from(!self.add(slug, false, left));
        }
        beyond
    }

    /// Adds what the source names now, as many pages as there is `room` for beside those
    /// that are known. Only a complete reading takes pages away, and not at once.
    pub(super) fn update(&mut self, reading: Reading, room: usize) -> Change {
        let room = room.saturating_add(self.len());
        let before = self.len();
        let is_complete = reading.is_complete();
        let mut change = Change {
            beyond: reading.beyond,
            ..Change::default()
        };
        if is_complete {
            for (slug, presence) in &mut self.pages {
                if !reading.slugs.contains(slug) {
                    presence.missed = presence.missed.saturating_add(1);
                }
            }
        }
        for slug in reading.slugs {
            let left = room - self.len();
            change.beyond += usize::from(!self.add(slug, true, left));
        }
        change.added = self.len() - before;
        if is_complete {
            self.forget(&mut change);
        }
        change
    }

    /// Adds a page if there is room for it, and says whether it is known now.
    fn add(&mut self, slug: Slug, is_named: bool, room: usize) -> bool {
        let presence = Presence {
            missed: 0,
            is_named,
        };
        match self.pages.get_mut(&slug) {
            Some(known) if is_named => *known = presence,
            Some(_) => {}
            None if room > 0 => {
                self.pages.insert(slug, presence);
            }
            None => return false,
        }
        true
    }

    fn forget(&mut self, change: &mut Change) {
        let named = || self.pages.values().filter(|page| page.is_named);
        let (all, missing) = (
            named().count(),
            named().filter(|page| page.missed > 0).count(),
        );
        let most_are_missing = missing * 2 > all;
        let before = self.len();
        self.pages.retain(|_, page| {
            let readings = match page.is_named && most_are_missing {
                true => MAX_MISSED_WHILE_MOST_ARE,
                false => MAX_MISSED,
            };
            page.missed < readings
        });
        change.forgotten = before - self.len();
        change.missing = most_are_missing.then_some((missing, all));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: usize = 100;

    fn slugs(names: &str) -> BTreeSet<Slug> {
        let names = names.split_whitespace();
        names.map(|name| name.parse().unwrap()).collect()
    }

    fn reading(names: &str) -> Reading {
        Reading {
            slugs: slugs(names),
            ..Reading::default()
        }
    }

    fn known(pages: &KnownPages) -> String {
        let slugs: Vec<_> = pages.slugs().map(Slug::as_str).collect();
        slugs.join(" ")
    }

    #[test]
    fn a_page_is_forgotten_when_three_complete_readings_do_not_name_it() {
        let mut pages = KnownPages::default();
        pages.update(reading("a b c"), ROOM);
        pages.update(reading("a b"), ROOM);
        pages.update(reading("a b d"), ROOM);
        assert_eq!(known(&pages), "a b c d");
        let change = pages.update(reading("a b d"), ROOM);
        assert_eq!((known(&pages).as_str(), change.forgotten), ("a b d", 1));
        // It begins anew with each reading that names the page.
        for names in ["a b", "a b", "a b d", "a b", "a b"] {
            pages.update(reading(names), ROOM);
        }
        assert_eq!(known(&pages), "a b d");
    }

    #[test]
    fn a_list_that_loses_more_than_half_is_not_taken_for_many_readings() {
        let mut pages = KnownPages::default();
        pages.update(reading("a b c d e"), ROOM);
        for _ in 1..MAX_MISSED_WHILE_MOST_ARE {
            let change = pages.update(reading("a b"), ROOM);
            assert_eq!(change.missing, Some((3, 5)));
        }
        assert_eq!(known(&pages), "a b c d e");
        let change = pages.update(reading("a b"), ROOM);
        assert_eq!((known(&pages).as_str(), change.forgotten), ("a b", 3));
        assert_eq!(pages.update(reading("a b"), ROOM), Change::default());
    }

    #[test]
    fn what_a_feed_or_an_incomplete_reading_does_not_name_stays_known() {
        let mut pages = KnownPages::default();
        pages.update(reading("a"), ROOM);
        for n in 0..20 {
            let feed = Reading {
                is_feed: true,
                ..reading(&format!("f{n}"))
            };
            pages.update(feed, ROOM);
            let beyond = Reading {
                beyond: 1,
                ..reading("b")
            };
            pages.update(beyond, ROOM);
        }
        assert_eq!(pages.len(), 22);
        assert!(pages.is_named(&"a".parse().unwrap()));
    }

    #[test]
    fn what_was_counted_before_is_known_until_readings_do_not_name_it() {
        let mut pages = KnownPages::default();
        assert_eq!(pages.assume(slugs("a x y z"), ROOM), 0);
        for _ in 1..MAX_MISSED {
            let change = pages.update(reading("a b"), ROOM);
            assert_eq!(change.missing, None, "none of them was ever in the list");
        }
        assert_eq!(known(&pages), "a b x y z");
        pages.update(reading("a b"), ROOM);
        assert_eq!(known(&pages), "a b");
    }

    #[test]
    fn there_is_room_for_so_many_and_those_that_are_known_come_first() {
        let mut pages = KnownPages::default();
        assert_eq!(pages.assume(slugs("x y z"), 2), 1);
        let change = pages.update(reading("a b y"), 1);
        assert_eq!((change.added, change.beyond), (1, 1));
        assert_eq!(known(&pages), "a x y");
        let change = pages.update(reading("a b y"), 0);
        assert_eq!((change.added, change.beyond), (0, 1));
    }
}
