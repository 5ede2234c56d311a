//! A page in a reading room, as the published client and ours are.

use super::{Client, Server};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// A page in a room, and what it was sent.
pub(crate) struct RoomPage {
    client: Client,
    /// The ids and texts of the messages that were said, in the order in which they came.
    pub(crate) said: Vec<(u64, String)>,
}

impl RoomPage {
    /// A page that has a socket and has not joined.
    pub(crate) async fn connect(server: &Server, slug: &str, query: &str) -> Self {
        let path = format!("/rooms/{slug}/ws{query}");
        Self::from(Client::connect(&server.address, &path).await)
    }

    /// A page that has joined under this name.
    pub(crate) async fn join(server: &Server, slug: &str, name: &str) -> Self {
        let mut page = Self::connect(server, slug, "").await;
        page.send(json!({"type": "join", "name": name})).await;
        page
    }

    /// A page that returns with what it has.
    pub(crate) async fn rejoin(self, server: &Server, slug: &str, name: &str, query: &str) -> Self {
        let mut page = Self::connect(server, slug, query).await;
        let since = self.said.last().map_or(0, |(id, _)| *id);
        page.said = self.said;
        page.send(json!({"type": "join", "name": name, "since": since}))
            .await;
        page
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.client.send(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send_raw(&mut self, message: Message) {
        self.client.try_send(message).await;
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.send(json!({"type": "chat", "message": text, "timestamp": 0}))
            .await;
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Value {
        let text = self.client.text().await;
        self.received(&text)
    }

    /// The next message, however long it takes; `None` if the socket ends before.
    pub(crate) async fn next_if_open(&mut self) -> Option<Value> {
        let text = self.client.text_if_open().await?;
        Some(self.received(&text))
    }

    fn received(&mut self, text: &str) -> Value {
        let message: Value = serde_json::from_str(text).unwrap();
        if message["type"] == "chat" {
            let text = message["message"].as_str().unwrap().to_owned();
            self.said.push((message["id"].as_u64().unwrap(), text));
        }
        message
    }

    /// The next message of this type; those before it are passed over.
    pub(crate) async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next().await;
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// Reads until this was said.
    pub(crate) async fn receives(&mut self, text: &str) {
        while self.said.last().is_none_or(|(_, said)| said != text) {
            self.next_of("chat").await;
        }
    }

    /// Reads until the list of users is this one.
    pub(crate) async fn sees_users(&mut self, users: &[&str]) {
        while self.next_of("users").await["users"] != json!(users) {}
    }

    /// Reads until a system message says this.
    pub(crate) async fn is_told(&mut self, sentence: &str) {
        while self.next_of("system").await["message"] != sentence {}
    }

    /// Whether nothing comes for so long.
    pub(crate) async fn receives_nothing_for(&mut self, time: Duration) -> bool {
        timeout(time, self.next()).await.is_err()
    }

    pub(crate) async fn close_code(&mut self) -> Option<u16> {
        self.client.close_code().await
    }

    /// Closes as a browser does.
    pub(crate) async fn leave(self) {
        self.client.leave().await;
    }
}

impl From<Client> for RoomPage {
    fn from(client: Client) -> Self {
        Self {
            client,
            said: Vec::new(),
        }
    }
}
