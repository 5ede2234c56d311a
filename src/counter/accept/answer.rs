//! The body of an answer, as the connection sends it.

use super::activity::Asked;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

/// The body of an answer, which is over when it was handed on or given up.
///
/// Over HTTP/2 each part of it is handed on in two, and the second is one byte: the
/// library takes whatever there is as soon as the client has room for a byte, and
/// this one only when the client had room for all before it. So what a client does
/// not take is not over.
pub(super) struct Answer {
    body: Body,
    asked: Asked,
    held_back: Option<Bytes>,
}

impl Answer {
    pub(super) fn new(body: Body, asked: Asked) -> Self {
        Self {
            body,
            asked,
            held_back: None,
        }
    }

    fn hold_back(&mut self, mut part: Bytes) -> Bytes {
        if part.len() > 1 && self.asked.is_http2() {
            self.held_back = Some(part.split_off(part.len() - 1));
        }
        part
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(held_back) = self.held_back.take() {
            return Poll::Ready(Some(Ok(Frame::data(held_back))));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        Poll::Ready(
            frame.map(|frame| frame.map(|frame| frame.map_data(|part| self.hold_back(part)))),
        )
    }

    fn is_end_stream(&self) -> bool {
        self.held_back.is_none() && self.body.is_end_stream()
    }

    /// Asked for before any of it was handed on.
    fn size_hint(&self) -> SizeHint {
        HttpBody::size_hint(&self.body)
    }
}
