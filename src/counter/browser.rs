//! The browser's half: DOM events and sockets around the pure
//! [`Lifecycle`](super::lifecycle::Lifecycle). It decides nothing.

mod drawing;
pub(super) mod exclusion;
mod follower;
pub(super) mod hydrated;
mod json;
pub(super) mod notice;
mod page;
pub(super) mod reader;
mod refusal;
mod route_scope;
mod routes;
mod site;
mod socket;

pub(super) use drawing::{draw, draw_visitors};
pub(super) use follower::read;
pub(super) use site::visit;
