//! The headers that tell browsers to be careful, on every answer of the server.
//!
//! An answer that says something itself is left with what it says.

use super::{caching::ASK_EACH_TIME, csp};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// What a page can ask of a browser and this site never does. What it uses, the
/// clipboard, is left as it is: allowed to the page itself.
const UNUSED: &str = "accelerometer=(), camera=(), display-capture=(), \
    geolocation=(), gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), \
    microphone=(), midi=(), payment=(), publickey-credentials-get=(), screen-wake-lock=(), \
    serial=(), storage-access=(), usb=(), window-management=(), xr-spatial-tracking=()";

/// A year, which lists of such sites ask for. Not for the host's subdomains,
/// which are not ours to speak for.
const SECURE_FOR: &str = "max-age=31536000";

/// How the world reaches the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Over TLS, which a proxy takes off.
    Https,
    /// Without, or nobody said.
    Http,
}

impl Scheme {
    /// Of the site at this address, if it is known.
    pub(crate) fn of(site_url: Option<&str>) -> Self {
        match site_url {
            Some(url) if url.starts_with("https://") => Self::Https,
            _ => Self::Http,
        }
    }
}

/// Adds what every answer says unless it says otherwise.
pub(crate) async fn complete(State(scheme): State<Scheme>, mut response: Response) -> Response {
    let status = response.status();
    // From here on it is a WebSocket.
    if status == StatusCode::SWITCHING_PROTOCOLS {
        return response;
    }
    let headers = response.headers_mut();
    // Of a cached answer only those headers change that "not modified" has: a
    // page would be left with the policy of what is no page.
    if status != StatusCode::NOT_MODIFIED && !headers.contains_key(header::CONTENT_SECURITY_POLICY)
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, csp::NOTHING);
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    let mut default = |name, value| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Caches may keep some errors for as long as they like, 404 among them (RFC 9110
    // §15.1): a page that is published a minute later would stay missing.
    if status.is_client_error() || status.is_server_error() {
        default(header::CACHE_CONTROL, ASK_EACH_TIME);
    }
    // Other sites learn which site sent the reader, and not which page.
    default(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    default(RESOURCE_POLICY, "same-origin");
    if scheme == Scheme::Https {
        default(header::STRICT_TRANSPORT_SECURITY, SECURE_FOR);
    }
    response
}

/// Adds what only a page has a use for, beside its policy.
pub(crate) fn mark_as_page(scheme: Scheme, headers: &mut HeaderMap) {
    // Without TLS browsers pay no heed to it, and some complain. A file in a sandbox
    // must not have it: it would not be shown at all (HTML, "obtain a cross-origin
    // opener policy" and the check of sandboxing flags).
    if scheme == Scheme::Https {
        let same_origin = HeaderValue::from_static("same-origin");
        headers.insert(OPENER_POLICY, same_origin);
    }
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(UNUSED));
}

/// Adds what a file of the content has, or of the site's own folder. Other sites
/// may show it: the pictures of a post in a feed reader, for example.
pub(crate) fn mark_as_file(headers: &mut HeaderMap) {
    let content_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let policy = match content_type.unwrap_or_default() {
        b"application/pdf" => csp::PDF,
        recording if recording.starts_with(b"audio/") || recording.starts_with(b"video/") => {
            csp::RECORDING
        }
        _ => csp::FILE,
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn answer(status: u16, headers: &[(HeaderName, &'static str)]) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        for (name, value) in headers {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        response
    }

    async fn completed(scheme: Scheme, response: Response) -> HeaderMap {
        let response = complete(State(scheme), response).await;
        response.headers().clone()
    }

    #[tokio::test]
    async fn what_an_answer_says_itself_stays() {
        let said = [
            (header::CONTENT_SECURITY_POLICY, "default-src 'self'"),
            (RESOURCE_POLICY, "cross-origin"),
            (header::REFERRER_POLICY, "no-referrer"),
        ];
        let headers = completed(Scheme::Http, answer(200, &said)).await;
        for (name, value) in said {
            assert_eq!(headers[name], value);
        }
        // Whoever has a policy decides in it who may frame the answer.
        assert!(!headers.contains_key(header::X_FRAME_OPTIONS));
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }

    #[tokio::test]
    async fn not_modified_leaves_the_cached_policy_as_it_is() {
        let headers = completed(Scheme::Http, answer(304, &[])).await;
        assert!(!headers.contains_key(header::CONTENT_SECURITY_POLICY));
        assert!(!headers.contains_key(header::X_FRAME_OPTIONS));
        let headers = completed(Scheme::Http, answer(404, &[])).await;
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], csp::NOTHING);
    }

    #[tokio::test]
    async fn a_socket_has_no_headers_of_a_page() {
        let headers = completed(Scheme::Https, answer(101, &[])).await;
        assert!(headers.is_empty(), "{headers:?}");
    }

    #[tokio::test]
    async fn only_a_site_with_tls_asks_for_it() {
        let tls = completed(Scheme::of(Some("https://blog.example")), answer(200, &[])).await;
        assert_eq!(tls[header::STRICT_TRANSPORT_SECURITY], SECURE_FOR);
        let plain = completed(Scheme::of(None), answer(200, &[])).await;
        assert!(!plain.contains_key(header::STRICT_TRANSPORT_SECURITY));
        for (scheme, opener_policy) in [(Scheme::Https, Some("same-origin")), (Scheme::Http, None)]
        {
            let mut page = HeaderMap::new();
            mark_as_page(scheme, &mut page);
            let said = page.get(OPENER_POLICY).map(|value| value.to_str().unwrap());
            assert_eq!(said, opener_policy, "{scheme:?}");
        }
    }
}
