//! Serves it, as its tests start it: on a free port, with a database in the working folder.

use axum::{Router, routing::get};
use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_to_stream_with_context};
use placements::{
    SLUGS,
    app::{App, shell},
    islands,
};
use std::{path::Path, sync::Arc};
use tokio::signal::unix::{SignalKind, signal};
use view_counter::{Admission, Counter, Hub, HubSettings, SavePolicy, Store};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = get_configuration(None)?.leptos_options;
    let mut terminate = signal(SignalKind::terminate())?;
    let listener = view_counter::bind(options.site_addr)?;
    let store = Store::open(Path::new("views.db"), SavePolicy::default()).await?;
    let hub = Hub::start(Arc::new(store.clone()), HubSettings::default());
    let slugs = SLUGS
        .into_iter()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let admission = Admission {
        slugs,
        ..Admission::default()
    };
    let counter = Counter::new(hub, admission);

    println!("listening on http://{}", listener.local_addr()?);
    let stop = async move {
        terminate.recv().await;
    };
    let app = app(options, counter.clone());
    let saved = view_counter::serve(listener, app, counter, stop).await;
    store.close().await;
    Ok(saved?)
}

fn app(options: LeptosOptions, counter: Counter) -> Router {
    let context = {
        let counter = counter.clone();
        move || provide_context(counter.clone())
    };
    let document = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let island = {
        let options = options.clone();
        move || islands::page(options.clone())
    };
    let island = render_app_to_stream_with_context(context.clone(), island);
    Router::new()
        .leptos_routes_with_context(
            &options,
            generate_route_list(App),
            context.clone(),
            document,
        )
        .route(islands::PATH, get(island))
        .fallback(leptos_axum::file_and_error_handler_with_context(
            context, shell,
        ))
        .with_state(options)
        .merge(view_counter::router(counter))
}
