//! A TCP proxy that can fall silent: as a phone that lost its network, a laptop
//! that was shut, or a pulled cable look from the server.

use std::future;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// Forwards connections to a server. Dropping it closes them all.
pub(crate) struct Proxy {
    pub(crate) address: String,
    silent: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    pub(crate) async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (silent, silence) = watch::channel(false);
        let server = server.to_owned();
        let accepting = tokio::spawn(async move {
            let mut ways = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(&server).await.unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                ways.spawn(forward(from_client, to_server, silence.clone()));
                ways.spawn(forward(from_server, to_client, silence.clone()));
            }
        });
        Self {
            address,
            silent,
            accepting,
        }
    }

    /// From now on forwards nothing, either way, and closes nothing.
    pub(crate) fn fall_silent(&self) {
        self.silent.send_replace(true);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn forward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut silence: watch::Receiver<bool>,
) {
    let mut bytes = [0; 1024];
    loop {
        let silence = async { silence.wait_for(|silent| *silent).await.map(drop) };
        let read = tokio::select! {
            biased;
            _ = silence => None,
            read = from.read(&mut bytes) => Some(read),
        };
        match read {
            None => future::pending().await,
            Some(Ok(n @ 1..)) if to.write_all(&bytes[..n]).await.is_ok() => {}
            // An end on one side is an end on the other.
            _ => return,
        }
    }
}
