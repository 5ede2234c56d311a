//! A server from its start to an end that loses no view.

use super::{accept, hub::Unsaved, route::Counter};
use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves `app` until `stop` resolves, or until it cannot accept connections any more; then saves, closes all sockets, saves the rest, and
/// returns. That takes some seconds, for the sockets.
///
/// In place of [`axum::serve()`] it tells the routes each request's peer, holds slow clients and
/// hoarded connections to limits, and ends in the order that loses no view. `listener` is best
/// one of [`bind`](super::accept::bind), whose options suit many quiet sockets.
///
/// ```no_run
/// use axum::Router;
/// use std::{error::Error, path::Path, sync::Arc};
/// use view_counter::{Admission, Counter, Hub, HubSettings, SavePolicy, Store};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn Error>> {
/// let store = Store::open(Path::new("views.db"), SavePolicy::default()).await?;
/// let hub = Hub::start(Arc::new(store.clone()), HubSettings::default());
/// let counter = Counter::new(hub, Admission::default());
/// let app = Router::new().merge(view_counter::router(counter.clone()));
///
/// let listener = view_counter::bind("127.0.0.1:3000".parse()?)?;
/// let stop = async {
///     let _ = tokio::signal::ctrl_c().await;
/// };
/// view_counter::serve(listener, app, counter, stop).await?;
/// store.close().await;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If views could not be saved.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    counter: Counter,
    stop: impl Future<Output = ()>,
) -> Result<(), Unsaved> {
    let closing = CancellationToken::new();
    let admit = {
        let counter = counter.clone();
        move |peer| counter.admit_connection(peer)
    };
    let accepting = accept::serve(listener, app, admit, closing.clone());
    // A task of its own: what fails in it does not keep the rest from being saved.
    let mut serving = tokio::spawn(accepting);
    let ended = tokio::select! {
        () = stop => None,
        ended = &mut serving => Some(ended),
    };
    // Sockets are the counter's to close: nothing that serves requests waits for them.
    let saved = counter.stop().await;
    closing.cancel();
    let ended = match ended {
        Some(ended) => ended,
        None => serving.await,
    };
    if let Err(error) = ended {
        tracing::error!(%error, "the task that accepts connections failed");
    }
    saved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counter::{
        accept::bind,
        admission::Admission,
        hub::{Hub, HubSettings},
        protocol::Slug,
        route::health_router,
        storage::{MemoryStorage, Storage},
    };
    use std::sync::Arc;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        sync::oneshot,
    };

    #[tokio::test]
    async fn a_server_answers_until_it_is_stopped_and_then_saves() {
        let storage = Arc::new(MemoryStorage::new());
        let hub = Hub::start(
            Arc::<MemoryStorage>::clone(&storage),
            HubSettings::default(),
        );
        let counter = Counter::new(hub.clone(), Admission::default());
        let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve(
            listener,
            health_router(counter.clone()),
            counter,
            async {
                let _ = stopped.await;
            },
        ));

        let mut client = TcpStream::connect(address).await.unwrap();
        let request = b"GET /readyz HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
        client.write_all(request).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

        let slug: Slug = "a".parse().unwrap();
        drop(hub.read(&slug).await.unwrap());
        stop.send(()).unwrap();
        serving.await.unwrap().unwrap();
        assert_eq!(storage.total(&slug).await.unwrap(), 1);
        assert!(TcpStream::connect(address).await.is_err());
    }
}
