//! How things stand in the whole hub, for who operates it.

use super::{Hub, lock, now};
use std::time::{Duration, Instant};

/// All slugs together, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Slugs that are held in memory.
    pub slugs: usize,
    /// Readers of all slugs.
    pub readers: u64,
    /// Who reads anything on the site: these, and pages without a post.
    pub visitors: u64,
    /// Who sees the numbers of a slug and is in neither.
    pub watchers: u64,
    /// Views that are not known to be saved.
    pub unsaved_views: u64,
    /// How long the oldest of these has been waiting; none if there is none.
    pub unsaved_for: Option<Duration>,
    /// The longest window that is open; none if every slug is quiet.
    pub longest_window: Option<Duration>,
}

impl Hub {
    /// How things stand. Looks at every slug that is held, one after the other.
    #[doc(hidden)]
    pub fn overview(&self) -> Overview {
        let mut overview = Overview {
            slugs: self.slugs_held(),
            ..Overview::default()
        };
        {
            let of_site = self.shared.site.seats();
            overview.visitors = of_site.tally.live();
            overview.longest_window = of_site.tally.window();
        }
        let mut unsaved_since: Option<Instant> = None;
        let rooms = lock(&self.shared.rooms).all();
        for room in rooms {
            let seats = room.seats();
            overview.readers += seats.tally.counts().live;
            overview.watchers += seats.tally.watchers();
            overview.unsaved_views += seats.tally.unsaved();
            overview.longest_window = overview.longest_window.max(seats.tally.window());
            let since = seats.tally.unsaved_since();
            unsaved_since = [unsaved_since, since].into_iter().flatten().min();
        }
        overview.unsaved_for = unsaved_since.map(|since| now() - since);
        overview
    }
}
