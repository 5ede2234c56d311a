//! How much one address may ask for, and how many sockets there may be.
//!
//! Each limit stands against something else: the rate of handshakes against a
//! loop, sockets of one address and on one slug against hoarding, sockets in all
//! against running out of descriptors, views of one address on one slug against
//! a total that one person drives up, connections and pages of one address against
//! waiting that others would have to do, and the bytes of unread responses against
//! running out of memory.
//!
//! What is held is bounded by what there is of it. What is remembered is bounded
//! too: the oldest entries go first, and to drive them out gains less than it
//! costs. An address lives here alone, in memory.

mod occupancy;
mod quota;
mod rate;
mod shares;
mod unread;

pub use occupancy::Slot;
pub use shares::Share;
pub use unread::{NoRoom, UnreadLease};

use super::{address::Neighbourhood, descriptors::most_sockets, protocol::Slug};
use occupancy::Occupancy;
use quota::Quotas;
use rate::Rate;
use shares::Shares;
use std::{
    collections::HashMap,
    hash::Hash,
    num::{NonZeroU32, NonZeroUsize},
    sync::Arc,
    time::Duration,
};
use unread::{MAX_BYTES, UnreadBytes};

/// Addresses and pairs of an address and a slug that are remembered; beyond it
/// the oldest goes first. About 14 MB in all when full, by the size of an entry.
const REMEMBERED_MOST: usize = 65_536;
/// Connections that an address may have for each socket: over HTTP/1 a socket is a
/// connection, and a browser opens six more for pages and files.
const CONNECTIONS_EACH: usize = 4;
/// How long a client is asked to wait until somebody may have left.
const UNTIL_SOMEBODY_LEFT: Duration = Duration::from_secs(30);

/// What is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitSettings {
    /// What one address may do; none for as much as it likes.
    pub per_address: Option<PerAddress>,
    /// Sockets at once, in all.
    pub sockets: usize,
}

/// What one address may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerAddress {
    /// Handshakes that it may make at once.
    pub handshake_burst: NonZeroU32,
    /// Handshakes a second that it may make after these.
    pub handshakes_per_second: NonZeroU32,
    /// Sockets that it may have open at once.
    pub sockets: NonZeroUsize,
    /// Views of one slug by it that are counted, in any hour.
    pub views_per_hour: u32,
    /// Pages that may be made for it at once, or wait for their turn.
    pub pages: NonZeroUsize,
}

impl Default for LimitSettings {
    /// Each address as [`PerAddress::default`], and as many sockets as the
    /// process has file descriptors for, less a reserve.
    fn default() -> Self {
        Self {
            per_address: Some(PerAddress::default()),
            sockets: most_sockets(),
        }
    }
}

impl Default for PerAddress {
    /// What suits a blog: a household, an office or a school behind one address.
    fn default() -> Self {
        Self {
            handshake_burst: DEFAULT_BURST,
            handshakes_per_second: DEFAULT_PER_SECOND,
            sockets: DEFAULT_SOCKETS,
            views_per_hour: 60,
            pages: DEFAULT_PAGES,
        }
    }
}

const DEFAULT_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(39);
const DEFAULT_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);
const DEFAULT_SOCKETS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(63);
/// More than a browser asks for at once that opens every link of a page.
const DEFAULT_PAGES: NonZeroUsize = NonZeroUsize::MIN.saturating_add(31);

/// What one address may send to reading rooms: a message each half second, and as many at once as
/// five seconds earn.
const MESSAGES_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);
const MESSAGE_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// Why a handshake is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The address made too many; the next is allowed after this time.
    TooFast(Duration),
    /// The address has as many sockets as it may.
    TooManyOpen,
    /// The slug has most of all the sockets there may be.
    SlugFull,
    /// There are as many sockets as there may be.
    Full,
}

impl Refusal {
    /// How long to wait before the next try.
    pub fn wait(self) -> Duration {
        match self {
            Self::TooFast(wait) => wait,
            Self::TooManyOpen | Self::SlugFull | Self::Full => UNTIL_SOMEBODY_LEFT,
        }
    }
}

/// The limits and what was used of them. Clones share it.
///
/// ```
/// use std::num::NonZeroUsize;
/// use view_counter::{Admission, LimitSettings, Limits, PerAddress};
///
/// let limits = Limits::new(LimitSettings {
///     per_address: Some(PerAddress {
///         // A school behind one address.
///         sockets: NonZeroUsize::MIN.saturating_add(499),
///         ..PerAddress::default()
///     }),
///     ..LimitSettings::default()
/// });
/// let admission = Admission { limits, ..Admission::default() };
/// ```
#[derive(Clone, Debug)]
pub struct Limits(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    per_address: Option<OfAddresses>,
    occupancy: Arc<Occupancy>,
    connections: Arc<Shares>,
    pages: Arc<Shares>,
    unread: Arc<UnreadBytes>,
}

