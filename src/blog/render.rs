//! Makes pages: the document with the page in it, and the policy under which it runs.

use super::{
    content::{Content, ImageSource},
    document::{document, loading_scripts},
    markers,
    model::SiteInfo,
    pages::Page,
    theme,
};
use crate::web::{
    csp::PagePolicy,
    headers::{self, Scheme},
    site_files::{AssetPaths, is_watched},
};
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use leptos::prelude::*;
use std::sync::Arc;

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

    /// The document around this page, which is the one that `path` names, or the one that
    /// says 404.
    pub(super) fn document(&self, page: Page, path: &str) -> Response {
        let status = if page.is_missing {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::OK
        };
        let images = page.image_sources.iter().map(ImageSource::as_str);
        let policy = self.policy.with_images(images);
        // Nothing in it waits: the page was made before, whose head the document needs.
        let html = Owner::new().with(|| {
            let Self { assets, site, .. } = self;
            document(page, path, assets, site, &self.loading_scripts).to_html()
        });
        let mut response = (status, Html(markers::as_comments(&html))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers::mark_as_page(self.scheme, headers);
        response
    }
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
