//! What programs ask for again and again: the feed, the site map, `robots.txt`.
//! They say nothing that changes while the server runs, so each is made once.

mod feed;
mod sitemap;

use super::server::Site;
use crate::{
    counter::{queue::ready_or_in_queue, route::Counter},
    web::{
        csp, gzip,
        held_file::{HeldFile, Representation},
    },
};
use axum::{
    extract::Request,
    http::{HeaderValue, header},
    response::Response,
};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// The listings of one site. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Listings(Arc<[OnceCell<HeldFile>; 3]>);

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

    fn text(self, site: &Site) -> String {
        match self {
            Self::Feed => feed::atom(&site.content, &site.url),
            Self::SiteMap => sitemap::sitemap(&site.content, &site.url),
            Self::Robots => sitemap::robots(&site.url),
        }
    }

    fn made(self, site: &Site) -> HeldFile {
        let text = self.text(site);
        let gzip = Representation::hashed(gzip::whole(text.as_bytes()));
        let media_type = HeaderValue::from_static(self.media_type());
        HeldFile::new(media_type, Representation::hashed(text)).with_compressed(Some(gzip), None)
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
        let ready = |request: &Request| Some(answer(held.get()?, request));
        let make = async |request: Request| {
            // Whoever comes meanwhile waits as a task, and keeps no thread.
            let held = held.get_or_init(async || listing.made(site)).await;
            answer(held, &request)
        };
        ready_or_in_queue(counter, request, ready, make).await
    }
}

fn answer(held: &HeldFile, request: &Request) -> Response {
    let mut response = held.answer(request.method(), request.headers());
    // Of what a client has only those headers change that "not modified" has.
    if !response.status().is_redirection() {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, csp::LISTING);
    }
    response
}
