//! The reading room: a chat among those who read the same post now.
//!
//! It stands beside the counter and uses its checks, its socket and its database; the counter
//! knows nothing of it. What a room keeps in memory is there while somebody is in it.
//!
//! | for | modules |
//! |---|---|
//! | both ends of a socket | [`protocol`] |
//! | the rules themselves, without a socket, a storage or a clock | `text`, `members`, `timeline`, `announcements`, `state` |
//! | the server around them | `hub`, `socket`, `route` |
//! | the owner's commands | `moderation` |
//! | what is kept | `storage`, and `store` in SQLite |

pub mod protocol;

mod announcements;
pub mod hub;
mod members;
pub mod moderation;
pub mod route;
mod socket;
mod state;
mod storage;
mod store;
mod text;
mod timeline;

/// The most members of a room.
const MAX_MEMBERS: usize = 500;
