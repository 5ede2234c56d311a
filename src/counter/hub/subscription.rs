//! How a socket takes part: through a door, and then as a guard whose drop
//! leaves.

use super::{Outlet, Shared, audience::Place, lock, now, room::Room};
use crate::counter::{
    address::Neighbourhood,
    frame::Frame,
    protocol::Slug,
    storage::StorageError,
    tally::{Arrival, ReaderId},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::sync::Arc;

/// A slug whose total is loaded, and that stays so while this is held.
pub struct Door {
    room: Arc<Room>,
    hold: Hold,
}

/// Keeps a room although nobody is in it yet.
struct Hold {
    shared: Arc<Shared>,
    slug: Slug,
}

impl Drop for Hold {
    fn drop(&mut self) {
        lock(&self.shared.rooms).shut(&self.slug, now());
    }
}

impl Door {
    pub(super) async fn open(shared: Arc<Shared>, slug: &Slug) -> Result<Self, StorageError> {
        if slug.is_site() {
            return Ok(Self::of_site(shared));
        }
        let loading = lock(&shared.rooms).hold(slug);
        // From here on the drop lets go of the room, also if loading fails or
        // the request is given up.
        let hold = Hold {
            shared,
            slug: slug.clone(),
        };
        let load = async || Room::load(&hold.shared, slug.clone()).await;
        let room = loading.wait(load).await?;
        Ok(Self { room, hold })
    }

    /// The way in to the site, for a page without a post.
    fn of_site(shared: Arc<Shared>) -> Self {
        Self {
            room: Arc::clone(&shared.site),
            hold: Hold {
                slug: shared.site.slug.clone(),
                shared,
            },
        }
    }

    /// A reader comes: from now on it is in `live`, and counted if this is a
    /// view. Everyone else hears of it as the window allows.
    pub fn join(self, arrival: Arrival) -> Subscription {
        self.join_if(arrival, || true)
    }

    /// As [`Self::join`], but a new view is only counted if `may_count` says so;
    /// otherwise it reads on and adds nothing. Not asked about a view that is
    /// not new. It is called under a lock, and must not wait.
    pub fn join_if(self, arrival: Arrival, may_count: impl FnOnce() -> bool) -> Subscription {
        self.join_from(None, arrival, may_count)
    }

    /// As [`Self::join_if`], of a reader at this address. If its view is connected from
    /// another one, that socket's task gets [`News::TakenElsewhere`]: a view's id is in the
    /// request, where a proxy may have logged it.
    pub fn join_from(
        self,
        from: Option<Neighbourhood>,
        mut arrival: Arrival,
        may_count: impl FnOnce() -> bool,
    ) -> Subscription {
        let now = now();
        // What is no post has no views.
        arrival.again |= self.room.slug.is_site();
        let mut seats = self.room.seats();
        if seats.tally.is_new(arrival, now) && !may_count() {
            arrival.again = true;
        }
        let joined = seats.tally.join(arrival, now, today());
        if joined.counted {
            self.hold.shared.metrics.views.inc();
        }
        let reader = joined.reader;
        let place = seats.seat(joined, arrival.view.is_some(), from);
        self.room.settle(&self.hold.shared, &mut seats, now);
        drop(seats);
        self.subscribe(Role::Reader(reader), place)
    }

    /// Somebody sees the numbers and is in neither.
    pub fn watch(self) -> Subscription {
        self.room.seats().tally.watch();
        self.subscribe(Role::Watcher, Arc::default())
    }

    fn subscribe(self, role: Role, place: Arc<Place>) -> Subscription {
        Subscription {
            key: self.room.audience.add(Arc::clone(&place)),
            place,
            shared: Arc::clone(&self.hold.shared),
            room: self.room,
            role,
        }
    }
}

#[derive(Clone, Copy)]
enum Role {
    Reader(ReaderId),
    Watcher,
}

/// A reader or watcher of one slug. Dropping it leaves.
pub struct Subscription {
    shared: Arc<Shared>,
    room: Arc<Room>,
    role: Role,
    place: Arc<Place>,
    /// Of the place in the audience.
    key: usize,
}

impl Subscription {
    /// The numbers at this moment. What was sent to all before is then seen:
    /// [`Self::news`] waits for the next, and until it does nobody else writes these
    /// numbers to what was lent.
    pub fn current(&mut self) -> Frame {
        // Under the lock, under which alone frames are made: or one that is older
        // than this could still be on its way, and the total would fall.
        let seats = self.room.seats();
        self.room.audience.take_over(&self.place);
        self.room.frame(seats.tally.counts())
    }

    /// Sees how many visitors the site has, beside the numbers of its slug. None if that
    /// is what it sees already.
    pub fn visitors(&self) -> Option<Self> {
        let of_site = || Door::of_site(Arc::clone(&self.shared)).watch();
        (!self.room.slug.is_site()).then(of_site)
    }

    /// Waits for the next thing that this socket's task has to do. Meanwhile frames
    /// are written to `outlet`, if there is one, and are no news. Cancelling this
    /// loses nothing; what was lent stays so until the next [`Self::current`], or
    /// news of a frame.
    pub async fn news(&mut self, outlet: Option<&Arc<dyn Outlet>>) -> News {
        self.room.audience.news(&self.place, outlet).await
    }
}

/// What a socket is told.
pub enum News {
    /// The latest numbers. One frame that came while the one before was being
    /// sent to a slow reader is passed over for the next.
    Frame(Frame),
    /// A newer socket of the same view has taken this one's place.
    Replaced,
    /// A socket of the same view, but from another address, has taken this one's place.
    TakenElsewhere,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.room.audience.remove(self.key);
        let now = now();
        let mut seats = self.room.seats();
        match self.role {
            Role::Reader(reader) => seats.leave(reader, now),
            Role::Watcher => seats.tally.unwatch(),
        }
        self.room.settle(&self.shared, &mut seats, now);
        let idle = seats.tally.is_idle(now);
        // The rooms are locked before a room's seats, never after.
        drop(seats);
        if idle {
            self.shared.retire(&self.room.slug);
        }
    }
}

/// The UTC day of a handshake.
fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}
