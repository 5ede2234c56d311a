//! Whose turn it is to have a page made. Pages are made by the same threads that
//! send frames, and each takes a thousand times as long: without turns, whoever
//! asks for many pages makes every reader wait.

use super::{
    metrics::Unmade,
    route::{ApiError, Counter},
};
use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{num::NonZero, sync::Arc, thread::available_parallelism};
use tokio::{sync::Semaphore, task::yield_now};

/// Pages that are made at once, for each thread: some of them wait for the
/// database. What else there is to do waits for no more than so many.
const AT_ONCE: usize = 4;
/// Pages that are made or wait for their turn. Beyond it clients are told to come
/// back: to make so many takes some seconds.
const WAITING_MOST: usize = 1_024;
/// When they are told to, in seconds.
const COME_BACK_IN: u64 = 1;

/// The turns of one server. Clones share them.
#[derive(Clone)]
pub struct Turns {
    counter: Counter,
    queue: Arc<Queue>,
}

impl Turns {
    /// For pages beside this counter. What one address may ask for is one of the
    /// counter's limits.
    pub fn new(counter: Counter) -> Self {
        let threads = available_parallelism().map_or(1, NonZero::get);
        Self {
            counter,
            queue: Arc::new(Queue::new(AT_ONCE * threads, WAITING_MOST)),
        }
    }
}

/// Middleware for axum: lets a page be made when it is its turn, or answers 429
/// where its address waits for many already, and 503 where all together do.
pub async fn in_turn(State(turns): State<Turns>, request: Request, next: Next) -> Response {
    // Anything else may wait for what its client has yet to send, and nobody else
    // is to wait for that.
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let share = turns.counter.page(request.extensions(), request.headers());
    let made = match share {
        Some(_share) => turns.queue.make(next.run(request)).await,
        None => Err(Unmade::OfAddress),
    };
    made.unwrap_or_else(|why| {
        turns.counter.page_unmade(why);
        ApiError::from(why).into_response()
    })
}

impl From<Unmade> for ApiError {
    fn from(why: Unmade) -> Self {
        let (status, sentence) = match why {
            Unmade::OfAddress => (
                StatusCode::TOO_MANY_REQUESTS,
                "your address asked for too many pages at once; try again in a second",
            ),
            Unmade::Full => (
                StatusCode::SERVICE_UNAVAILABLE,
                "more pages are asked for than can be made; try again in a second",
            ),
        };
        Self::new(status, sentence).retry_after(COME_BACK_IN)
    }
}

struct Queue {
    /// Made, or waiting.
    places: Semaphore,
    making: Semaphore,
}

impl Queue {
    fn new(at_once: usize, waiting: usize) -> Self {
        Self {
            places: Semaphore::new(waiting),
            making: Semaphore::new(at_once),
        }
    }

    async fn make<T>(&self, page: impl Future<Output = T>) -> Result<T, Unmade> {
        let _place = self.places.try_acquire().map_err(|_| Unmade::Full)?;
        let _turn = self.making.acquire().await.map_err(|_| Unmade::Full)?;
        // Behind what else there is to do. Many that come together would else be
        // made together: nothing on the way here waits.
        yield_now().await;
        Ok(page.await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

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
