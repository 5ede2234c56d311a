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
//! use view_counter::ViewCounter;
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
//! [`LiveVisitors`] is how many read anything on the site, and may stand anywhere. [`OptOut`]
//! lets the site's owner leave a browser out of the counts.
//!
//! # The server
//!
//! Three values, each made from the one before: a [`Store`] is the file, a [`Hub`] what is in
//! memory, and a [`Counter`] the hub with who may reach it. Leptos is given the counter as
//! context, and axum its routes.
//!
//! ```
//! use axum::Router;
//! use leptos::prelude::*;
//! use leptos_axum::{LeptosRoutes, file_and_error_handler_with_context, generate_route_list};
//! use std::{error::Error, net::SocketAddr, path::Path, sync::Arc};
//! use view_counter::{Admission, Counter, Hub, HubSettings, SavePolicy, Store};
//! # use view_counter::ViewCounter;
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
//!     let routes = generate_route_list(App);
//!     let app = Router::new()
//!         .leptos_routes_with_context(&options, routes, context.clone(), document)
//!         .fallback(file_and_error_handler_with_context(context, shell))
//!         .with_state(options)
//!         .merge(view_counter::router(counter.clone()));
//!
//!     let listener = view_counter::bind(address)?;
//!     view_counter::serve(listener, app, counter, stop).await?;
//!     store.close().await;
//!     Ok(())
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
//! Under the component is a hook, [`use_reading`]: the numbers
//! as a signal, with whether they follow what happens. The markup is yours.
//!
//! ```
//! use leptos::prelude::*;
//! use view_counter::{ReadingState, Slug, use_reading};
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
//! that are no pages: [`Hub::counts`], [`Hub::counts_of`], [`Hub::days`], [`Hub::read`]. In
//! tests it keeps its totals in a [`MemoryStorage`].
//!
//! # Where to read on
//!
//! - `docs/reuse.md` begins with a whole application, and has what else one asks for: lists,
//!   islands, a prefix for the routes, tests. `examples/reuse` is a larger one. The post
//!   `content/posts/the-counter-in-your-own-application.md` says more of each step.
//! - `docs/guarantees.md` lists what is promised, each promise with the test that holds it.

mod features;

// What is below is for this package's own program, tests and measurements; none of it is for
// other packages, and any of it may change. `--cfg all_docs` documents it all the same.
#[cfg(feature = "blog")]
#[cfg_attr(not(all_docs), doc(hidden))]
pub mod blog;
#[cfg(all(feature = "blog", feature = "ssr"))]
#[cfg_attr(not(all_docs), doc(hidden))]
pub mod config;
#[cfg_attr(not(all_docs), doc(hidden))]
pub mod counter;
#[cfg(all(feature = "blog", feature = "ssr"))]
#[cfg_attr(not(all_docs), doc(hidden))]
pub mod exchange;
#[cfg(all(feature = "blog", feature = "ssr"))]
#[cfg_attr(not(all_docs), doc(hidden))]
pub mod printable;
#[cfg(feature = "ssr")]
#[cfg_attr(not(all_docs), doc(hidden))]
pub mod room;
#[cfg(all(feature = "blog", feature = "ssr"))]
#[cfg_attr(not(all_docs), doc(hidden))]
pub mod service;
#[cfg(all(feature = "blog", feature = "ssr"))]
#[cfg_attr(not(all_docs), doc(hidden))]
pub mod web;

// What other packages use. `scripts/public-api` holds it, and `docs/public-api.txt` lists it.

#[doc(inline)]
pub use counter::{
    component::{Reading, ReadingState, ViewCounter, counts_of, use_reading},
    live_visitors::{LiveVisitors, SiteReading, use_visitors, visitors_of_site},
    meta::CounterMeta,
    opt_out::OptOut,
    protocol::{Counts, Slug, SlugCounts, SlugError},
    wording,
};

#[cfg(feature = "ssr")]
#[doc(inline)]
pub use counter::{
    accept::bind,
    address::{Network, NetworkError, Proxies},
    admission::{Admission, Origin, OriginError, Origins, Slugs},
    hub::{Hub, HubSettings, ReaderGuard, Unsaved},
    limits::{LimitSettings, Limits, PerAddress},
    queue::queued,
    responses::bounded,
    route::{ApiError, Counter, Prefix, PrefixError, health_router, metrics_router, router},
    serve::serve,
    storage::{
        Batch, Corrected, Days, MemoryStorage, Storage, StorageError, StorageErrorKind,
        StorageFuture,
    },
    store::{OpenError, Store},
    tally::{Delta, SavePolicy},
};

/// A day of the calendar, as [`Hub::days`] names them.
#[cfg(feature = "ssr")]
#[doc(no_inline)]
pub use jiff::civil::Date;
