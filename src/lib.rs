//! Live and all-time views for every post of a site.
//!
//! - [`counter`]: what another Leptos and axum application reuses: the
//!   [`ViewCounter`](counter::component::ViewCounter) component, and the server's
//!   half around its [`Hub`](counter::hub::Hub);
//! - `blog` (feature `blog`): a blog made with it;
//! - `service` (feature `blog`): counting for pages of any other site. All of it together
//!   is the program `view-counter`.
//!
//! Features: `ssr` is the server's half, `hydrate` the browser's; an application
//! turns on one of them for each of its two builds.

#[cfg(feature = "blog")]
pub mod blog;
#[cfg(all(feature = "blog", feature = "ssr"))]
pub mod config;
pub mod counter;
#[cfg(all(feature = "blog", feature = "ssr"))]
pub mod exchange;
#[cfg(all(feature = "blog", feature = "ssr"))]
pub mod service;
#[cfg(all(feature = "blog", feature = "ssr"))]
pub mod web;
