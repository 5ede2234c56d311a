//! What is known about a post besides its text.
//!
//! Plain data: it may not know where content comes from or how it is shown.

/// A tag, as it is shown and as it stands in its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagLink {
    /// What the reader sees: `Web Sockets`.
    pub name: String,
    /// What follows `/tags/`, not percent-encoded: `web-sockets`.
    pub path_segment: String,
}

/// What a list of posts shows of one post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostSummary {
    /// What follows `/posts/`: lower-case letters, digits and hyphens.
    pub slug: String,
    /// The title, plain text.
    pub title: String,
    /// One or two sentences for lists, search engines and previews, plain text.
    pub description: String,
    /// The day it was published, for machines: `2026-11-20`.
    pub date: String,
    /// The same day for people: `20 November 2026` on a site in English.
    pub date_text: String,
    /// Its tags, in the author's order.
    pub tags: Vec<TagLink>,
    /// How long it takes to read, in whole minutes, at least 1.
    pub reading_minutes: u32,
}

/// One entry of a post's list of contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 2 or 3.
    pub level: u8,
    /// The `id` of the heading in the post's HTML.
    pub id: String,
    /// Its text, without markup.
    pub text: String,
}

/// Just enough of a post to link to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostLink {
    /// What follows `/posts/`.
    pub slug: String,
    /// Its title.
    pub title: String,
}

/// The picture of a post in the previews that other sites show of it: a PNG, JPEG, WebP or GIF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewImage {
    /// Its path on this site. Begins with `/`.
    pub path: String,
    /// What it shows, for those who do not see it, if somebody wrote it down.
    pub alt: Option<String>,
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
}
