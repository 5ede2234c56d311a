//! The slugs that are counted, and how the lists are that they come from.

use crate::counter::protocol::Slug;
use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

/// The slugs that are counted. Clones are the same list.
///
/// A list that changes while the program runs is kept as a clone, and replaced:
///
/// ```
/// use std::collections::BTreeSet;
/// use view_counter::{Admission, Slug, Slugs};
///
/// let slugs = Slugs::default();
/// let admission = Admission { slugs: slugs.clone(), ..Admission::default() };
/// let published: BTreeSet<Slug> = ["hello".parse()?, "2026/about".parse()?].into();
/// slugs.replace(published);
/// assert!(admission.slugs.contains(&"hello".parse()?));
/// # Ok::<(), view_counter::SlugError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Slugs(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    all: RwLock<Arc<BTreeSet<Slug>>>,
    lists: RwLock<Arc<[ListStatus]>>,
}

/// How a list is that slugs come from.
#[derive(Clone, Debug)]
pub struct ListStatus {
    /// What metrics call it; no part of it is secret.
    pub name: Arc<str>,
    /// How many pages are known from it.
    pub pages: usize,
    /// Whether it was ever read as a whole.
    pub was_read: bool,
    /// When it was last read as a whole, or else since when that is tried.
    pub since: Instant,
}

impl Slugs {
    /// Whether this one is counted.
    pub fn contains(&self, slug: &Slug) -> bool {
        self.all().contains(slug)
    }

    /// All of them at this moment, sorted.
    pub fn all(&self) -> Arc<BTreeSet<Slug>> {
        let all = self.0.all.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&all)
    }

    /// Replaces the list. Readers of a slug that is gone stay until they leave.
    pub fn replace(&self, slugs: BTreeSet<Slug>) {
        *self.0.all.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(slugs);
    }

    /// How the lists are that they come from; none if they come from elsewhere.
    #[doc(hidden)]
    pub fn lists(&self) -> Arc<[ListStatus]> {
        let lists = self.0.lists.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&lists)
    }

    /// Says how the lists are, always the same ones.
    #[doc(hidden)]
    pub fn report(&self, lists: Vec<ListStatus>) {
        *self.0.lists.write().unwrap_or_else(PoisonError::into_inner) = lists.into();
    }

    /// What stands in the way of counting anything: no list could be read yet.
    pub(crate) fn problem(&self) -> Option<String> {
        let lists = self.lists();
        let is_waiting = !lists.is_empty() && lists.iter().all(|list| !list.was_read);
        (is_waiting && self.all().is_empty()).then(|| {
            "no page is known, so nothing is counted: no list of pages (--slugs) could be read yet; the log says why"
                .to_owned()
        })
    }
}

impl FromIterator<Slug> for Slugs {
    fn from_iter<I: IntoIterator<Item = Slug>>(slugs: I) -> Self {
        let all = Self::default();
        all.replace(slugs.into_iter().collect());
        all
    }
}

impl From<BTreeSet<Slug>> for Slugs {
    fn from(slugs: BTreeSet<Slug>) -> Self {
        slugs.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_slugs_is_a_list_of_them() {
        let set: BTreeSet<Slug> = ["b", "a"].map(|slug| slug.parse().unwrap()).into();
        assert_eq!(*Slugs::from(set.clone()).all(), set);
    }
}
