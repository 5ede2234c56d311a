//! A page: a reader that goes on reading by itself.

use super::{Client, PATIENCE, Server, view_id};
use futures_util::FutureExt;
use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
    time::timeout,
};
use view_counter::counter::protocol::Counts;

/// A reader of a post for as long as the test wants, however long that is: it
/// answers pings. No total it sees may fall.
pub(crate) struct Page {
    latest: watch::Receiver<Counts>,
    leave: Option<oneshot::Sender<()>>,
    reading: Option<JoinHandle<Client>>,
}

impl Page {
    /// The view with this number of this post, connected and with its first frame.
    pub(crate) async fn open(server: &Server, slug: &str, view: u32) -> Self {
        let mut client = server.reader(slug, &view_id(view)).await;
        let first = client.frame().await;
        let (seen, latest) = watch::channel(first);
        let (leave, left) = oneshot::channel();
        Self {
            latest,
            leave: Some(leave),
            reading: Some(tokio::spawn(read(client, first, seen, left))),
        }
    }

    /// What the page shows now.
    pub(crate) fn shows(&self) -> Counts {
        *self.latest.borrow()
    }

    /// Waits until it shows these numbers.
    pub(crate) async fn sees(&mut self, expected: Counts) {
        let shown = self.latest.wait_for(|counts| *counts == expected);
        let in_time = timeout(PATIENCE, shown).await.map(|seen| seen.is_ok());
        let Ok(connected) = in_time else {
            panic!("the page shows {:?}, not {expected:?}", self.shows());
        };
        assert!(connected, "the page lost its socket at {:?}", self.shows());
    }

    /// Closes as a browser does.
    pub(crate) async fn leave(mut self) {
        drop(self.leave.take());
        let client = self.reading.take().unwrap().await;
        client.expect("no total fell").leave().await;
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // A test that was content with what it waited for has yet to hear of
        // what came beside.
        let ended = self.reading.take().and_then(FutureExt::now_or_never);
        if !std::thread::panicking() {
            ended.map(|client| client.expect("no total fell"));
        }
    }
}

async fn read(
    mut client: Client,
    mut last: Counts,
    seen: watch::Sender<Counts>,
    mut left: oneshot::Receiver<()>,
) -> Client {
    loop {
        let frame = tokio::select! {
            frame = client.frame_if_open() => frame,
            // It leaves, or the page is dropped.
            _ = &mut left => return client,
        };
        let Some(counts) = frame else {
            return client;
        };
        assert!(counts.total >= last.total, "{last:?}, then {counts:?}");
        last = counts;
        seen.send_replace(counts);
    }
}
