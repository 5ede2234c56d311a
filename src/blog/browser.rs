//! Brings the server's page alive in the browser.
//!
//! It is done in steps, each in a task of its own: V8 compiles a WebAssembly function
//! when it is first called, in the page's own thread, which on a slow phone is most of
//! what a step takes. Between two steps the page answers its reader.

mod arrival;
mod counters;
mod dom;
mod navigation;

pub(super) use arrival::announce;
pub(super) use dom::{all, on};

use super::{copy_button, theme};
use crate::counter::opt_out::Notice;
use any_spawner::Executor;
use gloo_timers::future::TimeoutFuture;
use navigation::Navigation;
use wasm_bindgen_futures::spawn_local;

/// Takes the page over: its numbers count, and links within the site load no
/// document.
pub fn bring_alive() {
    spawn_local(step_by_step());
}

async fn step_by_step() {
    // What runs the effects of Leptos. It fails where one was set.
    let _ = Executor::init_wasm_bindgen();
    let navigation = Navigation::new();

    next_task().await;
    navigation.listen();

    next_task().await;
    navigation.hydrate_counters();

    next_task().await;
    copy_button::show_buttons();
    copy_button::listen();
    theme::listen();

    // It shows nothing to most.
    next_task().await;
    if let Some(notice) = Notice::append_to_body() {
        navigation.set_notice(notice);
    }
}

/// Lets the browser do what waits, and goes on in another task.
async fn next_task() {
    TimeoutFuture::new(0).await;
}
