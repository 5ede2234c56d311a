//! The opening handshake, as a server has to read it (RFC 6455 §4.2.1). axum
//! compares `Upgrade` as a whole, looks at one `Connection` line only, takes any
//! key, and answers another version with 400; proxies and RFC differ.

use super::ApiError;
use axum::{
    extract::{FromRequestParts, ws::WebSocketUpgrade},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Version, header, request::Parts},
};

/// The version of the protocol that this server speaks, the only one there is.
pub(super) const VERSION: &str = "13";

/// The upgrade that this request asks for.
///
/// # Errors
/// If it asks for none, in another version, or without a key.
pub(super) async fn upgrade(parts: &mut Parts) -> Result<WebSocketUpgrade, ApiError> {
    // HTTP/2 has neither of these headers, and no key: there the extended
    // CONNECT itself says it (RFC 8441).
    let http1 = parts.version <= Version::HTTP_11;
    let asked = if http1 {
        names(&parts.headers, header::UPGRADE, "websocket")
            && names(&parts.headers, header::CONNECTION, "upgrade")
    } else {
        parts.method == Method::CONNECT
    };
    if !asked {
        return Err(ApiError::upgrade_required());
    }
    let version = only(&parts.headers, header::SEC_WEBSOCKET_VERSION);
    if version.is_none_or(|version| version != VERSION) {
        return Err(ApiError::other_version());
    }
    if http1 {
        let key = only(&parts.headers, header::SEC_WEBSOCKET_KEY);
        if !key.is_some_and(|key| is_key(key.as_bytes())) {
            return Err(ApiError::no_key());
        }
        // As axum looks for them; what else was named does not matter now.
        let headers = &mut parts.headers;
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    }
    WebSocketUpgrade::from_request_parts(parts, &())
        .await
        .map_err(|rejection| ApiError::new(rejection.status(), rejection.body_text()))
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
