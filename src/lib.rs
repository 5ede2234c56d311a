//! Live and all-time views for every post of a site.
//!
//! A reader opens a post, and everyone on it sees the numbers move: "1,204 views · 3 reading
//! now". This is a component and the routes behind it, for a [Leptos] application that axum
//! serves. The numbers are kept in a SQLite file; there is nothing to set up beside it.
//!
//! [Leptos]: https://leptos.dev
//!
//! # Two halves
//!
//! Such an application is built twice, and takes one half of this package in each build:
//!
//! | feature | half | what is in it |
//! |---|---|---|
//! | `ssr` | the server's | a hub that knows who reads, a store, routes, limits |
//! | `hydrate` | the browser's | what decides when a page is a reader, and a socket |
//!
//! ```toml
//! [dependencies]
//! view-counter = { path = "../view-counter" }
//!
//! [features]
//! hydrate = ["leptos/hydrate", "view-counter/hydrate"]
//! ssr = ["leptos/ssr", "leptos_router/ssr", "view-counter/ssr"]
//! ```
//!
//! The third feature, `blog`, is a blog made with it, counting for pages of any other site,
//! and the program `view-counter`. Leave it out, and Markdown, the highlighter and the command
//! line stay out too.
//!
//! # The component
//!
//! ```
//! use leptos::prelude::*;
//! use view_counter::counter::component::ViewCounter;
//!
//! #[component]
//! fn Post() -> impl IntoView {
//!     view! {
//!         <h1>"Hello"</h1>
//!         <ViewCounter slug="hello" />
//!     }
//! }
//! ```
//!
//! The total is in the server's HTML. In the browser the page is a reader from when it is first
//! seen until a navigation leaves it. The slug may be a signal: in a route like `/posts/:slug`,
//! the page becomes a reader of the next post when the parameter changes.
//!
//! [`LiveVisitors`](counter::live_visitors::LiveVisitors) is how many read anything on the site,
//! and may stand anywhere.
//!
//! # The server
//!
//! Three values, each made from the one before: a [`Store`](counter::store::Store) is the file,
//! a [`Hub`](counter::hub::Hub) what is in memory, and a [`Counter`](counter::route::Counter)
//! the hub with who may reach it. Leptos is given the counter as context, and axum its routes.
//!
//! ```
//! use axum::Router;
//! use leptos::prelude::*;
//! use leptos_axum::{LeptosRoutes, generate_route_list};
//! use std::{error::Error, net::SocketAddr, path::Path, sync::Arc};
//! use tokio_util::sync::CancellationToken;
//! use view_counter::counter::{
//!     accept,
//!     admission::Admission,
//!     hub::{Hub, HubSettings},
//!     route::{self, Counter},
//!     store::Store,
//!     tally::SavePolicy,
//! };
//! # use view_counter::counter::component::ViewCounter;
//! # #[component]
//! # fn App() -> impl IntoView {
//! #     view! { <ViewCounter slug="hello" /> }
//! # }
//! # fn shell(_: LeptosOptions) -> impl IntoView {
//! #     App()
//! # }
//!
//! async fn serve(
//!     address: SocketAddr,
//!     options: LeptosOptions,
//!     stop: impl Future<Output = ()>,
//! ) -> Result<(), Box<dyn Error>> {
//!     let store = Store::open(Path::new("views.db"), SavePolicy::default()).await?;
//!     let hub = Hub::start(Arc::new(store.clone()), HubSettings::default());
//!     // Only these are counted.
//!     let slugs = ["hello".parse()?].into_iter().collect();
//!     let counter = Counter::new(hub, Admission { slugs, ..Admission::default() });
//!
//!     let context = {
//!         let counter = counter.clone();
//!         move || provide_context(counter.clone())
//!     };
//!     let document = {
//!         let options = options.clone();
//!         move || shell(options.clone())
//!     };
//!     let app = Router::new()
//!         .leptos_routes_with_context(&options, generate_route_list(App), context, document)
//!         .with_state(options)
//!         .merge(route::router(counter.clone()));
//!
//!     let listener = accept::bind(address)?;
//!     let admit = {
//!         let counter = counter.clone();
//!         move |peer| counter.admit_connection(peer)
//!     };
//!     let closing = CancellationToken::new();
//!     let serving = tokio::spawn(accept::serve(listener, app, admit, closing.clone()));
//!     stop.await;
//!
//!     // axum does not wait for sockets. This saves, closes them, and saves the rest.
//!     let saved = counter.stop().await;
//!     closing.cancel();
//!     serving.await?;
//!     store.close().await;
//!     Ok(saved?)
//! }
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn Error>> {
//! #     let folder = tempfile::tempdir()?;
//! #     std::env::set_current_dir(&folder)?;
//! #     let options = LeptosOptions::builder().output_name("app").build();
//! #     serve("127.0.0.1:0".parse()?, options, async {}).await
//! # }
//! ```
//!
//! # Words of your own
//!
//! Under the component is a hook, [`use_reading`](counter::component::use_reading): the numbers
//! as a signal, with whether they follow what happens. The markup is yours.
//!
//! ```
//! use leptos::prelude::*;
//! use view_counter::counter::{
//!     component::{ReadingState, use_reading},
//!     protocol::Slug,
//! };
//!
//! #[component]
//! fn Readers(slug: Slug) -> impl IntoView {
//!     let reading = use_reading(slug, None);
//!     let live = move || reading.get().counts.map(|counts| counts.live);
//!     let unknown = move || reading.get().state != ReadingState::Live;
//!     view! { <p hidden=unknown>{live} " on this page"</p> }
//! }
//! # Owner::new().with(|| {
//! #     let html = Readers(ReadersProps { slug: "hello".parse().unwrap() }).to_html();
//! #     assert!(html.starts_with("<p hidden>"), "{html}");
//! # });
//! ```
//!
//! # Style
//!
//! The component is a `span` of the class `view-counter` with three in it: `view-counter-live`,
//! `view-counter-separator`, `view-counter-total`; and while the connection is lost a fourth,
//! `view-counter-sign`. Its attribute `data-state` is `static`, `live` or `lost`. The site's
//! visitors are `live-visitors`, `live-visitors-number` and `live-visitors-sign`. Nothing of it
//! is styled. The section "View counter" of `style/main.css` stands alone, to be copied: it
//! keeps room for digits to come, so that nothing moves when a number grows.
//!
//! # Numbers without a page
//!
//! The hub may be asked for the numbers of one slug or of many, and it can be told of readers
//! that are no pages:
//!
//! ```
//! use std::{error::Error, sync::Arc, time::Duration};
//! use view_counter::counter::{
//!     hub::{Hub, HubSettings},
//!     protocol::Slug,
//!     store::Store,
//!     tally::{Arrival, SavePolicy},
//! };
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn Error>> {
//!     let folder = tempfile::tempdir()?;
//!     let file = folder.path().join("views.db");
//!     let store = Store::open(&file, SavePolicy::default()).await?;
//!     let hub = Hub::start(Arc::new(store.clone()), HubSettings::default());
//!     let slug: Slug = "hello".parse()?;
//!
//!     let reader = hub.open(&slug).await?.join(Arrival::default());
//!     let counts = hub.counts(&slug).await?;
//!     assert_eq!((counts.live, counts.total), (1, 1));
//!
//!     // It leaves.
//!     drop(reader);
//!     let counts = hub.counts(&slug).await?;
//!     assert_eq!((counts.live, counts.total), (0, 1));
//!
//!     hub.save_and_stop(Duration::from_secs(2)).await?;
//!     store.close().await;
//!     Ok(())
//! }
//! ```
//!
//! # Where to read on
//!
//! - [`counter`] has all of it, module by module.
//! - `docs/reuse.md` is the short way into an application, with islands; `examples/reuse` is
//!   one. The post `content/posts/the-counter-in-your-own-application.md` is the long way.
//! - `docs/guarantees.md` lists what is promised, each promise with the test that holds it.

#[cfg(feature = "blog")]
pub mod blog;
#[cfg(all(feature = "blog", feature = "ssr"))]
pub mod config;
pub mod counter;
#[cfg(all(feature = "blog", feature = "ssr"))]
pub mod exchange;
mod features;
#[cfg(all(feature = "blog", feature = "ssr"))]
pub mod printable;
#[cfg(all(feature = "blog", feature = "ssr"))]
pub mod service;
#[cfg(all(feature = "blog", feature = "ssr"))]
pub mod web;
