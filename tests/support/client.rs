//! A reader: a real WebSocket client.

use super::PATIENCE;
use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async, client_async_with_config,
    tungstenite::{
        Error, Message, client::IntoClientRequest, handshake::client::Response,
        protocol::WebSocketConfig,
    },
};
use view_counter::counter::protocol::Counts;

pub(crate) fn counts(live: u64, total: u64) -> Counts {
    Counts { live, total }
}

/// The query of a view with this id.
pub(crate) fn view_id(n: u32) -> String {
    format!("?v={n:032x}")
}

pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
}

impl From<WebSocketStream<TcpStream>> for Client {
    fn from(socket: WebSocketStream<TcpStream>) -> Self {
        Self { socket }
    }
}

impl Client {
    pub(crate) async fn connect(address: &str, path: &str) -> Self {
        let origin = format!("http://{address}");
        let connected = Self::try_connect(address, path, Some(&origin)).await;
        Self::from(connected.unwrap().0)
    }

    /// A page of this server's own, whose browser adds these headers.
    pub(crate) async fn connect_with(
        address: &str,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Self {
        let connected = Self::try_connect_with(address, path, headers).await;
        connected.unwrap_or_else(|refused| panic!("refused: {refused:?}"))
    }

    /// As [`Self::connect_with`], or the answer that refused it.
    pub(crate) async fn try_connect_with(
        address: &str,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Box<Response>> {
        let mut request = format!("ws://{address}{path}")
            .into_client_request()
            .unwrap();
        let origin = format!("http://{address}").parse().unwrap();
        request.headers_mut().insert("origin", origin);
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(address).await.unwrap();
        let handshake = timeout(PATIENCE, client_async(request, stream)).await;
        match handshake.expect("an answer") {
            Ok((socket, _)) => Ok(Self::from(socket)),
            Err(Error::Http(response)) => Err(response),
            Err(error) => panic!("{error}"),
        }
    }

    /// The handshake with this `Origin`; an error holds the HTTP response, or
    /// says why there was none.
    pub(crate) async fn try_connect(
        address: &str,
        path: &str,
        origin: Option<&str>,
    ) -> Result<(WebSocketStream<TcpStream>, Response), Error> {
        let mut request = format!("ws://{address}{path}").into_client_request()?;
        if let Some(origin) = origin {
            request
                .headers_mut()
                .insert("origin", origin.parse().unwrap());
        }
        // By default a socket takes 128 KiB, and some tests open thousands.
        let small = WebSocketConfig::default().read_buffer_size(512);
        let handshake = async {
            let stream = TcpStream::connect(address).await?;
            client_async_with_config(request, stream, Some(small)).await
        };
        timeout(PATIENCE, handshake).await.expect("an answer")
    }

    /// A page of this server's own whose system takes little before the page reads it.
    pub(crate) async fn connect_that_holds_little(address: &str, path: &str) -> Self {
        let mut request = format!("ws://{address}{path}")
            .into_client_request()
            .unwrap();
        let origin = format!("http://{address}").parse().unwrap();
        request.headers_mut().insert("origin", origin);
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(1).unwrap();
        let stream = socket.connect(address.parse().unwrap()).await.unwrap();
        let handshake = timeout(PATIENCE, client_async(request, stream)).await;
        Self::from(handshake.expect("an answer").unwrap().0)
    }

    /// The next frame with numbers.
    pub(crate) async fn frame(&mut self) -> Counts {
        serde_json::from_str(&self.text().await).unwrap()
    }

    /// The next frame as it was sent.
    pub(crate) async fn text(&mut self) -> String {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await;
            match message.expect("a frame").expect("still open").unwrap() {
                Message::Text(text) => return text.to_string(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("not a text frame: {other:?}"),
            }
        }
    }

    /// Reads frames until these numbers come.
    pub(crate) async fn sees(&mut self, expected: Counts) {
        let mut last = None;
        let seen = async {
            while last != Some(expected) {
                last = Some(self.frame().await);
            }
        };
        if timeout(PATIENCE, seen).await.is_err() {
            panic!("saw {last:?}, not {expected:?}");
        }
    }

    /// The next frame with numbers; none if it was a ping.
    pub(crate) async fn frame_or_ping(&mut self) -> Option<Counts> {
        match self.socket.next().await.expect("still open").unwrap() {
            Message::Text(text) => serde_json::from_str(&text).ok(),
            _ => None,
        }
    }

    /// The next frame with numbers, however long it takes; none if the socket
    /// ends before.
    pub(crate) async fn frame_if_open(&mut self) -> Option<Counts> {
        serde_json::from_str(&self.text_if_open().await?).ok()
    }

    /// The next text frame, however long it takes; none if the socket ends before.
    pub(crate) async fn text_if_open(&mut self) -> Option<String> {
        loop {
            match self.socket.next().await?.ok()? {
                Message::Text(text) => return Some(text.to_string()),
                Message::Ping(_) | Message::Pong(_) => {}
                _ => return None,
            }
        }
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    /// Sends, to a server that may close meanwhile.
    pub(crate) async fn try_send(&mut self, message: Message) {
        let _ = timeout(PATIENCE, self.socket.send(message)).await;
    }

    /// Closes as a browser does.
    pub(crate) async fn leave(mut self) {
        let closed = async {
            self.socket.close(None).await.unwrap();
            while let Some(Ok(_)) = self.socket.next().await {}
        };
        timeout(PATIENCE, closed).await.expect("the server closes");
    }

    /// The code with which the server closes; frames before it are passed over.
    pub(crate) async fn close_code(&mut self) -> Option<u16> {
        let closed = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Close(frame))) => {
                        return frame.map(|f| u16::from(f.code));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return None,
                }
            }
        };
        timeout(PATIENCE, closed).await.expect("the server closes")
    }
}
