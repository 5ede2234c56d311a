//! The opening handshake, as a server reads and answers it: RFC 6455 §4.2, and
//! RFC 8441 over HTTP/2. axum's own compares `Upgrade` as a whole, looks at one
//! `Connection` line only, takes any key, answers another version with 400, and
//! leaves nothing below the frames where bytes could be counted.

use super::{ApiError, prefix::Prefix};
use crate::counter::socket::websocket::{self, SocketLimits, WebSocket};
use axum::{
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header, request::Parts,
    },
    response::{IntoResponse, Response},
};
use hyper::{ext::Protocol, upgrade::OnUpgrade};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// The version of the protocol that this server speaks, the only one there is.
pub(super) const VERSION: &str = "13";

/// A connection, or a stream of HTTP/2, that is to become a WebSocket.
pub(crate) struct Upgrade {
    on_upgrade: OnUpgrade,
    /// What shows that the key was read. HTTP/2 has no key.
    accept: Option<HeaderValue>,
}

/// The upgrade that this request asks for. A refusal names the routes under this prefix.
///
/// # Errors
/// If it asks for none, in another version, or without a key.
pub(super) fn upgrade(parts: &mut Parts, prefix: &Prefix) -> Result<Upgrade, ApiError> {
    let headers = &parts.headers;
    let http1 = parts.version == Version::HTTP_11;
    let asked = if http1 {
        parts.method == Method::GET
            && names(headers, header::UPGRADE, "websocket")
            && names(headers, header::CONNECTION, "upgrade")
    } else {
        let protocol = parts.extensions.get::<Protocol>();
        parts.method == Method::CONNECT && protocol.is_some_and(|p| p.as_str() == "websocket")
    };
    if !asked {
        return Err(if parts.version == Version::HTTP_2 {
            ApiError::connect_required(prefix)
        } else {
            ApiError::upgrade_required(prefix)
        });
    }
    if only(headers, header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != VERSION) {
        return Err(ApiError::other_version(parts.version));
    }
    let accept = if http1 {
        let key = only(headers, header::SEC_WEBSOCKET_KEY).filter(|key| is_key(key.as_bytes()));
        let key = key.ok_or_else(ApiError::no_key)?;
        let accept = HeaderValue::try_from(derive_accept_key(key.as_bytes()));
        Some(accept.map_err(|_| ApiError::no_key())?)
    } else {
        None
    };
    let on_upgrade = parts.extensions.remove::<OnUpgrade>();
    Ok(Upgrade {
        on_upgrade: on_upgrade.ok_or_else(|| ApiError::upgrade_required(prefix))?,
        accept,
    })
}

impl Upgrade {
    /// The answer that agrees to it, and the socket, which is there when the
    /// answer was sent; none if the client did not wait for it. No extension and
    /// no subprotocol is agreed to.
    pub(crate) fn agree(
        self,
        limits: SocketLimits,
    ) -> (Response, impl Future<Output = Option<WebSocket>> + Send) {
        let answer = match self.accept {
            Some(accept) => (
                StatusCode::SWITCHING_PROTOCOLS,
                [
                    (header::CONNECTION, HeaderValue::from_static("upgrade")),
                    (header::UPGRADE, HeaderValue::from_static("websocket")),
                    (header::SEC_WEBSOCKET_ACCEPT, accept),
                ],
            )
                .into_response(),
            None => StatusCode::OK.into_response(),
        };
        let on_upgrade = self.on_upgrade;
        let socket =
            async move { Some(websocket::from_upgraded(on_upgrade.await.ok()?, limits).await) };
        (answer, socket)
    }
}

/// Whether this token is in the header's list, which may be on several lines
/// (RFC 9110 §5.3) and knows no case.
fn names(headers: &HeaderMap, name: HeaderName, token: &str) -> bool {
    headers.get_all(name).iter().any(|line| {
        line.to_str().is_ok_and(|line| {
            line.split(',')
                .any(|item| item.trim().eq_ignore_ascii_case(token))
        })
    })
}

/// The value of a header that may be there once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut lines = headers.get_all(name).iter();
    lines.next().filter(|_| lines.next().is_none())
}

/// Sixteen bytes in base64: 22 characters and two that fill up.
fn is_key(key: &[u8]) -> bool {
    key.strip_suffix(b"==").is_some_and(|digits| {
        digits.len() == 22
            && digits
                .iter()
                .all(|digit| digit.is_ascii_alphanumeric() || matches!(digit, b'+' | b'/'))
    })
}
