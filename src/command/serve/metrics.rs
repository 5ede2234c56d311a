//! The metrics' own listener.

mod host;

use anyhow::Context;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use view_counter::{
    config::{METRICS_DEFAULT, MetricsListen},
    counter::{
        accept,
        route::{Counter, metrics_router},
    },
};

/// Some scrapers and somebody who looks. Their descriptors come out of the
/// reserve. When there are as many, the oldest makes room for a new one.
const CONNECTIONS: usize = 8;

/// The listener that is asked for; none if metrics are off, or nobody asked and
/// the default port is another program's: a blog does not stay away for that.
///
/// # Errors
/// If an address was named and cannot be had.
pub(super) fn bind(listen: Option<MetricsListen>) -> anyhow::Result<Option<TcpListener>> {
    let listener = match listen {
        Some(MetricsListen::Off) => return Ok(None),
        Some(MetricsListen::At(address)) => {
            accept::bind(address).with_context(|| cannot_listen(address))?
        }
        None => match accept::bind(METRICS_DEFAULT) {
            Ok(listener) => listener,
            Err(error) => {
                tracing::warn!(
                    %error,
                    address = %METRICS_DEFAULT,
                    "there are no metrics; name another address with --metrics-listen, or turn \
                     them off with --metrics-listen off"
                );
                return Ok(None);
            }
        },
    };
    tracing::info!("metrics on http://{}/metrics", listener.local_addr()?);
    Ok(Some(listener))
}

/// Serves until `stop`.
pub(super) async fn serve(listener: TcpListener, counter: Counter, stop: CancellationToken) {
    let anyone = |_| Some(());
    let app = host::checked(metrics_router(counter), listener.local_addr().ok());
    accept::serve_at_most(CONNECTIONS, listener, app, anyone, stop).await;
}

fn cannot_listen(address: SocketAddr) -> String {
    format!(
        "cannot listen on {address} for the metrics; name another address with \
         --metrics-listen, or turn them off with --metrics-listen off"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_an_address_that_was_named_must_be_had() {
        // Ours or another program's: it is taken either way.
        let _taken = accept::bind(METRICS_DEFAULT);
        assert!(bind(None).unwrap().is_none());

        let taken = accept::bind(([127, 0, 0, 1], 0).into()).unwrap();
        let address = taken.local_addr().unwrap();
        let error = bind(Some(MetricsListen::At(address))).unwrap_err();
        assert!(error.to_string().contains("--metrics-listen"), "{error}");
        assert!(bind(Some(MetricsListen::Off)).unwrap().is_none());
    }
}
