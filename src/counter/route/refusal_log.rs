//! What the log says of pages that may not connect, or that nobody counts: whoever sets a
//! site up looks there, because a script cannot see why a WebSocket was refused.

use axum::http::{HeaderMap, header};
use std::sync::atomic::{AtomicBool, Ordering};

/// Logs each refusal at debug, and the first of its kind at info.
#[derive(Debug, Default)]
pub(super) struct RefusalLog {
    slug: AtomicBool,
    origin: AtomicBool,
}

impl RefusalLog {
    /// A page asked for a slug that is not counted.
    pub(super) fn slug_unknown(&self, slug: &str) {
        if self.slug.swap(true, Ordering::Relaxed) {
            tracing::debug!(slug, "a page has a slug that is not counted");
        } else {
            tracing::info!(
                slug,
                "a page has a slug that is not counted; if it is one of yours, a list of --slugs has to name it. Later ones are logged at debug"
            );
        }
    }

    /// A page of another origin asked.
    pub(super) fn origin_refused(&self, headers: &HeaderMap) {
        let origin = headers.get(header::ORIGIN).map(|value| value.as_bytes());
        let origin = String::from_utf8_lossy(origin.unwrap_or_default());
        // As a text, which is logged escaped: a stranger wrote it.
        let origin = &*origin;
        if self.origin.swap(true, Ordering::Relaxed) {
            tracing::debug!(origin, "a page of another origin may not connect");
        } else {
            tracing::info!(
                origin,
                "a page of another origin may not connect; if it is one of yours, start with --origin and this origin. Later ones are logged at debug"
            );
        }
    }
}
