//! The blog: posts from Markdown, and the site around them.

mod api;
mod copy_button;
pub mod model;
mod theme;

#[cfg(feature = "hydrate")]
pub mod browser;

#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod content;
#[cfg(feature = "ssr")]
mod kept_pages;
#[cfg(feature = "ssr")]
mod layout;
#[cfg(feature = "ssr")]
mod listings;
#[cfg(feature = "ssr")]
mod markers;
#[cfg(feature = "ssr")]
mod numbers;
#[cfg(feature = "ssr")]
mod own_pages;
#[cfg(feature = "ssr")]
mod page_path;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod privacy;
#[cfg(feature = "ssr")]
mod redirects;
#[cfg(feature = "ssr")]
mod render;
#[cfg(feature = "ssr")]
pub mod server;
