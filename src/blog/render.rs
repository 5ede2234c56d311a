//! Makes pages: the document with the application in it, its data, and the policy
//! under which it runs.
//!
//! Leptos writes the data that hydration reads as scripts that stand after the
//! document. It hands them over as a stream of their own, and it is here that the
//! two become one answer. So what the policy names as data is what Leptos wrote as
//! data, whatever else looks like it in the page.

use super::{
    app::{loading_scripts, shell},
    content::Content,
    csp::PagePolicy,
    headers::{self, Scheme},
    model::SiteInfo,
    pages::Page,
    site_files::AssetPaths,
    theme,
};
use crate::counter::route::ApiError;
use axum::{
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt, stream};
use leptos::prelude::*;
use leptos_axum::{ResponseOptions, handle_response_inner};
use std::{future::ready, pin::Pin, sync::Arc};

/// Renders the pages of one site.
#[derive(Clone)]
pub(super) struct Renderer {
    assets: AssetPaths,
    site: Arc<SiteInfo>,
    loading_scripts: Arc<str>,
    policy: Arc<PagePolicy>,
    scheme: Scheme,
}

impl Renderer {
    pub(super) fn new(
        options: LeptosOptions,
        assets: AssetPaths,
        content: &Content,
        scheme: Scheme,
    ) -> Self {
        let reload_port = is_watched().then_some(options.reload_port);
        let loading_scripts = loading_scripts(options, &assets);
        let scripts = std::iter::once(theme::APPLY_STORED).chain(scripts_in(&loading_scripts));
        let policy = PagePolicy::new(scripts, content.image_sources(), reload_port);
        Self {
            assets,
            site: Arc::new(content.site().clone()),
            policy: Arc::new(policy),
            loading_scripts: loading_scripts.into(),
            scheme,
        }
    }

    /// The policy of all pages, but for each one's data.
    pub(super) fn policy(&self) -> Arc<PagePolicy> {
        Arc::clone(&self.policy)
    }

    /// The document around this page, which is the one that the request's path names,
    /// or the one that says 404. `context` is what components ask for.
    pub(super) async fn document(
        &self,
        page: Page,
        context: impl Fn() + Clone + Send + 'static,
        request: Request,
    ) -> Response {
        // `CONNECT host:port` has none, and Leptos takes one for granted.
        if request.uri().path_and_query().is_none() {
            let sentence = "this is no proxy; ask for a path, as in `GET /`";
            return ApiError::new(StatusCode::BAD_REQUEST, sentence).into_response();
        }
        let status = if page.is_missing {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::OK
        };
        let page_head = page.html.head.clone();
        let policy = Arc::clone(&self.policy);
        let context = move || {
            provide_context(Arc::clone(&policy));
            provide_context(page.clone());
            context();
        };
        let Self {
            assets,
            site,
            loading_scripts,
            ..
        } = self.clone();
        let document = move || shell(&assets, &site, &loading_scripts, &page_head);
        let mut response = handle_response_inner(context, document, request, assemble).await;
        *response.status_mut() = status;
        headers::mark_as_page(self.scheme, response.headers_mut());
        response
    }
}

/// Whether `cargo leptos watch` runs the program, and pages listen for its next
/// build. Asked as Leptos asks, which then writes the script that listens.
pub(super) fn is_watched() -> bool {
    std::env::var("LEPTOS_WATCH").is_ok()
}

type Html = Pin<Box<dyn Stream<Item = String> + Send>>;

/// Puts the document and its data together, and names the data in the policy.
fn assemble<V: IntoView + 'static>(
    document: V,
    data: Box<dyn FnOnce() -> Html + Send>,
    _out_of_order: bool,
) -> Pin<Box<dyn Future<Output = Html> + Send>> {
    let policy = expect_context::<Arc<PagePolicy>>();
    let response = expect_context::<ResponseOptions>();
    Box::pin(async move {
        let mut html: String = document.to_html_stream_in_order().collect().await;
        let elements: Vec<String> = data().collect().await;
        let data: String = elements.iter().filter_map(|one| data_in(one)).collect();
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy.with_data(&data));
        // One script in place of several, and without the nonce that Leptos makes:
        // it would be another in every answer.
        html.push_str("<script>");
        html.push_str(&data);
        html.push_str("</script>");
        Box::pin(stream::once(ready(html))) as Html
    })
}

/// The data of a page that was made here: the script that is the last of it.
pub(super) fn data_of(html: &str) -> Option<&str> {
    // There is no `<` in it.
    let (_, data) = html.strip_suffix("</script>")?.rsplit_once("<script>")?;
    Some(data)
}

/// The statements in one of Leptos's scripts. Since Leptos escapes every `<` of
/// the data in it, the element ends where it seems to; if one is there all the
/// same, Leptos has changed, and the page is better off without its data.
fn data_in(element: &str) -> Option<&str> {
    let statements = element
        .strip_prefix("<script")
        .and_then(|rest| rest.split_once('>'))
        .and_then(|(_, rest)| rest.strip_suffix("</script>"))
        .filter(|statements| !statements.contains('<'));
    if statements.is_none() {
        tracing::error!("a page was served without its data, which is not as Leptos writes it");
    }
    statements
}

/// The texts of the inline scripts in HTML that is ours to the letter.
fn scripts_in(html: &str) -> impl Iterator<Item = &str> {
    let elements = html.split("<script").skip(1);
    elements.filter_map(|element| {
        let (_, rest) = element.split_once('>')?;
        let (text, _) = rest.split_once("</script>")?;
        Some(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_what_leptos_writes_and_nothing_that_only_begins_so() {
        let nonce = "<script nonce=\"a-b_c\">A=1;B=\">\";</script>";
        assert_eq!(data_in(nonce), Some("A=1;B=\">\";"));
        assert_eq!(data_in("<script>A=1;</script>"), Some("A=1;"));
        for other in [
            "<script>A=1;</script><script>alert(1)</script>",
            "<script>A=1;<!--</script>",
            "<p>A=1;</p>",
            "A=1;",
        ] {
            assert_eq!(data_in(other), None, "{other}");
        }
    }

    #[test]
    fn the_data_of_a_page_is_its_last_script() {
        let html = "<script>a()</script><p>x</p><script>A=\"\\u003cscript>\";</script>";
        assert_eq!(data_of(html), Some("A=\"\\u003cscript>\";"));
        assert_eq!(data_of("<script>a()</script><p>x</p>"), None);
    }

    #[test]
    fn the_scripts_of_the_head_are_found_whole() {
        let html =
            "<link rel=\"a\"><script>a(1)</script><script type=\"module\">b(() =>\n2)</script>";
        let scripts: Vec<_> = scripts_in(html).collect();
        assert_eq!(scripts, ["a(1)", "b(() =>\n2)"]);
    }
}
