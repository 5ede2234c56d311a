//! One answer for all who ask at the same time.
//!
//! Whoever asks is answered with what was begun after it asked: an answer that is being
//! made already may be older than what the client has seen.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OnceCell;

/// An answer that is made once for all who wait for it.
pub(super) struct SharedAnswer<T> {
    /// The answer that is made next, and that whoever asks now waits for. A std mutex: it
    /// is held for a few instructions and never across an await.
    next: Mutex<Option<Arc<OnceCell<T>>>>,
    /// Held while an answer is made: no two are made at once.
    making: tokio::sync::Mutex<()>,
}

impl<T> Default for SharedAnswer<T> {
    fn default() -> Self {
        Self {
            next: Mutex::new(None),
            making: tokio::sync::Mutex::default(),
        }
    }
}

impl<T: Clone> SharedAnswer<T> {
    /// The answer that `make` makes, or that another who asked meanwhile has made. If
    /// whoever makes it gives up, the next who waits goes on in its place.
    pub(super) async fn get(&self, make: impl AsyncFnOnce() -> T) -> T {
        let answer = Arc::clone(self.next().get_or_insert_default());
        let made = answer.get_or_init(async || {
            let _turn = self.making.lock().await;
            // Who asks from now on waits for the next.
            self.next().take_if(|next| Arc::ptr_eq(next, &answer));
            make().await
        });
        made.await.clone()
    }

    fn next(&self) -> MutexGuard<'_, Option<Arc<OnceCell<T>>>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::sync::atomic::{AtomicU64, Ordering};
    use tokio::{sync::Semaphore, task::yield_now};

    /// Answers with how many were begun, and waits for a permit before it ends.
    #[derive(Default)]
    struct Answers {
        shared: SharedAnswer<u64>,
        begun: AtomicU64,
    }

    impl Answers {
        async fn get(&self, permits: &Semaphore) -> u64 {
            let make = async || {
                let n = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
                permits.acquire().await.unwrap().forget();
                n
            };
            self.shared.get(make).await
        }
    }

    async fn until(answers: &Answers, begun: u64) {
        while answers.begun.load(Ordering::Relaxed) < begun {
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn who_asks_while_an_answer_is_made_shares_the_next_one() {
        let (answers, permits) = (Answers::default(), Semaphore::new(0));
        let first = answers.get(&permits);
        let others = async {
            until(&answers, 1).await;
            permits.add_permits(2);
            join_all((0..50).map(|_| answers.get(&permits))).await
        };
        let (first, others) = tokio::join!(first, others);
        assert_eq!(first, 1);
        assert_eq!(others, [2; 50]);
        permits.add_permits(1);
        assert_eq!(answers.get(&permits).await, 3, "nothing is kept");
    }

    #[tokio::test]
    async fn an_answer_is_made_although_who_began_it_has_gone() {
        let answers = Arc::new(Answers::default());
        let permits = Arc::new(Semaphore::new(0));
        let ask = || {
            let (answers, permits) = (Arc::clone(&answers), Arc::clone(&permits));
            tokio::spawn(async move { answers.get(&permits).await })
        };
        let gone = ask();
        until(&answers, 1).await;
        gone.abort();
        let other = ask();
        until(&answers, 2).await;
        permits.add_permits(1);
        assert_eq!(other.await.unwrap(), 2);
    }
}
