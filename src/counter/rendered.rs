//! The numbers of a page that is being rendered: asked for and there at once, so that they
//! are in the first piece of the page in each of Leptos' rendering modes. What is waited for
//! may come in a later piece, which a script puts in its place.

use super::{protocol::Counts, route::Counter};
use futures_util::FutureExt;
use leptos::prelude::*;
use leptos_router::RouteList;
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
    // Leptos also draws the application to list its routes, which is no page.
    if counter.is_none() && !RouteList::is_generating() {
        SAID.call_once(|| tracing::error!("{NO_COUNTER}"));
    }
    counter
}

/// The error of a question that finds none.
pub(super) fn no_counter() -> ServerFnError {
    ServerFnError::new(NO_COUNTER)
}

/// What is before the counting routes of this page's counter; none where nothing is.
pub(super) fn prefix() -> Option<String> {
    let prefix = counter()?.prefix().to_string();
    (!prefix.is_empty()).then_some(prefix)
}

/// The numbers of the post that this text names; none where that takes long, or where it
/// names no post that is counted, which is logged.
///
/// Most slugs that are asked for are known. Another is read from the database, for which
/// the thread waits: other tasks go on on another one meanwhile. In a runtime of one thread
/// there is no other, and a slug is without a number until it is known, but for what a
/// storage in memory answers at once.
pub(super) fn counts_of(slug: &str) -> Option<Counts> {
    let counter = counter()?;
    let slug = match counter.admission().slug(slug) {
        Ok(slug) => slug,
        Err(why) => {
            counter.refusals().slug_rendered(slug, why);
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
        let mut asked = Box::pin(async move { hub.counts(&slug).await });
        let counts = (&mut asked).now_or_never();
        if counts.is_none() {
            runtime.spawn(asked);
        }
        return counts?.ok();
    }
    let counts = block_in_place(|| runtime.block_on(timeout(PATIENCE, hub.counts(&slug))));
    counts.ok()?.ok()
}
