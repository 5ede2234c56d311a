//! What the log says of pages that may not connect, or that nobody counts: whoever sets a
//! site up looks there, because a script cannot see why a WebSocket was refused.

use crate::counter::admission::{Origin, SlugRefused};
use axum::http::{HeaderMap, Uri, header, request::Parts};
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

/// So many slugs, and so many origins, are told of, each once: those of a site that is set up.
/// What strangers make up beyond them is logged at debug, and the log says so.
const MOST_TOLD: usize = 20;

/// Logs each refusal at debug, and louder what is refused for the first time.
#[derive(Debug, Default)]
pub(in crate::counter) struct RefusalLog {
    slugs: SeenOnce,
    origins: SeenOnce,
}

impl RefusalLog {
    /// A page asked for a slug that is not counted.
    pub(super) fn slug_unknown(&self, slug: &str) {
        if self.slugs.is_first(slug) {
            tracing::info!(
                slug,
                "a page has a slug that is not counted; if it is one of yours, a list of --slugs has to name it"
            );
            self.slugs.say_if_full();
        } else {
            tracing::debug!(slug, "a page has a slug that is not counted");
        }
    }

    /// The application renders a counter of a slug that is refused for this reason.
    pub(in crate::counter) fn slug_rendered(&self, slug: &str, why: SlugRefused) {
        let named = slug.escape_debug();
        let how = match why {
            SlugRefused::Malformed(_) => "",
            SlugRefused::Unknown => " (`Admission::slugs` is the list of those that are)",
        };
        // Strangers cause it where pages draw a counter for whatever is in the address.
        if self.slugs.is_first(slug) {
            tracing::warn!(
                slug,
                "a <ViewCounter/> shows nothing: `{named}` is not counted: {why}{how}"
            );
            self.slugs.say_if_full();
        } else {
            tracing::debug!(slug, "a <ViewCounter/> shows nothing: {why}");
        }
    }

    /// A page of another origin asked.
    pub(super) fn origin_refused(&self, request: &Parts) {
        let named = request.headers.get(header::ORIGIN);
        let named = named.map(|value| value.as_bytes()).unwrap_or_default();
        let named = String::from_utf8_lossy(named);
        // As a text, which is logged escaped: a stranger wrote it.
        let origin = &*named;
        if !is_own(origin, request) && self.origins.is_first(origin) {
            tracing::info!(
                origin,
                "a page of another origin may not connect; if it is one of yours, start with --origin and this origin"
            );
            self.origins.say_if_full();
        } else {
            tracing::debug!(origin, "a page of another origin may not connect");
        }
    }
}

/// Whether it is a page of this server that asks, such as `/api`: it says itself what to do.
fn is_own(origin: &str, request: &Parts) -> bool {
    let host = host_of(&request.headers, &request.uri);
    let origin: Option<Origin> = origin.parse().ok();
    origin
        .zip(host)
        .is_some_and(|(origin, host)| origin.is_at(host))
}

/// The host that a request was sent to.
fn host_of<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    let named = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    named.or_else(|| uri.authority().map(|authority| authority.as_str()))
}

/// What was told of already, as far as it is known.
#[derive(Debug, Default)]
struct SeenOnce(Mutex<HashSet<String>>);

impl SeenOnce {
    /// Whether this is to be told of, which it is from now on.
    fn is_first(&self, what: &str) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.len() < MOST_TOLD && seen.insert(what.to_owned())
    }

    /// Says that no more is told of, when that is so.
    fn say_if_full(&self) {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() == MOST_TOLD {
            tracing::info!("of such refusals {MOST_TOLD} were logged; the next are at debug");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_of_once_and_strangers_cannot_fill_the_log() {
        let told = SeenOnce::default();
        assert!(told.is_first("a"));
        assert!(!told.is_first("a"));
        assert!(told.is_first("b"));
        let many = (0..1_000).filter(|n| told.is_first(&n.to_string()));
        assert_eq!(many.count(), MOST_TOLD - 2);
    }
}
