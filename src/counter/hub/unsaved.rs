//! Views that could not be saved, and why.

use super::{Shared, lock};
use crate::counter::wording;
use std::fmt;

/// Views that could not be saved in the time there was.
#[derive(Debug)]
pub struct Unsaved {
    /// How many.
    pub views: u64,
    /// Why: what the last try said, or what it was that did not end in time. Never empty.
    pub problem: String,
}

impl Unsaved {
    /// Those that the hub has now. The reason is the failure that lasts, and otherwise
    /// this one.
    pub(super) fn of(shared: &Shared, otherwise: &str) -> Self {
        let rooms = lock(&shared.rooms).all();
        let views = rooms.iter().map(|room| room.seats().tally.unsaved()).sum();
        let failure = lock(&shared.save_problem).clone();
        let lasts = shared.save_fails.lasts().unwrap_or_default().as_secs();
        let problem = match failure {
            Some(failure) if lasts > 0 => format!("{failure} (for {lasts} s)"),
            Some(failure) => failure,
            None => otherwise.to_owned(),
        };
        Self { views, problem }
    }
}

impl fmt::Display for Unsaved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let views = wording::views(self.views);
        write!(f, "{views} could not be saved: {}", self.problem)
    }
}

impl std::error::Error for Unsaved {}
