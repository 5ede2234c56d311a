//! Bounds the memory that responses take until their clients have taken them.
//!
//! A client that asks and does not read holds whatever was made for it: over HTTP/2
//! with a window of 0 a hundred times on each connection, over HTTP/1.1 by reading
//! slowly, also from behind a proxy. Each response has a lease of the bytes that it
//! takes, on its client's address, until its last byte was handed to the system or the
//! client is gone.

use super::{
    accept::Guest,
    limits::{NoRoom, Share, UnreadLease},
    route::{ApiError, Counter},
};
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::{StatusCode, Version, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use hyper::body::{Frame, SizeHint};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

/// What a request and its response take beside the response's body, in bytes: the head
/// of the response, a task, a stream of HTTP/2. Measured: 5 to 7 KiB.
const RESPONSE_BYTES: usize = 8 * 1024;

/// What a field of a head takes beside its name and value, in the table of `http`.
const FIELD_BYTES: usize = 128;

/// The bytes of memory that a response's body takes for itself alone, as one of the
/// response's extensions: nothing where it shares them with all others, one part where
/// it is read part by part. Without this extension they are as many as the body has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnBytes(pub usize);

/// Middleware for axum, with the [`Counter`] as its state: bounds the bytes that unread
/// responses take. Answers 429 where the client's address holds as many as it may, and
/// 503 where all together do; both as in [`crate::counter::limits`].
///
/// [`super::route::router`] has it. Put it around what else the application answers.
///
/// It is asked before anything is done for a request where the server is
/// [`super::accept::serve`], which holds nothing of what is refused; and here otherwise.
pub async fn bounded(State(counter): State<Counter>, mut request: Request, next: Next) -> Response {
    let version = request.version();
    let admitted = match request.extensions_mut().remove::<Admitted>() {
        Some(admitted) => admitted.take(),
        None => None,
    };
    let admitted = match admitted {
        Some(lease) => Ok(lease),
        None => admit(&counter, &request),
    };
    let mut lease = match admitted {
        Ok(lease) => lease,
        Err(why) => return refused(&counter, why, version),
    };
    let mut response = next.run(request).await;
    let own = response.extensions_mut().remove::<OwnBytes>();
    let length = response.body().size_hint().exact();
    // Nothing is left of it that could be left unread.
    if length == Some(0) || response.body().is_end_stream() {
        return response;
    }
    let bytes = own.map_or(length.unwrap_or_default() as usize, |own| own.0);
    if let Err(why) = lease.grow(bytes) {
        return refused(&counter, why, version);
    }
    let lease = Arc::new(lease);
    response.map(|body| Body::new(LeasedBody { body, lease }))
}

/// A connection that a [`Counter`] let in, with its share of those of its address.
pub struct AdmittedConnection {
    counter: Counter,
    _share: Share,
}

impl AdmittedConnection {
    pub(super) fn new(counter: Counter, share: Share) -> Self {
        let _share = share;
        Self { counter, _share }
    }
}

impl Guest for AdmittedConnection {
    fn admit(&self, request: &mut Request) -> Result<(), Box<Response>> {
        match admit(&self.counter, request) {
            Ok(lease) => {
                let lease = Arc::new(Mutex::new(Some(lease)));
                request.extensions_mut().insert(Admitted(lease));
                Ok(())
            }
            // Over HTTP/1 a connection holds one request, and [`bounded`] refuses it in words
            // that a page of another site can read.
            Err(_) if request.version() != Version::HTTP_2 => Ok(()),
            Err(why) => Err(Box::new(refused(&self.counter, why, request.version()))),
        }
    }
}

/// The lease of a request that was let in, on its way to [`bounded`]. Extensions are
/// cloned, and a lease is not.
#[derive(Clone)]
struct Admitted(Arc<Mutex<Option<UnreadLease>>>);

impl Admitted {
    fn take(self) -> Option<UnreadLease> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A lease for this request's head and what it takes beside it.
fn admit(counter: &Counter, request: &Request) -> Result<UnreadLease, NoRoom> {
    counter.admit_response(request, RESPONSE_BYTES + head_bytes(request))
}

/// The bytes that a request's head takes in memory, about: what was sent, and an entry for
/// each field.
fn head_bytes(request: &Request) -> usize {
    let fields = request.headers().iter();
    let fields = fields.map(|(name, value)| name.as_str().len() + value.len() + FIELD_BYTES);
    request.uri().path().len() + fields.sum::<usize>()
}

fn refused(counter: &Counter, why: NoRoom, version: Version) -> Response {
    counter.response_refused(why);
    let response = ApiError::from(why).into_response();
    if version != Version::HTTP_2 {
        return response;
    }
    // What explains it could be left unread as well, a hundred times on a connection.
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}

impl From<NoRoom> for ApiError {
    /// 429 where the client's own address is at its limit, 503 where the server is.
    fn from(why: NoRoom) -> Self {
        let (status, why, seconds) = match why {
            NoRoom::AddressLimit => (
                StatusCode::TOO_MANY_REQUESTS,
                "your address has too many responses that it has not read; read them",
                1,
            ),
            NoRoom::Full => (
                StatusCode::SERVICE_UNAVAILABLE,
                "the server holds as many unread responses as it can",
                5,
            ),
        };
        Self::new(status, format_args!("{why}, or try again in {seconds} s")).retry_after(seconds)
    }
}

/// A body whose lease lasts as long as any byte of it is held somewhere.
struct LeasedBody {
    body: Body,
    lease: Arc<UnreadLease>,
}

/// A part of a body. The lease is the part's too: whoever sends it holds it when the
/// body is over.
struct LeasedPart {
    bytes: Bytes,
    _lease: Arc<UnreadLease>,
}

impl AsRef<[u8]> for LeasedPart {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl HttpBody for LeasedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let leased = |bytes| {
            let _lease = Arc::clone(&self.lease);
            Bytes::from_owner(LeasedPart { bytes, _lease })
        };
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(leased))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counter::limits::Limits;
    use axum::body::to_bytes;

    fn leased(body: Body, limits: &Limits) -> Body {
        let lease = Arc::new(limits.take_response(None, RESPONSE_BYTES).unwrap());
        Body::new(LeasedBody { body, lease })
    }

    /// Over HTTP/1 all of a body is handed on at once, and sent as it is read.
    #[tokio::test]
    async fn a_lease_lasts_until_the_last_byte_was_given_up() {
        let limits = Limits::default();
        let bytes = to_bytes(leased("a page".into(), &limits), 100).await;
        let bytes = bytes.unwrap();
        assert_eq!(limits.unread_bytes(), RESPONSE_BYTES);
        let rest = bytes.slice(5..);
        drop(bytes);
        assert_eq!(limits.unread_bytes(), RESPONSE_BYTES);
        drop(rest);
        assert_eq!(limits.unread_bytes(), 0);
    }

    #[test]
    fn a_body_that_is_dropped_gives_its_lease_back() {
        let limits = Limits::default();
        let body = leased("a page".into(), &limits);
        assert_eq!(body.size_hint().exact(), Some(6));
        assert_eq!(limits.unread_bytes(), RESPONSE_BYTES);
        drop(body);
        assert_eq!(limits.unread_bytes(), 0);
    }
}
