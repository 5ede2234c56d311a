//! How many bytes of memory unread responses take: of one client address, and of all
//! together.
//!
//! A response takes memory until its client has taken it, and the client decides when
//! that is. So the bytes are bounded, not the number of responses.

use crate::counter::address::Neighbourhood;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The bytes that all unread responses together may take, whatever the settings: a
/// quarter of the memory of a small server.
pub(super) const MAX_BYTES: usize = 256 << 20;
/// One address may hold one part in so many of what is free. A share of what is free,
/// not a fixed number: when several addresses hold as much as they may, all others can
/// still be answered, each with a little less.
const PARTS: usize = 8;

/// The bytes that unread responses take.
#[derive(Debug)]
pub(super) struct UnreadBytes {
    max_bytes: usize,
    /// Whether one address is limited.
    is_shared_out: bool,
    /// A std mutex: it is held for a few instructions and never across an await.
    held: Mutex<Held>,
}

/// Bounded by the responses themselves: an address without one has no entry.
#[derive(Debug, Default)]
struct Held {
    all: usize,
    by_address: HashMap<Neighbourhood, usize>,
}

/// Why there is no room for a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoom {
    /// The address holds as many bytes as it may.
    AddressLimit,
    /// All together hold as many bytes as they may.
    Full,
}

/// Bytes that a response takes, until this is dropped.
#[derive(Debug)]
pub struct UnreadLease {
    unread: Arc<UnreadBytes>,
    from: Option<Neighbourhood>,
    bytes: usize,
}

impl UnreadBytes {
    /// At most so many bytes in all; `is_shared_out` says whether one address may take
    /// a part of them only.
    pub(super) fn new(max_bytes: usize, is_shared_out: bool) -> Arc<Self> {
        Arc::new(Self {
            max_bytes,
            is_shared_out,
            held: Mutex::default(),
        })
    }

    /// A lease of so many bytes for this address.
    ///
    /// # Errors
    /// If there is no room for them.
    pub(super) fn take(
        self: &Arc<Self>,
        from: Option<Neighbourhood>,
        bytes: usize,
    ) -> Result<UnreadLease, NoRoom> {
        let mut lease = UnreadLease {
            unread: Arc::clone(self),
            from: from.filter(|_| self.is_shared_out),
            bytes: 0,
        };
        lease.grow(bytes)?;
        Ok(lease)
    }

    /// The bytes that all unread responses take now.
    pub(super) fn all(&self) -> usize {
        self.held().all
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UnreadLease {
    /// Adds so many bytes to the lease. An address's only response may take half of what is
    /// free: else a long list could never be read. The other half is for the pages of all
    /// others, however many addresses ask for such a list.
    ///
    /// # Errors
    /// If there is no room for them. The lease stays as it was.
    pub fn grow(&mut self, bytes: usize) -> Result<(), NoRoom> {
        let mut held = self.unread.held();
        let free = self.unread.max_bytes.saturating_sub(held.all);
        if bytes > free {
            return Err(NoRoom::Full);
        }
        if let Some(from) = self.from {
            let of_address = held.by_address.get(&from).copied().unwrap_or_default();
            if of_address + bytes > free / PARTS {
                let is_only = of_address == self.bytes;
                match is_only {
                    true if bytes <= free / 2 => {}
                    true => return Err(NoRoom::Full),
                    false => return Err(NoRoom::AddressLimit),
                }
            }
            held.by_address.insert(from, of_address + bytes);
        }
        held.all += bytes;
        drop(held);
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for UnreadLease {
    fn drop(&mut self) {
        let mut held = self.unread.held();
        held.all -= self.bytes;
        if let Some(from) = self.from
            && let Some(of_address) = held.by_address.get_mut(&from)
        {
            *of_address -= self.bytes;
            if *of_address == 0 {
                held.by_address.remove(&from);
            }
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

    /// As many leases of so many bytes as this address may have.
    fn all_of(unread: &Arc<UnreadBytes>, from: u8, bytes: usize) -> Vec<UnreadLease> {
        std::iter::from_fn(|| unread.take(address(from), bytes).ok()).collect()
    }

    #[test]
    fn an_address_holds_a_part_of_what_is_free_and_gets_it_back() {
        let unread = UnreadBytes::new(8_000, true);
        let leases = all_of(&unread, 1, 10);
        // An eighth of what they leave free.
        assert_eq!(leases.len(), 89);
        let refused = unread.take(address(1), 10);
        assert_eq!(refused.unwrap_err(), NoRoom::AddressLimit);
        assert!(unread.take(address(2), 10).is_ok());
        drop(leases);
        assert_eq!(all_of(&unread, 1, 10).len(), 89);
        assert_eq!(unread.all(), 0);
        assert!(unread.held().by_address.is_empty());
    }

    #[test]
    fn many_addresses_that_hold_all_they_may_leave_room_for_others() {
        let unread = UnreadBytes::new(256 << 20, true);
        let leases: Vec<_> = (0..30).map(|n| all_of(&unread, n, 64 << 10)).collect();
        assert!(leases.iter().all(|of_address| !of_address.is_empty()));
        assert!(unread.take(address(31), 100_000).is_ok(), "one more page");
    }

    #[test]
    fn the_only_response_of_an_address_may_be_large() {
        let unread = UnreadBytes::new(8_000, true);
        let mut only = unread.take(address(1), 10).unwrap();
        assert_eq!(only.grow(4_000), Err(NoRoom::Full));
        only.grow(3_990).unwrap();
        let refused = unread.take(address(1), 10);
        assert_eq!(refused.unwrap_err(), NoRoom::AddressLimit);
        let mut other = unread.take(address(2), 10).unwrap();
        assert_eq!(other.grow(2_000), Err(NoRoom::Full));
        other.grow(1_900).unwrap();
    }

    #[test]
    fn long_lists_that_nobody_reads_leave_room_for_pages() {
        let unread = UnreadBytes::new(256 << 20, true);
        let list = |n| {
            let mut lease = unread.take(address(n), 8_000).ok()?;
            lease.grow(14 << 20).ok()?;
            Some(lease)
        };
        let lists: Vec<_> = (0..200).map_while(list).collect();
        assert!(lists.len() > 10, "{}", lists.len());
        let pages: Vec<_> = (200..210).map(|n| all_of(&unread, n, 100_000)).collect();
        assert!(pages.iter().all(|of_address| of_address.len() > 1));
    }

    #[test]
    fn all_together_are_bounded_also_where_no_address_is() {
        for (is_shared_out, from) in [(false, address(1)), (true, None)] {
            let unread = UnreadBytes::new(100, is_shared_out);
            let leases: Vec<_> = std::iter::from_fn(|| unread.take(from, 10).ok()).collect();
            assert_eq!(leases.len(), 10);
            assert_eq!(unread.take(from, 1).unwrap_err(), NoRoom::Full);
            assert!(unread.held().by_address.is_empty());
        }
    }
}
