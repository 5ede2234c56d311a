//! A list of posts with their totals.

use crate::{blog::api::ListedPost, counter::wording};
use leptos::prelude::*;

/// The list, in the order given.
pub(super) fn post_list(posts: Vec<ListedPost>) -> impl IntoView {
    let entries: Vec<_> = posts.into_iter().map(entry).collect();
    view! { <ol class="post-list">{entries}</ol> }
}

fn entry(ListedPost { summary, counts }: ListedPost) -> impl IntoView {
    let views = counts.map(|counts| {
        view! { <span class="post-entry-views">{wording::views(counts.total)}</span> }
    });
    view! {
        <li>
            <article class="post-entry">
                <time class="post-entry-date" datetime=summary.date>
                    {summary.date_text}
                </time>
                <h2>
                    <a href=format!("/posts/{}", summary.slug)>{summary.title}</a>
                </h2>
                <p class="post-entry-text">{summary.description}</p>
                <p class="post-entry-facts">
                    <span>{format!("{} min read", summary.reading_minutes)}</span>
                    {views}
                </p>
            </article>
        </li>
    }
}
