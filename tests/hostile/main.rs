//! What strangers do to a server, on the real binary as a child process, while a
//! crowd reads: clients that are slow, silent, broken or in a hurry. Of each the
//! same is asked: the crowd notices nothing, and what the stranger took (memory,
//! descriptors) is bounded and given back.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed; what is measured is printed"
)]

mod crowd;
mod floods;
mod footprint;
mod frames;
mod hoard;
mod http1;
mod http2;
mod idle;
mod pages;
mod siege;
#[path = "../support/mod.rs"]
mod support;
mod unread;
