//! The numbers of a page that is being rendered: asked for and there at once, so that they
//! are in the first piece of the page in each of Leptos' rendering modes. What is waited for
//! may come in a later piece, which a script puts in its place.

use super::{protocol::Counts, route::Counter};
use leptos::prelude::*;
use std::{sync::Once, time::Duration};
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::block_in_place,
    time::timeout,
};

/// A page is sent without a number that takes longer.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is to be done where no counter is found.
const NO_COUNTER: &str = "no Counter is among the contexts of this page, so it has no numbers; \
    use leptos_routes_with_context with `move || provide_context(counter.clone())`, and the \
    same for the fallback: file_and_error_handler_with_context";

/// The counter of this page; it is said once where there is none.
pub(super) fn counter() -> Option<Counter> {
    static SAID: Once = Once::new();
    let counter = use_context::<Counter>();
    if counter.is_none() {
        SAID.call_once(|| tracing::error!("{NO_COUNTER}"));
    }
    counter
}

/// The error of a question that finds none.
pub(super) fn no_counter() -> ServerFnError {
    ServerFnError::new(NO_COUNTER)
}

/// The numbers of the post that this text names; none where that takes long, or where it
/// names no post that is counted, which is logged.
///
/// Most slugs that are asked for are known. Another is read from the database, for which
/// the thread waits: other tasks go on on another one meanwhile. In a runtime of one thread
/// there is no other, and a slug is without a number until it is known.
pub(super) fn counts_of(slug: &str) -> Option<Counts> {
    let counter = counter()?;
    let slug = match counter.slug(slug) {
        Ok(slug) => slug,
        Err(error) => {
            counter.refusals().slug_rendered(slug, &error);
            return None;
        }
    };
    let hub = counter.hub();
    if let Some(known) = hub.known(std::slice::from_ref(&slug)) {
        return known.first().copied();
    }
    let runtime = Handle::try_current().ok()?;
    if runtime.runtime_flavor() != RuntimeFlavor::MultiThread {
        let hub = hub.clone();
        runtime.spawn(async move { hub.counts(&slug).await });
        return None;
    }
    let counts = block_in_place(|| runtime.block_on(timeout(PATIENCE, hub.counts(&slug))));
    counts.ok()?.ok()
}
