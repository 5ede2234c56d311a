//! The pages that are kept: rendered once, and answered with as long as their
//! numbers are the present ones.
//!
//! Only pages that there are, under the one address that each has: whatever else a
//! stranger asks for is rendered for it, and no page is kept for it or given up. A
//! page does not depend on the query.

mod page;
mod template;

use super::{
    numbers::{Marks, Numbers},
    pages,
    render::Renderer,
    server::Site,
};
use crate::counter::{
    queue::ready_or_in_queue,
    route::{ApiError, Counter},
};
use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use lru::LruCache;
use page::KeptPage;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use template::Template;

/// All kept pages together are no larger than this, but for the last one: some
/// hundreds of posts. Those that were not asked for the longest are given up.
const MOST_BYTES: usize = 32 << 20;

/// The pages of one site. Clones are the same.
#[derive(Clone)]
pub(super) struct KeptPages(Arc<Inner>);

struct Inner {
    renderer: Renderer,
    site: Site,
    counter: Counter,
    /// Where there are pages.
    paths: HashSet<String>,
    /// A std mutex: it is held for a few instructions and never across an await.
    shelf: Mutex<Shelf>,
}

/// By path.
struct Shelf {
    pages: LruCache<String, Arc<KeptPage>>,
    bytes: usize,
    most_bytes: usize,
}

/// Middleware for axum around what makes pages: answers with one that is kept, or
/// keeps it. It waits in the queue only if there is something to be made.
pub(super) async fn kept(State(pages): State<KeptPages>, request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read || !pages.0.paths.contains(request.uri().path()) {
        return next.run(request).await;
    }
    let counter = &pages.0.counter;
    let ready = |request: &Request| pages.ready(request);
    let made = |request| pages.made(request);
    ready_or_in_queue(counter, request, ready, made).await
}

impl KeptPages {
    /// None is kept yet.
    pub(super) fn new(renderer: Renderer, site: Site, counter: Counter) -> Self {
        let paths = site.content.page_paths().collect();
        Self(Arc::new(Inner {
            renderer,
            site,
            counter,
            paths,
            shelf: Mutex::new(Shelf::new(MOST_BYTES)),
        }))
    }

    /// The answer, if there is nothing to wait for and no more to do than to put it
    /// together.
    fn ready(&self, request: &Request) -> Option<Response> {
        let page = self.shelf().find(request.uri().path())?;
        let counts = self.0.counter.hub().known(page.slugs())?;
        let filled = page.filled(&counts);
        page.answer(&filled, &counts, request.method(), request.headers())
    }

    async fn made(&self, request: Request) -> Response {
        // While this one waited another may have had it made.
        if let Some(ready) = self.ready(&request) {
            return ready;
        }
        let path = request.uri().path();
        let found = self.shelf().find(path);
        let page = match found {
            Some(page) => page,
            None => match self.rendered(path).await {
                Ok(page) => page,
                Err(response) => return response,
            },
        };
        let hub = self.0.counter.hub();
        let counts = match page.slugs() {
            [slug] => hub.counts(slug).await.map(|counts| vec![counts]),
            slugs => hub
                .counts_of(slugs.iter().cloned())
                .await
                .map(|all| all.into_iter().map(|one| one.counts).collect()),
        };
        let Ok(counts) = counts else {
            // It says so itself, and is not kept.
            let present = Numbers::Present(self.0.counter.clone());
            return self.render(present, path).await;
        };
        let filled = page.filled(&counts);
        page.compress(&filled).await;
        let answer = page.answer(&filled, &counts, request.method(), request.headers());
        answer.unwrap_or_else(|| ApiError::unmade().into_response())
    }

    /// The page at this path, which is kept from now on; or what there is in its
    /// place.
    async fn rendered(&self, path: &str) -> Result<Arc<KeptPage>, Response> {
        let marks = Arc::new(Marks::new());
        // Of the request nothing but the path may be in it.
        let response = self.render(Numbers::Marks(Arc::clone(&marks)), path).await;
        if response.status() != StatusCode::OK {
            return Err(response);
        }
        let page = cut(response, &marks).await.map_err(|error| {
            tracing::error!(%error, path, "a page could not be made");
            ApiError::unmade().into_response()
        })?;
        let page = Arc::new(page);
        self.shelf().put(path, Arc::clone(&page));
        Ok(page)
    }

    async fn render(&self, numbers: Numbers, path: &str) -> Response {
        let Inner { renderer, site, .. } = &*self.0;
        let page = pages::at(site, &numbers, path).await;
        renderer.document(page, path)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn cut(response: Response, marks: &Marks) -> Result<KeptPage, axum::BoxError> {
    let (parts, body) = response.into_parts();
    // As large as we make it.
    let html = to_bytes(body, usize::MAX).await?;
    let template = Template::cut(std::str::from_utf8(&html)?, marks);
    Ok(KeptPage::new(template, parts.headers))
}

impl Shelf {
    fn new(most_bytes: usize) -> Self {
        Self {
            pages: LruCache::unbounded(),
            bytes: 0,
            most_bytes,
        }
    }

    fn find(&mut self, path: &str) -> Option<Arc<KeptPage>> {
        self.pages.get(path).map(Arc::clone)
    }

    fn put(&mut self, path: &str, page: Arc<KeptPage>) {
        self.bytes += page.size_most();
        if let Some(before) = self.pages.put(path.to_owned(), page) {
            self.bytes -= before.size_most();
        }
        while self.bytes > self.most_bytes && self.pages.len() > 1 {
            if let Some((_, oldest)) = self.pages.pop_lru() {
                self.bytes -= oldest.size_most();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;

    /// A page with so many bytes that stay the same, which count four times.
    fn page(bytes: usize) -> Arc<KeptPage> {
        let template = Template::cut(&"x".repeat(bytes), &Marks::new());
        Arc::new(KeptPage::new(template, HeaderMap::new()))
    }

    fn paths(shelf: &Shelf) -> Vec<&str> {
        shelf.pages.iter().map(|(path, _)| path.as_str()).collect()
    }

    #[test]
    fn no_more_is_kept_than_may_be() {
        let each = page(1_000).size_most();
        let mut shelf = Shelf::new(3 * each);
        for path in ["/a", "/b", "/c"] {
            shelf.put(path, page(1_000));
        }
        assert!(shelf.find("/a").is_some());
        shelf.put("/d", page(1_000));
        assert_eq!(
            paths(&shelf),
            ["/d", "/a", "/c"],
            "not what was asked for last"
        );
        // Twice at once: the second takes the place of the first.
        shelf.put("/d", page(1_000));
        assert_eq!((shelf.bytes, shelf.pages.len()), (3 * each, 3));
        shelf.put("/large", page(100_000));
        assert_eq!(paths(&shelf), ["/large"], "one there is always");
        shelf.put("/a", page(1_000));
        assert_eq!((paths(&shelf), shelf.bytes), (vec!["/a"], each));
    }
}
