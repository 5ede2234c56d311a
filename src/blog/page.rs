//! The page that is shown.
//!
//! The server makes its HTML, in [`pages`](super::pages). The browser puts it in
//! as it is, and adds what is alive: the numbers of a post, and its copy buttons.
//! So it need not know how each page looks, which would be a quarter of what
//! it loads.

#[cfg(not(feature = "ssr"))]
use super::api::page_at;
#[cfg(feature = "ssr")]
use super::pages;
use super::{
    api::{PageHtml, Post},
    arrival::{go_to_section, replace_head},
    copy_button::{copy_clicked, with_copy_buttons},
};
use crate::counter::component::LoadedViewCounter;
use leptos::{either::EitherOf3, html, prelude::*};
use leptos_router::hooks::use_matched;

/// An address that no page has.
const NOWHERE: &str = "/nowhere";

/// What the server sends in the page itself is left out of the data that
/// hydration reads, or it would be sent twice: hydration does not touch
/// `inner_html`, and so does not need it. After a navigation it is there.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct LoadedPage {
    post: Option<Post>,
    #[serde(skip)]
    html: PageHtml,
}

/// The page that the server is answering with; it was made before the document
/// around it, whose head needs it.
#[cfg(feature = "ssr")]
async fn load(_path: String) -> Option<LoadedPage> {
    let pages::Page { post, html, .. } = expect_context();
    Some(LoadedPage { post, html })
}

/// The page after a navigation; none if it cannot be had.
#[cfg(not(feature = "ssr"))]
async fn load(path: String) -> Option<LoadedPage> {
    let (post, html) = page_at(path).await.ok()?;
    Some(LoadedPage { post, html })
}

/// The page at the route's path.
#[component]
pub(super) fn RoutedPage() -> impl IntoView {
    shown(use_matched())
}

/// Shown, with the status 404, where no route matches.
#[component]
pub(super) fn MissingPage() -> impl IntoView {
    shown(Memo::new(|_| NOWHERE.to_owned()))
}

/// The page at this path. It does not remount from post to post: the transition
/// keeps the old post until the new one is here.
fn shown(path: Memo<String>) -> impl IntoView {
    let page = Resource::new_blocking(move || path.get(), load);
    let view = move || {
        Suspend::new(async move {
            let Some(LoadedPage { post, html }) = page.await else {
                replace_head(&format!("<title>{UNAVAILABLE}</title>"));
                return EitherOf3::C(unavailable());
            };
            if !html.head.is_empty() {
                replace_head(&html.head);
            }
            match post {
                Some(post) => EitherOf3::A(article(post, html)),
                None => EitherOf3::B(view! { <div inner_html=html.body></div> }),
            }
        })
    };
    view! { <Transition>{view}</Transition> }
}

fn article(post: Post, html: PageHtml) -> impl IntoView {
    // At the beginning and at the end: the two are one reader and one view.
    let (slug, counts) = (post.slug.clone(), post.counts);
    let before = view! { <LoadedViewCounter slug counts /> };
    let after = view! { <LoadedViewCounter slug=post.slug counts /> };
    let prose = NodeRef::<html::Div>::new();
    with_copy_buttons(prose);
    if !html.body.is_empty() {
        // It came after a navigation, when there was nothing to scroll to yet.
        go_to_section(prose);
    }
    let contents = post.has_contents.then(|| {
        view! { <nav class="contents" aria-label="Contents" inner_html=html.contents></nav> }
    });
    let neighbours = post.has_neighbours.then(|| {
        view! {
            <nav
                class="neighbours"
                aria-label="Previous and next post"
                inner_html=html.neighbours
            ></nav>
        }
    });
    view! {
        <article class="post">
            <header class="post-header">
                <div>
                    <h1>{post.title}</h1>
                    <p class="post-counter">{before}</p>
                </div>
                <div class="post-facts" inner_html=html.facts></div>
            </header>
            {contents}
            <div class="prose" node_ref=prose on:click=copy_clicked inner_html=html.body></div>
            <p class="post-end">{after}</p>
            {neighbours}
        </article>
    }
}

const UNAVAILABLE: &str = "This page could not be loaded";

/// Shown in place of a page that could not be had, after a navigation without
/// a network for example.
fn unavailable() -> impl IntoView {
    view! {
        <div class="page">
            <h1>{UNAVAILABLE}</h1>
            <div class="prose">
                <p>"Check your connection, then reload the page."</p>
            </div>
        </div>
    }
}
