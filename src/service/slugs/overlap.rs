//! Slugs that two sources name, which most likely are pages of two sites.

use super::state::SourceState;
use crate::counter::protocol::Slug;
use std::collections::{BTreeMap, BTreeSet};

/// What the blog's posts are called in a warning.
const BLOG: &str = "the blog";

/// Which sources share slugs, as far as the log was told.
#[derive(Default)]
pub(super) struct Overlaps(BTreeMap<(String, String), usize>);

impl Overlaps {
    /// Warns of slugs that are counted as one page although two sources name them; once
    /// for each two sources. A site map and a feed of one site name the same pages, and
    /// are to.
    pub(super) fn warn(&mut self, fixed: &BTreeSet<Slug>, sources: &[SourceState]) {
        for (n, state) in sources.iter().enumerate() {
            let shared = state.pages.named().filter(|slug| fixed.contains(*slug));
            self.report(BLOG, state, shared);
            for other in &sources[..n] {
                if !is_one_site(other, state) {
                    let shared = state
                        .pages
                        .named()
                        .filter(|slug| other.pages.is_named(slug));
                    self.report(&other.name, state, shared);
                }
            }
        }
    }

    fn report<'s>(
        &mut self,
        name: &str,
        state: &SourceState,
        mut shared: impl Iterator<Item = &'s Slug>,
    ) {
        let Some(example) = shared.next() else {
            return;
        };
        let count = shared.count() + 1;
        let between = (name.to_owned(), state.name.to_string());
        if self.0.insert(between, count).is_none() {
            tracing::warn!(
                first = name,
                second = &*state.name,
                count,
                %example,
                "two lists name the same slugs, which are counted as one page each; if they are of two sites, write a prefix before one of them, as in --slugs blog=https://blog.example/sitemap.xml"
            );
        }
    }
}

/// Whether both name pages of the same host.
fn is_one_site(one: &SourceState, other: &SourceState) -> bool {
    let site = |state: &SourceState| {
        let host = state.site.as_deref()?;
        Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
    };
    let sites = (site(one), site(other));
    sites.0.is_some() && sites.0 == sites.1
}
