//! What the server and the browser both know about the site.
//!
//! Plain data: it may not know where content comes from or how it is shown.

use serde::{Deserialize, Serialize};

/// The site as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteInfo {
    /// The name of the site.
    pub title: String,
    /// What the site is about, in a sentence.
    pub description: String,
    /// Who writes it.
    pub author: String,
    /// The language it is written in, as a BCP 47 tag: `en`, `pt-BR`.
    pub language: String,
    /// The links of the site's header, in their order.
    pub navigation: Vec<NavigationLink>,
}

/// One link of the site's header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NavigationLink {
    /// What the reader sees.
    pub label: String,
    /// A path of this site (`/about`) or a full URL.
    pub href: String,
}