#[derive(Debug)]
struct OfAddresses {
    handshakes: Rate,
    views: Quotas,
    messages: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(LimitSettings::default())
    }
}

impl Limits {
    /// Nothing is used yet.
    pub fn new(settings: LimitSettings) -> Self {
        let per_address = settings.per_address.map(|per| OfAddresses {
            handshakes: Rate::new(
                per.handshake_burst,
                per.handshakes_per_second,
                REMEMBERED_MOST,
            ),
            views: Quotas::new(per.views_per_hour, REMEMBERED_MOST),
            messages: Rate::new(MESSAGE_BURST, MESSAGES_PER_SECOND, REMEMBERED_MOST),
        });
        let sockets = settings.per_address.map(|per| per.sockets.get());
        let connections = sockets.map(|sockets| sockets.saturating_mul(CONNECTIONS_EACH));
        let pages = settings.per_address.map(|per| per.pages.get());
        Self(Arc::new(Inner {
            per_address,
            occupancy: Occupancy::new(settings.sockets, sockets),
            connections: Shares::new(connections),
            pages: Shares::new(pages),
            unread: UnreadBytes::new(MAX_BYTES, settings.per_address.is_some()),
        }))
    }

    /// How many sockets there may be at once.
    pub(crate) fn sockets_most(&self) -> usize {
        self.0.occupancy.most()
    }

    /// How many sockets there are.
    pub(crate) fn sockets(&self) -> usize {
        self.0.occupancy.count()
    }

    /// Takes part in a handshake from this address, if it is known: a socket's
    /// slot, which it holds until its end.
    ///
    /// # Errors
    /// If a limit is reached. The handshake counts towards its rate all the same.
    pub(crate) fn enter(&self, from: Option<Neighbourhood>, slug: &Slug) -> Result<Slot, Refusal> {
        if let (Some(of), Some(from)) = (&self.0.per_address, from) {
            of.handshakes.take(from).map_err(Refusal::TooFast)?;
        }
        self.0.occupancy.take(from, slug)
    }

    /// What [`Self::enter`] would refuse at this moment. Uses nothing up.
    pub(crate) fn refusal(&self, from: Option<Neighbourhood>, slug: &Slug) -> Option<Refusal> {
        let too_fast = match (&self.0.per_address, from) {
            (Some(of), Some(from)) => of.handshakes.look(from).err().map(Refusal::TooFast),
            _ => None,
        };
        too_fast.or_else(|| self.0.occupancy.look(from, slug).err())
    }

    /// Whether one more view of this slug from this address is to be counted.
    /// If so, it is used up.
    pub(crate) fn take_view(&self, from: Option<Neighbourhood>, slug: &Slug) -> bool {
        match (&self.0.per_address, from) {
            (Some(of), Some(from)) => of.views.take(from, slug),
            _ => true,
        }
    }

    /// Takes part in one more message of this address to any reading room.
    ///
    /// # Errors
    /// How long to wait for the next, if it sent too many.
    pub(crate) fn take_message(&self, from: Option<Neighbourhood>) -> Result<(), Duration> {
        match (&self.0.per_address, from) {
            (Some(of), Some(from)) => of.messages.take(from),
            _ => Ok(()),
        }
    }

    /// One more connection from this address, if it is known: none if it has as
    /// many as it may.
    pub(crate) fn take_connection(&self, from: Option<Neighbourhood>) -> Option<Share> {
        self.0.connections.take(from)
    }

    /// One more page to be made for this address, if it is known: none if it waits
    /// for as many as it may.
    pub(crate) fn take_page(&self, from: Option<Neighbourhood>) -> Option<Share> {
        self.0.pages.take(from)
    }

    /// A lease of the bytes that one more response takes, from this address if it is
    /// known, until it was read.
    ///
    /// # Errors
    /// If this address, or all together, hold as many as they may.
    pub(crate) fn take_response(
        &self,
        from: Option<Neighbourhood>,
        bytes: usize,
    ) -> Result<UnreadLease, NoRoom> {
        self.0.unread.take(from, bytes)
    }

    /// The bytes that all unread responses take now.
    pub(crate) fn unread_bytes(&self) -> usize {
        self.0.unread.all()
    }
}

/// Counts one less of this key; what is at 0 has no entry.
fn one_less<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_do_what_the_manual_says() {
        let per = PerAddress::default();
        assert_eq!(per.handshake_burst.get(), 40);
        assert_eq!(per.handshakes_per_second.get(), 2);
        assert_eq!(per.sockets.get(), 64);
        assert_eq!(per.views_per_hour, 60);
        assert_eq!(per.pages.get(), 32);
        let address = Some(std::net::IpAddr::from([203, 0, 113, 1]).into());
        let limits = Limits::new(LimitSettings::default());
        let connections: Vec<_> = std::iter::from_fn(|| limits.take_connection(address)).collect();
        assert_eq!(connections.len(), 256);
    }
}
