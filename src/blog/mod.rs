//! The blog: posts from Markdown, and the site around them.

mod api;
pub mod app;
mod arrival;
mod copy_button;
mod layout;
pub mod model;
mod page;
mod page_path;
mod theme;

#[cfg(feature = "ssr")]
pub mod content;
#[cfg(feature = "ssr")]
mod csp;
#[cfg(feature = "ssr")]
mod feed;
#[cfg(feature = "ssr")]
mod gzip;
#[cfg(feature = "ssr")]
mod headers;
#[cfg(feature = "ssr")]
pub mod held_file;
#[cfg(feature = "ssr")]
mod kept_page;
#[cfg(feature = "ssr")]
mod kept_pages;
#[cfg(feature = "ssr")]
mod listings;
#[cfg(feature = "ssr")]
mod negotiation;
#[cfg(feature = "ssr")]
mod numbers;
#[cfg(feature = "ssr")]
mod own_pages;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod privacy;
#[cfg(feature = "ssr")]
mod render;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod site_files;
#[cfg(feature = "ssr")]
mod sitemap;
#[cfg(feature = "ssr")]
mod template;
