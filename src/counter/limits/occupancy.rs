//! How many sockets are open: in all, on a slug, and by one address.

use super::{Refusal, Share, one_less, shares::Shares};
use crate::counter::{address::Neighbourhood, protocol::Slug};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A slug may have all sockets but one part of so many: a crowd on one post, or
/// an attack on it, leaves room for the others.
const LEFT_TO_OTHERS: usize = 16;

/// The sockets there are.
#[derive(Debug)]
pub(super) struct Occupancy {
    most: usize,
    most_of_slug: usize,
    of_addresses: Arc<Shares>,
    /// A std mutex: it is held for a few instructions and never across an await.
    open: Mutex<Open>,
}

/// Bounded by the sockets themselves: what has none has no entry.
#[derive(Debug, Default)]
struct Open {
    all: usize,
    by_slug: HashMap<Slug, usize>,
}

/// A socket's slot among those that there may be. Dropping it makes room.
#[derive(Debug)]
pub struct Slot {
    occupancy: Arc<Occupancy>,
    slug: Slug,
    _share: Share,
}

impl Occupancy {
    /// At most so many in all, and by one address.
    pub(super) fn new(most: usize, most_of_address: Option<usize>) -> Arc<Self> {
        Arc::new(Self {
            most,
            most_of_slug: most.saturating_sub(most / LEFT_TO_OTHERS),
            of_addresses: Shares::new(most_of_address),
            open: Mutex::default(),
        })
    }

    /// How many there may be at once.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.open().all
    }

    /// Whether one more may open.
    pub(super) fn look(&self, from: Option<Neighbourhood>, slug: &Slug) -> Result<(), Refusal> {
        if !self.of_addresses.look(from) {
            return Err(Refusal::TooManyOpen);
        }
        self.judge(&self.open(), slug)
    }

    /// A slot, if one more may open.
    pub(super) fn take(
        self: &Arc<Self>,
        from: Option<Neighbourhood>,
        slug: &Slug,
    ) -> Result<Slot, Refusal> {
        let share = self.of_addresses.take(from).ok_or(Refusal::TooManyOpen)?;
        let mut open = self.open();
        self.judge(&open, slug)?;
        open.all += 1;
        *open.by_slug.entry(slug.clone()).or_default() += 1;
        drop(open);
        Ok(Slot {
            occupancy: Arc::clone(self),
            slug: slug.clone(),
            _share: share,
        })
    }

    fn judge(&self, open: &Open, slug: &Slug) -> Result<(), Refusal> {
        if open.all >= self.most {
            Err(Refusal::Full)
        } else if open
            .by_slug
            .get(slug)
            .is_some_and(|of_slug| *of_slug >= self.most_of_slug)
        {
            Err(Refusal::SlugFull)
        } else {
            Ok(())
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.occupancy.open();
        open.all -= 1;
        one_less(&mut open.by_slug, &self.slug);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn address(n: u8) -> Option<Neighbourhood> {
        Some(IpAddr::from([203, 0, 113, n]).into())
    }

    fn slug(text: &str) -> Slug {
        text.parse().unwrap()
    }

    fn taken(
        occupancy: &Arc<Occupancy>,
        from: Option<Neighbourhood>,
        text: &str,
    ) -> Result<Slot, Refusal> {
        let looked = occupancy.look(from, &slug(text));
        let taken = occupancy.take(from, &slug(text));
        assert_eq!(looked, taken.as_ref().map(|_| ()).map_err(|e| *e));
        taken
    }

    #[test]
    fn an_address_has_only_so_many_and_gets_them_back() {
        let occupancy = Occupancy::new(100, Some(2));
        let one = taken(&occupancy, address(1), "a").unwrap();
        let _two = taken(&occupancy, address(1), "b").unwrap();
        let refused = taken(&occupancy, address(1), "a");
        assert_eq!(refused.unwrap_err(), Refusal::TooManyOpen);
        assert!(taken(&occupancy, address(2), "a").is_ok());
        drop(one);
        assert!(taken(&occupancy, address(1), "a").is_ok());
    }

    #[test]
    fn all_together_have_only_so_many_and_a_slug_leaves_some_of_them() {
        let occupancy = Occupancy::new(32, None);
        let mut slots: Vec<_> = (0..30)
            .map(|_| taken(&occupancy, address(1), "a").unwrap())
            .collect();
        let refused = taken(&occupancy, address(2), "a");
        assert_eq!(refused.unwrap_err(), Refusal::SlugFull);
        for _ in 0..2 {
            slots.push(taken(&occupancy, None, "b").unwrap());
        }
        let refused = taken(&occupancy, address(2), "b");
        assert_eq!(refused.unwrap_err(), Refusal::Full);
        slots.clear();
        let open = occupancy.open();
        assert_eq!(open.all, 0);
        assert!(open.by_slug.is_empty());
    }
}
