//! What programs ask for again and again: the feed, the site map, `robots.txt`.
//! They say nothing that changes while the server runs, so each is made once.

mod feed;
mod sitemap;

use super::server::Site;
use crate::{
    counter::{
        queue::ready_or_in_queue,
        route::{ApiError, Counter},
    },
    web::{
        csp, gzip,
        held_file::{HeldFile, Representation},
    },
};
use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// The listings of one site. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Listings(Arc<[OnceCell<Option<HeldFile>>; 3]>);

/// A site map has whole addresses and no others (sitemaps.org, "XML tag definitions").
const NO_ADDRESS: &str = "there is no site map, since the server does not know the address of \
    the site; start it with --site-url and that address";

/// Which of them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Listing {
    Feed,
    SiteMap,
    Robots,
}

impl Listing {
    fn media_type(self) -> &'static str {
        match self {
            Self::Feed => "application/atom+xml; charset=utf-8",
            Self::SiteMap => "application/xml; charset=utf-8",
            Self::Robots => "text/plain; charset=utf-8",
        }
    }

    /// What it says; `None` if that cannot be said of a site without an address.
    fn text(self, site: &Site) -> Option<String> {
        let url = site.url.as_deref();
        match self {
            Self::Feed => Some(feed::atom(&site.content, url)),
            Self::SiteMap => Some(sitemap::sitemap(&site.content, url?)),
            Self::Robots => Some(sitemap::robots(url)),
        }
    }

    fn made(self, site: &Site) -> Option<HeldFile> {
        let text = self.text(site)?;
        let gzip = Representation::hashed(gzip::whole(text.as_bytes()));
        let media_type = HeaderValue::from_static(self.media_type());
        let file = HeldFile::new(media_type, Representation::hashed(text));
        Some(file.with_compressed(Some(gzip), None))
    }
}

impl Listings {
    /// The answer to a request for one of them. Only who comes first waits in the
    /// queue until it is made.
    pub(super) async fn answer(
        &self,
        listing: Listing,
        site: &Site,
        counter: &Counter,
        request: Request,
    ) -> Response {
        let held = &self.0[listing as usize];
        let ready = |request: &Request| Some(answer(held.get()?.as_ref(), request));
        let make = async |request: Request| {
            // Whoever comes meanwhile waits as a task, and keeps no thread.
            let held = held.get_or_init(async || listing.made(site)).await;
            answer(held.as_ref(), &request)
        };
        ready_or_in_queue(counter, request, ready, make).await
    }
}

fn answer(held: Option<&HeldFile>, request: &Request) -> Response {
    let Some(held) = held else {
        return ApiError::new(StatusCode::NOT_FOUND, NO_ADDRESS).into_response();
    };
    let mut response = held.answer(request.method(), request.headers());
    // Of what a client has only those headers change that "not modified" has.
    if !response.status().is_redirection() {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, csp::LISTING);
    }
    response
}
