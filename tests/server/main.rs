//! The program as its users meet it: the real binary as a child process, on a
//! port of its own, with a temporary database and content folder, and real
//! clients.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod abandoned;
mod api;
mod bad_input;
mod conformance;
mod counting;
mod crawlers;
mod cross_origin;
mod descriptors;
mod files;
mod headers;
mod health;
mod http_semantics;
mod kept_pages;
mod limits;
mod metrics;
mod owners;
mod pages;
mod printing;
mod rooms;
mod saving;
mod service;
mod settings;
mod shares;
mod site_address;
mod site_files;
mod starting;
mod strangers;
#[path = "../support/mod.rs"]
mod support;
mod totals;
mod visitors;
mod wire;
