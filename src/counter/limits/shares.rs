//! How many of something each address has at once.

use crate::counter::address::Neighbourhood;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Of what one address may have only so many at once. Bounded by what is had: an
/// address that has nothing has no entry.
#[derive(Debug)]
pub(super) struct Shares {
    most_of_address: Option<usize>,
    /// A std mutex: it is held for a few instructions and never across an await.
    had: Mutex<HashMap<Neighbourhood, usize>>,
}

/// One of those that an address has, until it is dropped.
#[derive(Debug)]
pub struct Share(Option<(Arc<Shares>, Neighbourhood)>);

impl Shares {
    /// At most so many each; none for as many as it likes.
    pub(super) fn new(most_of_address: Option<usize>) -> Arc<Self> {
        Arc::new(Self {
            most_of_address,
            had: Mutex::default(),
        })
    }

    /// Whether this address may have one more.
    pub(super) fn look(&self, from: Option<Neighbourhood>) -> bool {
        let (Some(most), Some(from)) = (self.most_of_address, from) else {
            return true;
        };
        self.had().get(&from).is_none_or(|had| *had < most)
    }

    /// One more for this address, if it may have one. Where nobody knows the
    /// address, or nothing is limited, it may.
    pub(super) fn take(self: &Arc<Self>, from: Option<Neighbourhood>) -> Option<Share> {
        let (Some(most), Some(from)) = (self.most_of_address, from) else {
            return Some(Share(None));
        };
        let mut had = self.had();
        let of_address = had.get(&from).copied().unwrap_or(0);
        if of_address >= most {
            return None;
        }
        had.insert(from, of_address + 1);
        Some(Share(Some((Arc::clone(self), from))))
    }

    fn had(&self) -> MutexGuard<'_, HashMap<Neighbourhood, usize>> {
        self.had.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if let Some((shares, from)) = &self.0 {
            super::one_less(&mut shares.had(), from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn address(n: u8) -> Option<Neighbourhood> {
        Some(IpAddr::from([203, 0, 113, n]).into())
    }

    #[test]
    fn an_address_has_only_so_many_at_once_and_gets_them_back() {
        let shares = Shares::new(Some(2));
        let one = shares.take(address(1)).unwrap();
        let two = shares.take(address(1)).unwrap();
        assert!(shares.take(address(1)).is_none() && !shares.look(address(1)));
        let other = shares.take(address(2)).unwrap();
        drop(one);
        let again = shares.take(address(1)).unwrap();
        assert!(shares.take(address(1)).is_none());
        drop((two, other, again));
        assert!(shares.had().is_empty());
    }

    #[test]
    fn who_is_not_limited_or_not_known_has_as_many_as_they_like() {
        for (most, from) in [(None, address(1)), (Some(1), None)] {
            let shares = Shares::new(most);
            let all: Vec<_> = (0..5).map(|_| shares.take(from).unwrap()).collect();
            assert!(shares.had().is_empty(), "{all:?}");
        }
    }
}
