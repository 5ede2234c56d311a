//! The blog: posts from Markdown, and the site around them.

mod copy_button;
pub mod model;
mod page_path;
mod theme;

#[cfg(feature = "hydrate")]
pub mod browser;

#[cfg(feature = "ssr")]
pub mod content;
#[cfg(feature = "ssr")]
mod document;
#[cfg(feature = "ssr")]
mod kept_pages;
#[cfg(feature = "ssr")]
mod language;
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
mod pages;
#[cfg(feature = "ssr")]
mod privacy;
#[cfg(feature = "ssr")]
mod redirects;
#[cfg(feature = "ssr")]
mod render;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
mod unknown_address;
