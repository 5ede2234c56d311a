//! Brings the server's page alive in the browser.
//!
//! It is done in steps, each in a task of its own: V8 compiles a WebAssembly function
//! when it is first called, in the page's own thread, which on a slow phone is most of
//! what a step takes. Between two steps the page answers its reader.

use super::{copy_button, page::ShownPage, theme};
use crate::counter::opt_out::OptOut;
use gloo_timers::future::TimeoutFuture;
use leptos::{mount::mount_to, prelude::*};
use leptos_router::location::{BrowserUrl, LocationProvider};
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
    let Ok(router) = BrowserUrl::new() else {
        return;
    };
    let page = ShownPage::new(main, router.clone());
    let notice = {
        let router = router.clone();
        move || {
            provide_context(router);
            view! { <OptOut /> }
        }
    };
    mount_to(body, notice).forget();

    next_task().await;
    let owner = Owner::new_root(None);
    owner.with(|| {
        router.init(None);
        page.follow();
    });
    // As long as the page lives.
    std::mem::forget(owner);

    next_task().await;
    page.bring_first_alive();

    next_task().await;
    copy_button::listen(page.main());
    theme::listen();
}

fn main() -> Option<HtmlElement> {
    let found = document().query_selector("main").ok()??;
    found.dyn_into().ok()
}

/// Lets the browser do what waits, and goes on in another task.
async fn next_task() {
    TimeoutFuture::new(0).await;
}
