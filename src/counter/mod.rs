//! The counter: all that another application reuses. It knows nothing of the blog.
//!
//! What is public here is for the rest of this package. What other packages may use is at the
//! crate's root.
//!
//! | for | modules |
//! |---|---|
//! | pages | [`component`]: `<ViewCounter/>` and the hook under it; [`live_visitors`]: `<LiveVisitors/>`; [`meta`]: where the routes are; [`opt_out`]: a browser that is left out; [`wording`]: how numbers read |
//! | `main` | `store`, `hub`, `admission`, `route`, `accept`, `serve`; `queue`, for pages that wait their turn; `responses`, for what is not read |
//! | who may connect | `limits`, `address`, `crawler` |
//! | both ends of a socket | [`protocol`] |
//! | the rules themselves, without a socket or a clock | [`lifecycle`] in the browser, `tally` and `budget` on the server |
//! | another place for the totals | `storage` |

pub mod component;
mod element;
pub mod lifecycle;
pub mod live_visitors;
mod markup;
pub mod meta;
#[cfg(feature = "hydrate")]
pub mod navigation;
pub mod opt_out;
pub mod protocol;
#[cfg(any(feature = "hydrate", test))]
mod route_page;
pub mod wording;

#[cfg(feature = "hydrate")]
mod browser;

#[cfg(feature = "ssr")]
pub mod accept;
#[cfg(feature = "ssr")]
pub mod address;
#[cfg(feature = "ssr")]
pub mod admission;
#[cfg(feature = "ssr")]
pub mod budget;
#[cfg(feature = "ssr")]
pub(crate) mod condition;
#[cfg(feature = "ssr")]
pub mod crawler;
#[cfg(feature = "ssr")]
mod descriptors;
#[cfg(feature = "ssr")]
pub(crate) mod entity_tag;
#[cfg(feature = "ssr")]
pub mod frame;
#[cfg(feature = "ssr")]
pub(crate) mod gate;
#[cfg(feature = "ssr")]
pub mod hub;
#[cfg(feature = "ssr")]
pub mod limits;
#[cfg(feature = "ssr")]
mod metrics;
#[cfg(feature = "ssr")]
pub mod queue;
#[cfg(feature = "ssr")]
mod rendered;
#[cfg(feature = "ssr")]
pub mod responses;
#[cfg(feature = "ssr")]
pub mod route;
#[cfg(feature = "ssr")]
pub(crate) mod schedule;
#[cfg(feature = "ssr")]
pub mod serve;
#[cfg(feature = "ssr")]
pub(crate) mod shared_load;
#[cfg(feature = "ssr")]
pub(crate) mod socket;
#[cfg(feature = "ssr")]
pub mod storage;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub(crate) mod supervision;
#[cfg(feature = "ssr")]
pub mod tally;
