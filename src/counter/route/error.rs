//! The one shape of an error: a status and `{"error":"one sentence"}`, which
//! says what was wrong and what to do.

use super::{handshake::VERSION, prefix::Prefix};
use crate::counter::{
    admission::{Origin, SlugRefused},
    limits::Refusal,
    metrics::PageRefused,
};
use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, Version, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// An answer that is an error.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct ApiError {
    status: StatusCode,
    sentence: String,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

#[derive(Serialize)]
struct Body<'a> {
    error: &'a str,
}

impl ApiError {
    /// An error with this status; `sentence` says what was wrong and what to do.
    #[doc(hidden)]
    pub fn new(status: StatusCode, sentence: impl std::fmt::Display) -> Self {
        Self {
            status,
            sentence: sentence.to_string(),
            headers: Vec::new(),
        }
    }

    fn with(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Says when to try again (RFC 9110 §10.2.3).
    #[doc(hidden)]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.with(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// 404: there are no numbers of this slug; 400: it is none.
    pub(super) fn not_found(why: SlugRefused, slug: &str) -> Self {
        match why {
            SlugRefused::Malformed(_) => Self::slug_refused(why, StatusCode::NOT_FOUND),
            // Escaped: it may have been made to hide something where it is read.
            SlugRefused::Unknown => Self::new(
                StatusCode::NOT_FOUND,
                format_args!("`{}` is not counted: {why}", slug.escape_debug()),
            ),
        }
    }

    /// 400, or this status for a slug that is not counted.
    pub(super) fn slug_refused(why: SlugRefused, unknown: StatusCode) -> Self {
        let status = match why {
            SlugRefused::Malformed(_) => StatusCode::BAD_REQUEST,
            SlugRefused::Unknown => unknown,
        };
        Self::new(status, why)
    }

    /// 403: the page is none of those that may connect.
    pub(super) fn origin_refused(headers: &HeaderMap) -> Self {
        let origin = headers
            .get(header::ORIGIN)
            .and_then(|value| value.to_str().ok());
        let origin: Option<Origin> = origin.and_then(|origin| origin.parse().ok());
        let sentence = match origin {
            Some(origin) => format!(
                "pages of {origin} may not connect; open the page at the site's own address, \
                 or start the server with --origin {origin}"
            ),
            None => "this request does not name the origin of a page, as browsers do in the \
                 header `Origin`; open the page at the site's own address, or start the server \
                 with --origin and the page's origin"
                .to_owned(),
        };
        Self::new(StatusCode::FORBIDDEN, sentence)
    }

    /// 426 with the protocol to upgrade to.
    pub(super) fn upgrade_required(prefix: &Prefix) -> Self {
        Self::new(
            StatusCode::UPGRADE_REQUIRED,
            format_args!("this is a WebSocket; connect with `Upgrade: websocket`, or read {prefix}/api/v1/views instead"),
        )
        .offering_websocket()
    }

    /// What comes with every 426 (RFC 9110 §7.8, §15.5.22).
    fn offering_websocket(self) -> Self {
        self.with(header::UPGRADE, HeaderValue::from_static("websocket"))
            .with(header::CONNECTION, HeaderValue::from_static("upgrade"))
    }

    /// 400 over HTTP/2, which has no upgrades.
    pub(super) fn connect_required(prefix: &Prefix) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            format_args!(
                "this is a WebSocket; over HTTP/2 it is opened with CONNECT and `:protocol: websocket` (RFC 8441), or read {prefix}/api/v1/views instead"
            ),
        )
    }

    /// 426 with the version of the protocol that is spoken here (RFC 6455 §4.4,
    /// RFC 9110 §15.5.22), and 400 over HTTP/2.
    pub(super) fn other_version(http: Version) -> Self {
        let upgrades = http != Version::HTTP_2;
        let status = if upgrades {
            StatusCode::UPGRADE_REQUIRED
        } else {
            StatusCode::BAD_REQUEST
        };
        let error = Self::new(
            status,
            "this server speaks version 13 of the WebSocket protocol; send `Sec-WebSocket-Version: 13`",
        )
        .with(
            header::SEC_WEBSOCKET_VERSION,
            HeaderValue::from_static(VERSION),
        );
        if upgrades {
            error.offering_websocket()
        } else {
            error
        }
    }

    /// 400: no key, several, or one that is none.
    pub(super) fn no_key() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "`Sec-WebSocket-Key` is missing or is not 16 bytes in base64; send one",
        )
    }

    /// 503: the server is about to stop.
    pub(super) fn restarting() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the server is restarting; try again in a few seconds",
        )
        .retry_after(5)
    }

    /// 405 for a route that is there to be read.
    pub(crate) async fn only_read() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "this can only be read; ask with GET",
        )
    }

    /// 500: a page ended before it was whole, or its handler panicked.
    pub(crate) fn unmade() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "this page could not be made; the log says why",
        )
    }

    /// 503: an answer was not made in time.
    pub(super) fn late() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "this took longer than an answer may; try again in a minute",
        )
        .retry_after(60)
    }

    /// 503: the database cannot be read.
    pub(crate) fn storage_failed() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the database cannot be read at the moment; try again in a minute",
        )
        .retry_after(60)
    }

    /// 404 for a path among those of the API that is nothing.
    pub(super) fn no_such_route(prefix: &Prefix) -> Self {
        let api = format_args!("{prefix}/api/v1");
        Self::new(
            StatusCode::NOT_FOUND,
            format_args!(
                "there is nothing here; the routes are {api}/connect/SLUG, {api}/views, {api}/views/SLUG, {api}/days/SLUG, {api}/visitors and {api}/visitors/connect"
            ),
        )
    }
}

impl From<Refusal> for ApiError {
    /// 429 where the client's own address is at its limit, 503 where the server
    /// is; both say when to try again.
    fn from(refusal: Refusal) -> Self {
        let wait = refusal.wait();
        // In whole seconds, and none of them too early.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let (status, why) = match refusal {
            Refusal::TooFast(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "your address opened too many pages in a short time",
            ),
            Refusal::TooManyOpen => (
                StatusCode::TOO_MANY_REQUESTS,
                "your address has as many pages open as one may; close some",
            ),
            Refusal::SlugFull => (
                StatusCode::SERVICE_UNAVAILABLE,
                "this page has as many readers as it can have",
            ),
            Refusal::Full => (
                StatusCode::SERVICE_UNAVAILABLE,
                "there are as many readers as the server can hold",
            ),
        };
        Self::new(status, format_args!("{why}; try again in {seconds} s")).retry_after(seconds)
    }
}

impl From<PageRefused> for ApiError {
    /// 429 where the client's own address is at its limit, 503 where the server is.
    fn from(why: PageRefused) -> Self {
        let (status, why, seconds) = match why {
            PageRefused::AddressLimit => (
                StatusCode::TOO_MANY_REQUESTS,
                "your address asked for too many pages at once",
                1,
            ),
            // As long as it may take to make those that wait.
            PageRefused::Full => (
                StatusCode::SERVICE_UNAVAILABLE,
                "more pages are asked for than can be made",
                5,
            ),
        };
        Self::new(status, format_args!("{why}; try again in {seconds} s")).retry_after(seconds)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = Json(Body {
            error: &self.sentence,
        });
        let mut response = (self.status, body).into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}
