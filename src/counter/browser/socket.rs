//! One WebSocket of the page, as a value: dropping it closes it, and nothing is
//! heard of it afterwards.

use super::{json, reader::Reader};
use crate::counter::{
    lifecycle::{Event, Generation},
    protocol::close_code::ABNORMAL,
};
use futures_util::{
    StreamExt,
    future::{AbortHandle, abortable},
};
use gloo_net::websocket::{Message, WebSocketError, futures::WebSocket};
use leptos::prelude::window;
use std::{cell::Cell, rc::Weak};
use wasm_bindgen_futures::spawn_local;

/// A socket that is connecting or open.
pub(super) struct Socket {
    /// None if the browser would not even try.
    raw: Option<web_sys::WebSocket>,
    listening: AbortHandle,
    /// It was asked to tell of the site's visitors too.
    pub(super) follows_site: Cell<bool>,
}

impl Socket {
    /// Opens a socket to this path of the page's host. What comes of it is told
    /// to `reader`, marked with `generation`; a socket that cannot be opened is
    /// one that closes.
    pub(super) fn open(path: &str, generation: Generation, reader: Weak<Reader>) -> Self {
        let raw = url(path).and_then(|url| web_sys::WebSocket::new(&url).ok());
        let stream = raw.clone().and_then(|raw| WebSocket::try_from(raw).ok());
        let (task, listening) = abortable(async move {
            let code = match stream {
                Some(stream) => listen(stream, generation, &reader).await,
                None => ABNORMAL,
            };
            if let Some(reader) = reader.upgrade() {
                reader.on(Event::Closed(generation, code));
            }
        });
        spawn_local(async {
            let _ = task.await;
        });
        Self {
            raw,
            listening,
            follows_site: Cell::default(),
        }
    }

    /// Sends this text, and returns whether the browser took it: not on a socket that is
    /// known to have ended. On a link that is dead it is never heard, and that is what
    /// tells.
    pub(super) fn send(&self, text: &str) -> bool {
        let open = |raw: &&web_sys::WebSocket| raw.ready_state() == web_sys::WebSocket::OPEN;
        let raw = self.raw.as_ref().filter(open);
        raw.is_some_and(|raw| raw.send_with_str(text).is_ok())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // First deaf, then closed: on a dead link `close` can take minutes to
        // be answered, and nobody waits for that.
        self.listening.abort();
        if let Some(raw) = &self.raw {
            let _ = raw.close();
        }
    }
}

/// Tells of every frame; returns the close code.
async fn listen(mut stream: WebSocket, generation: Generation, reader: &Weak<Reader>) -> u16 {
    while let Some(message) = stream.next().await {
        match message {
            Ok(Message::Text(text)) => {
                let Some(reader) = reader.upgrade() else {
                    continue;
                };
                // Frames may get more fields and other kinds may come: what is
                // not understood is passed over.
                let frame = json::parse(&text);
                match json::counts(&frame) {
                    Some(counts) => reader.on(Event::Frame(generation, counts)),
                    None => reader.notify_observer(Some((generation, &frame))),
                }
            }
            Ok(Message::Bytes(_)) | Err(WebSocketError::ConnectionError) => {}
            Err(WebSocketError::ConnectionClose(event)) => return event.code,
            Err(_) => return ABNORMAL,
        }
    }
    ABNORMAL
}

/// The address of a socket at this path of the page's host.
fn url(path: &str) -> Option<String> {
    let origin = window().location().origin().ok()?;
    // `http` is followed by nothing or an `s`, and so is `ws`.
    Some("ws".to_owned() + origin.strip_prefix("http")? + path)
}
