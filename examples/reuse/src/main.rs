//! The server: the pages, the counter's routes, and an end that loses no view.

use anyhow::Context;
use axum::Router;
use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, file_and_error_handler_with_context, generate_route_list};
use recipes::app::{App, shell};
use std::{env, path::PathBuf, sync::Arc};
use tokio::signal::unix::{SignalKind, signal};
use view_counter::{Admission, Counter, Hub, HubSettings, Prefix, SavePolicy, Store};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // What goes wrong while it runs is logged. Standard output is for the address.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let options = get_configuration(None)
        .context("the settings LEPTOS_… are missing or wrong; `cargo leptos serve` makes them")?
        .leptos_options;
    let database = env::var_os("RECIPES_DATABASE").map_or("recipes.db".into(), PathBuf::from);
    let stop = stop_signal().context("cannot listen for signals")?;
    let prefix = prefix().context("RECIPES_PREFIX is where the counting routes are")?;
    let listener = view_counter::bind(options.site_addr).with_context(|| {
        let address = options.site_addr;
        format!("cannot listen on {address}; name another address with LEPTOS_SITE_ADDR, or stop what uses it")
    })?;

    let store = Store::open(&database, SavePolicy::default())
        .await
        .context("RECIPES_DATABASE names the file to count in")?;
    let hub = Hub::start(Arc::new(store.clone()), HubSettings::default());
    let admission = Admission {
        slugs: recipes::slugs()?.into_iter().collect(),
        ..Admission::default()
    };
    let counter = Counter::with_prefix(hub, admission, prefix);

    println!("listening on http://{}", listener.local_addr()?);
    let app = app(options, counter.clone());
    let saved = view_counter::serve(listener, app, counter, stop).await;
    store.close().await;
    saved.context("these views are lost")
}

/// None, if nothing else is said.
fn prefix() -> anyhow::Result<Prefix> {
    match env::var("RECIPES_PREFIX") {
        Ok(prefix) => Ok(prefix.parse()?),
        Err(env::VarError::NotPresent) => Ok(Prefix::default()),
        Err(error) => Err(error.into()),
    }
}

/// The pages, and beside them the counter's routes and its health checks.
fn app(options: LeptosOptions, counter: Counter) -> Router {
    let context = {
        let counter = counter.clone();
        move || provide_context(counter.clone())
    };
    let document = {
        let options = options.clone();
        move || shell(options.clone())
    };
    Router::new()
        .leptos_routes_with_context(
            &options,
            generate_route_list(App),
            context.clone(),
            document,
        )
        .fallback(file_and_error_handler_with_context(context, shell))
        .with_state(options)
        .merge(view_counter::router(counter.clone()))
        .merge(view_counter::health_router(counter))
}

/// Resolves at the first SIGTERM or Ctrl-C.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
