//! The queue in which pages wait to be made. Pages are made by the same threads
//! that send frames, and each takes a thousand times as long: without a queue,
//! whoever asks for many pages makes every reader wait.

use super::{
    limits::Share,
    metrics::PageRefused,
    route::{ApiError, Counter},
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{Method, response::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{num::NonZero, thread::available_parallelism};
use tokio::{sync::Semaphore, task::yield_now};

/// Pages that are made at once, for each thread: some of them wait for the
/// database. What else there is to do waits for no more than so many.
const AT_ONCE: usize = 4;
/// Pages that are made or wait for it. Beyond it clients are told to come back: to
/// make so many takes some seconds.
const WAITING_MOST: usize = 1_024;

/// Middleware for axum, with the [`Counter`] as its state: a page is made when it
/// is its turn. Answers 429 where its address waits for many already, and 503 where
/// all together do.
///
/// The whole page is made before the first byte of it is sent, compressed too if
/// this is the outer layer: a page that is streamed as it is made is not, here.
pub async fn queued(State(counter): State<Counter>, request: Request, next: Next) -> Response {
    in_queue(&counter, request, |request| next.run(request)).await
}

/// Middleware for axum, with the [`Counter`] as its state, around what waits for its turn
/// by itself: the answer is one of its address's pages until the client has taken it, and
/// 429 where its address has many already.
pub(super) async fn counted_until_taken(
    State(counter): State<Counter>,
    request: Request,
    next: Next,
) -> Response {
    match counter.admit_page(request.extensions(), request.headers()) {
        Some(share) => held(whole(next.run(request).await).await, share),
        None => refused(&counter, PageRefused::AddressLimit),
    }
}

/// As [`queued`], of one answer.
pub async fn in_queue<A: Future<Output = Response>>(
    counter: &Counter,
    request: Request,
    answer: impl FnOnce(Request) -> A,
) -> Response {
    ready_or_in_queue(counter, request, |_| None, answer).await
}

/// As [`in_queue`], but where the answer is ready it does not wait. It is one of its
/// address's pages all the same, until the client has taken it: what is sent outlives
/// what is kept, and each client could hold another version of a page.
pub async fn ready_or_in_queue<A: Future<Output = Response>>(
    counter: &Counter,
    request: Request,
    ready: impl FnOnce(&Request) -> Option<Response>,
    answer: impl FnOnce(Request) -> A,
) -> Response {
    let Some(share) = counter.admit_page(request.extensions(), request.headers()) else {
        return refused(counter, PageRefused::AddressLimit);
    };
    if let Some(ready) = ready(&request) {
        return held(whole(ready).await, share);
    }
    // Anything else may wait for what its client has yet to send, and nobody else
    // is to wait for that.
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return answer(request).await;
    }
    let made = async { whole(answer(request).await).await };
    match counter.queue().make(made).await {
        Ok(page) => held(page, share),
        Err(why) => refused(counter, why),
    }
}

type Whole = (Parts, Result<Bytes, axum::Error>);

async fn whole(page: Response) -> Whole {
    let (parts, body) = page.into_parts();
    // As large as we make it.
    (parts, to_bytes(body, usize::MAX).await)
}

/// The page, which its address has as long as its bytes.
fn held((parts, bytes): Whole, share: Share) -> Response {
    match bytes {
        // Also the answer to HEAD, which says how long the page is.
        Ok(bytes) if bytes.is_empty() => Response::from_parts(parts, Body::empty()),
        Ok(bytes) => {
            let page = Bytes::from_owner(Page {
                bytes,
                _share: share,
            });
            Response::from_parts(parts, page.into())
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be made");
            ApiError::unmade().into_response()
        }
    }
}

fn refused(counter: &Counter, why: PageRefused) -> Response {
    counter.page_refused(why);
    ApiError::from(why).into_response()
}

/// A page that was made. Its address has its share as long as the bytes are held
/// somewhere: until they were sent, or given up.
struct Page {
    bytes: Bytes,
    _share: Share,
}

impl AsRef<[u8]> for Page {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The pages of one server that wait, or are made.
pub(super) struct Queue {
    /// Made, or waiting.
    places: Semaphore,
    making: Semaphore,
}

impl Default for Queue {
    fn default() -> Self {
        let threads = available_parallelism().map_or(1, NonZero::get);
        Self::new(AT_ONCE * threads, WAITING_MOST)
    }
}

impl Queue {
    fn new(at_once: usize, waiting: usize) -> Self {
        Self {
            places: Semaphore::new(waiting),
            making: Semaphore::new(at_once),
        }
    }

    /// Makes this page when it is its turn.
    ///
    /// # Errors
    /// If more pages wait than may.
    pub(super) async fn make<T>(&self, page: impl Future<Output = T>) -> Result<T, PageRefused> {
        let _place = self.places.try_acquire().map_err(|_| PageRefused::Full)?;
        let _turn = self.making.acquire().await.map_err(|_| PageRefused::Full)?;
        // Behind what else there is to do. Many that come together would else be
        // made together: nothing on the way here waits.
        yield_now().await;
        Ok(page.await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    /// The number of pages that were made, and how many of them when something else
    /// that came after them was done.
    async fn made(queue: Queue, pages: usize) -> (usize, usize) {
        let queue = Arc::new(queue);
        let made = Arc::new(AtomicUsize::new(0));
        let asked: Vec<_> = (0..pages)
            .map(|_| {
                let (queue, made) = (Arc::clone(&queue), Arc::clone(&made));
                tokio::spawn(async move {
                    let page = async { made.fetch_add(1, Ordering::Relaxed) };
                    queue.make(page).await.is_ok()
                })
            })
            .collect();
        let frame = {
            let made = Arc::clone(&made);
            tokio::spawn(async move { made.load(Ordering::Relaxed) })
        };
        let before = frame.await.unwrap();
        for page in asked {
            page.await.unwrap();
        }
        (made.load(Ordering::Relaxed), before)
    }

    #[tokio::test]
    async fn what_comes_after_many_pages_waits_for_few_of_them() {
        let (all, before) = made(Queue::new(2, 1_000), 500).await;
        assert_eq!(all, 500);
        assert!(before <= 2, "{before}");
    }

    #[tokio::test]
    async fn beyond_the_places_there_are_pages_are_refused() {
        assert_eq!(made(Queue::new(2, 100), 500).await.0, 100);
        let queue = Queue::new(1, 1);
        assert_eq!(queue.make(async { 1 }).await, Ok(1));
        assert_eq!(queue.make(async { 2 }).await, Ok(2), "a place comes free");
    }
}
