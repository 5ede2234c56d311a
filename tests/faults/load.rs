//! Readers as a busy site has them: some come and go, some stay, and somebody
//! reads the numbers as JSON. All write what they see into the ledger, and end
//! when the server does.

use crate::{
    dice::Dice,
    ledger::Ledger,
    support::{Client, Server},
};
use futures_util::StreamExt;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};
use view_counter::counter::{
    lifecycle::Entropy,
    protocol::{CONNECT_PATH, Counts, ViewId},
};

/// The readers of one server, until it falls.
pub(crate) struct Load {
    address: String,
    ledger: Ledger,
    readers: JoinSet<()>,
    settled: Arc<AtomicUsize>,
}

impl Load {
    pub(crate) fn on(server: &Server, ledger: &Ledger) -> Self {
        Self {
            address: server.address.clone(),
            ledger: ledger.clone(),
            readers: JoinSet::new(),
            settled: Arc::default(),
        }
    }

    /// Somebody who opens one of these posts, looks at it for a moment, leaves,
    /// pauses up to `pause`, and comes anew as another reader.
    pub(crate) fn visitor(&mut self, slugs: &'static [&'static str], pause: Duration, dice: Dice) {
        let (address, ledger) = (self.address.clone(), self.ledger.clone());
        self.readers.spawn(async move {
            let mut dice = dice;
            loop {
                let slug = dice.pick(slugs);
                let view = dice.view_id();
                let look = dice.between(Duration::ZERO, Duration::from_millis(100));
                ledger.begins(slug);
                let Some(mut socket) = open(&address, slug, view, false).await else {
                    return;
                };
                let Some(first) = frame(&mut socket).await else {
                    return;
                };
                ledger.acknowledged(slug);
                ledger.shown(slug, first);
                let looking = async {
                    while let Some(counts) = frame(&mut socket).await {
                        ledger.shown(slug, counts);
                    }
                };
                let _ = timeout(look, looking).await;
                drop(socket);
                sleep(dice.between(Duration::ZERO, pause)).await;
            }
        });
    }

    /// Somebody who stays on a post. With `again` it is a page that was open
    /// before: no new view.
    pub(crate) fn resident(&mut self, slug: &'static str, view: ViewId, again: bool) {
        let (address, ledger) = (self.address.clone(), self.ledger.clone());
        let settled = Arc::clone(&self.settled);
        self.readers.spawn(async move {
            if !again {
                ledger.begins(slug);
            }
            let mut socket = open(&address, slug, view, again).await;
            let mut first = true;
            while let Some(socket) = &mut socket
                && let Some(counts) = frame(socket).await
            {
                ledger.shown(slug, counts);
                if first && !again {
                    ledger.acknowledged(slug);
                }
                if first {
                    settled.fetch_add(1, Ordering::SeqCst);
                }
                first = false;
            }
        });
    }

    /// How many of those who stay are there.
    pub(crate) fn settled(&self) -> usize {
        self.settled.load(Ordering::SeqCst)
    }

    /// Somebody who reads the numbers without being a reader.
    pub(crate) fn onlooker(&mut self, slug: &'static str) {
        let (address, ledger) = (self.address.clone(), self.ledger.clone());
        self.readers.spawn(async move {
            let url = format!("http://{address}/api/v1/views/{slug}");
            let client = reqwest::Client::new();
            let look = async || {
                let response = client.get(&url).send().await.ok()?;
                serde_json::from_str(&response.text().await.ok()?).ok()
            };
            while let Some(counts) = look().await {
                ledger.shown(slug, counts);
                sleep(Duration::from_millis(10)).await;
            }
        });
    }

    /// Waits until all have noticed that the server fell, and have entered the
    /// last that it showed them.
    pub(crate) async fn over(mut self) {
        while let Some(ended) = self.readers.join_next().await {
            ended.expect("a reader does not panic");
        }
    }
}

type Socket = WebSocketStream<TcpStream>;

/// A socket of this view; none if the server did not take it.
async fn open(address: &str, slug: &str, view: ViewId, again: bool) -> Option<Socket> {
    let again = if again { "&again=1" } else { "" };
    let path = format!("{CONNECT_PATH}{slug}?v={view}{again}");
    let origin = format!("http://{address}");
    let connected = Client::try_connect(address, &path, Some(&origin)).await;
    Some(connected.ok()?.0)
}

/// The next numbers; none if there will be no more.
async fn frame(socket: &mut Socket) -> Option<Counts> {
    loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => return serde_json::from_str(&text).ok(),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}
