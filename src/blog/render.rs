//! Makes pages: the document with the page in it, and the policy under which it runs.

use super::{
    app::{loading_scripts, shell},
    content::{Content, ImageSource},
    markers,
    model::SiteInfo,
    pages::Page,
    theme,
};
use crate::{
    counter::route::ApiError,
    web::{
        csp::PagePolicy,
        headers::{self, Scheme},
        site_files::{AssetPaths, is_watched},
    },
};
use axum::{
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt, stream};
use leptos::prelude::*;
use leptos_axum::handle_response_inner;
use std::{future::ready, pin::Pin, sync::Arc};

/// Renders the pages of one site.
#[derive(Clone)]
pub(super) struct Renderer {
    assets: AssetPaths,
    site: Arc<SiteInfo>,
    loading_scripts: Arc<str>,
    policy: PagePolicy,
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
        let policy = PagePolicy::new(scripts, reload_port);
        Self {
            assets,
            site: Arc::new(content.site().clone()),
            policy,
            loading_scripts: loading_scripts.into(),
            scheme,
        }
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
        let images = page.image_sources.iter().map(ImageSource::as_str);
        let policy = self.policy.with_images(images);
        let context = move || {
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
        let mut response = handle_response_inner(context, document, request, html_of).await;
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers::mark_as_page(self.scheme, headers);
        response
    }
}

type Html = Pin<Box<dyn Stream<Item = String> + Send>>;

/// The whole document at once, without the data that Leptos would write after it:
/// nothing in the browser reads that, and a nonce in it is another in every answer.
fn html_of<V: IntoView + 'static>(
    document: V,
    _data: Box<dyn FnOnce() -> Html + Send>,
    _out_of_order: bool,
) -> Pin<Box<dyn Future<Output = Html> + Send>> {
    Box::pin(async move {
        let html: String = document.to_html_stream_in_order().collect().await;
        let html = markers::as_comments(&html);
        Box::pin(stream::once(ready(html))) as Html
    })
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
    fn the_scripts_of_the_head_are_found_whole() {
        let html =
            "<link rel=\"a\"><script>a(1)</script><script type=\"module\">b(() =>\n2)</script>";
        let scripts: Vec<_> = scripts_in(html).collect();
        assert_eq!(scripts, ["a(1)", "b(() =>\n2)"]);
    }
}
