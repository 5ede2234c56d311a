//! Brings the server's page alive in the browser.
//!
//! It is done in steps, each in a task of its own: V8 compiles a WebAssembly function
//! when it is first called, in the page's own thread, which on a slow phone is most of
//! what a step takes. Between two steps the page answers its reader.

mod arrival;
pub(super) mod listening;
mod page;

use super::{copy_button, theme};
use crate::counter::opt_out::OptOut;
use any_spawner::{CustomExecutor, Executor, PinnedFuture, PinnedLocalFuture};
use gloo_timers::future::TimeoutFuture;
use leptos::{mount::mount_to, prelude::*};
use leptos_router::location::{BrowserUrl, LocationProvider};
use page::ShownPage;
use std::mem::ManuallyDrop;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;

/// Takes the page over: its numbers count, and links within the site load no
/// document.
pub fn bring_alive() {
    spawn_local(step_by_step());
}

async fn step_by_step() {
    let (Some(main), Some(body)) = (main(), document().body()) else {
        return;
    };
    // Before whatever would set another. It fails where one was set.
    let _ = Executor::init_custom_executor(InTasksOfTheirOwn);
    let Ok(router) = BrowserUrl::new() else {
        return;
    };
    // As long as the page lives.
    let owner = ManuallyDrop::new(Owner::new_root(None));

    let page = ShownPage::new(main, router.clone());

    next_task().await;
    owner.with(|| router.init(None));

    next_task().await;
    owner.with(|| page.follow());

    next_task().await;
    page.bring_first_alive();

    next_task().await;
    copy_button::add_buttons(page.main());
    copy_button::listen(page.main());
    theme::listen();

    // It shows nothing to most.
    next_task().await;
    let notice = move || {
        provide_context(router);
        view! { <OptOut /> }
    };
    mount_to(body, notice).forget();
}

/// What begins the effects of Leptos: each in a task of its own, and no longer all of
/// them at the end of the task that made them.
struct InTasksOfTheirOwn;

impl CustomExecutor for InTasksOfTheirOwn {
    /// There is one thread.
    fn spawn(&self, future: PinnedFuture<()>) {
        self.spawn_local(future);
    }

    fn spawn_local(&self, future: PinnedLocalFuture<()>) {
        spawn_local(async {
            next_task().await;
            future.await;
        });
    }

    /// The browser does.
    fn poll_local(&self) {}
}

fn main() -> Option<HtmlElement> {
    let found = document().query_selector("main").ok()??;
    found.dyn_into().ok()
}

/// Lets the browser do what waits, and goes on in another task.
async fn next_task() {
    TimeoutFuture::new(0).await;
}
