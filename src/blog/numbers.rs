//! Where the numbers come from that a page is rendered with: the hub, or marks
//! that stand for them until the page is filled in.

use crate::counter::{
    protocol::{Counts, Slug},
    route::Counter,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What a page asks for numbers.
#[derive(Clone)]
pub(super) enum Numbers {
    /// As they are now.
    Present(Counter),
    /// Those of a page that is to be filled in.
    Marks(Arc<Marks>),
}

impl Numbers {
    /// The numbers of a post; none if they cannot be read. A page without its
    /// numbers is better than no page.
    pub(super) async fn of(&self, slug: &Slug) -> Option<Counts> {
        match self {
            Self::Present(counter) => {
                // The hub logs when this begins and when it ends.
                counter.hub().counts(slug).await.ok()
            }
            Self::Marks(marks) => Some(marks.of(slug)),
        }
    }

    /// The numbers of all these posts, in the same order; none if they cannot be read.
    pub(super) async fn of_all(&self, slugs: Vec<Slug>) -> Option<Vec<Counts>> {
        match self {
            Self::Present(counter) => {
                let counts = counter.hub().counts_of(slugs).await;
                Some(counts.ok()?.into_iter().map(|one| one.counts).collect())
            }
            Self::Marks(marks) => Some(slugs.iter().map(|slug| marks.of(slug)).collect()),
        }
    }
}

/// How many digits a mark has: no post has so many views.
pub(super) const MARK_DIGITS: u32 = 20;
/// The smallest number of so many digits.
const SMALLEST: u64 = 10_u64.pow(MARK_DIGITS - 1);
/// More than there are numbers on a page.
const MOST: u64 = 1 << 32;

/// Numbers that stand for others, each different, and not to be guessed: whoever
/// writes a post cannot write one into it.
pub(super) struct Marks {
    first: u64,
    /// A std mutex: it is held for a few instructions and never across an await.
    slugs: Mutex<MarkedSlugs>,
}

/// The slugs that have marks.
#[derive(Default)]
struct MarkedSlugs {
    in_order: Vec<Slug>,
    indices: HashMap<Slug, usize>,
}

impl MarkedSlugs {
    /// Where this slug is in the order; at its end from now on, if it was not in it.
    fn index(&mut self, slug: &Slug) -> usize {
        if let Some(known) = self.indices.get(slug) {
            return *known;
        }
        let index = self.in_order.len();
        self.in_order.push(slug.clone());
        self.indices.insert(slug.clone(), index);
        index
    }
}

impl Marks {
    pub(super) fn new() -> Self {
        Self {
            first: rand::random_range(SMALLEST..u64::MAX - MOST),
            slugs: Mutex::default(),
        }
    }

    /// The marks of the slug that was asked for as the one with this index.
    pub(super) fn at(&self, index: usize) -> Counts {
        let live = self.first + 2 * index as u64;
        Counts {
            live,
            total: live + 1,
        }
    }

    /// The index of the slug that this number is a mark of, and whether it stands for
    /// its total; `None` if it is no mark.
    pub(super) fn find(&self, number: u64) -> Option<(usize, bool)> {
        let offset = number.checked_sub(self.first)?;
        let index = usize::try_from(offset / 2).ok()?;
        let slugs = self.slugs.lock().unwrap_or_else(PoisonError::into_inner);
        (index < slugs.in_order.len()).then_some((index, offset % 2 == 1))
    }

    fn of(&self, slug: &Slug) -> Counts {
        let mut slugs = self.slugs.lock().unwrap_or_else(PoisonError::into_inner);
        let index = slugs.index(slug);
        self.at(index)
    }

    /// The slugs that were asked for, in the order of their indices.
    pub(super) fn slugs(&self) -> Vec<Slug> {
        let slugs = self.slugs.lock().unwrap_or_else(PoisonError::into_inner);
        slugs.in_order.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_a_mark_of_its_own() {
        let slugs: [Slug; 3] = ["a", "b", "a"].map(|slug| slug.parse().unwrap());
        let marks = Marks::new();
        let [a, b, again] = slugs.clone().map(|slug| marks.of(&slug));
        assert_eq!(a, again);
        let mut all = [a.live, a.total, b.live, b.total];
        all.sort_unstable();
        assert!(all.windows(2).all(|two| two[0] < two[1]), "{all:?}");
        assert!(all.iter().all(|mark| mark.to_string().len() == 20));
        assert_eq!(marks.slugs(), slugs[..2]);
        assert_eq!((marks.at(0), marks.at(1)), (a, b));
        let found = [a.live, a.total, b.live, b.total].map(|mark| marks.find(mark));
        let each = [(0, false), (0, true), (1, false), (1, true)];
        assert_eq!(found, each.map(Some));
        for other in [0, a.live - 1, b.total + 1, u64::MAX] {
            assert_eq!(marks.find(other), None);
        }
    }
}
