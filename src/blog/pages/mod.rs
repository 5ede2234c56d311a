//! The pages.

mod about;
mod home;
mod meta;
mod not_found;
mod post;
mod post_list;
mod privacy;
mod prose;
mod tag;
mod title;

pub(super) use about::AboutPage;
pub(super) use home::HomePage;
pub(super) use not_found::NotFound;
pub(super) use post::PostPage;
pub(super) use privacy::PrivacyPage;
pub(super) use tag::TagPage;

use leptos::prelude::*;
use leptos_meta::Title;

/// Shown in place of a page that could not be had, after a navigation without
/// a network for example.
fn unavailable(_error: ServerFnError) -> impl IntoView {
    view! {
        <Title text="This page could not be loaded" />
        <div class="page">
            <h1>"This page could not be loaded"</h1>
            <div class="prose">
                <p>"Check your connection, then reload the page."</p>
            </div>
        </div>
    }
}

/// HTML that the server rendered from Markdown.
///
/// What the server sends in the page itself is left out of the data that
/// hydration reads, or it would be sent twice: hydration does not touch
/// `inner_html`, and so does not need it. After a navigation it is there.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct WithBody<T> {
    page: T,
    #[serde(skip)]
    body: String,
}

impl<T> From<(T, String)> for WithBody<T> {
    fn from((page, body): (T, String)) -> Self {
        Self { page, body }
    }
}
