//! The blog: posts from Markdown, and the site around them.

mod api;
pub mod app;
mod copy_button;
mod layout;
pub mod model;
mod pages;
mod theme;

#[cfg(feature = "ssr")]
pub mod content;
#[cfg(feature = "ssr")]
mod feed;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
mod sitemap;
