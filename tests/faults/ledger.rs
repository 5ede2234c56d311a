//! What clients saw of each post: kept beside the server, and compared with
//! what it says after it fell.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::time::Instant;
use view_counter::counter::protocol::Counts;

/// Clones are the same ledger.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<Mutex<HashMap<&'static str, Account>>>);

/// One post.
#[derive(Clone, Default)]
pub(crate) struct Account {
    /// Handshakes that a client began and that may count: the most views that
    /// there can be.
    pub(crate) begun: u64,
    /// When the server answered such a handshake with a first frame: the views
    /// that there are.
    pub(crate) acknowledged: Vec<Instant>,
    /// The highest total that anyone was shown.
    pub(crate) shown: u64,
}

impl Account {
    /// How many were acknowledged in this time.
    pub(crate) fn acknowledged_between(&self, from: Instant, to: Instant) -> u64 {
        let within = |at: &&Instant| (from..to).contains(*at);
        self.acknowledged.iter().filter(within).count() as u64
    }
}

impl Ledger {
    /// Before the first byte of the handshake is sent.
    pub(crate) fn begins(&self, slug: &'static str) {
        self.0.lock().unwrap().entry(slug).or_default().begun += 1;
    }

    pub(crate) fn acknowledged(&self, slug: &'static str) {
        let mut accounts = self.0.lock().unwrap();
        let account = accounts.entry(slug).or_default();
        account.acknowledged.push(Instant::now());
    }

    pub(crate) fn shown(&self, slug: &'static str, counts: Counts) {
        let mut accounts = self.0.lock().unwrap();
        let account = accounts.entry(slug).or_default();
        account.shown = account.shown.max(counts.total);
    }

    /// What there is by now of this post.
    pub(crate) fn of(&self, slug: &str) -> Account {
        let accounts = self.0.lock().unwrap();
        accounts.get(slug).cloned().unwrap_or_default()
    }
}
