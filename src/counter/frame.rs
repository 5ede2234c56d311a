//! The numbers as a frame, encoded once for all sockets of a slug.

use super::protocol::Counts;
use axum::body::Bytes;
use tokio_tungstenite::tungstenite::{
    Utf8Bytes,
    protocol::frame::{
        self,
        coding::{Data, OpCode},
    },
};

/// The numbers, ready to be sent. Clones share their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    text: Utf8Bytes,
    bytes: Bytes,
}

impl Frame {
    /// These numbers.
    pub fn of(counts: Counts) -> Self {
        Self::saying(format!(
            r#"{{"live":{},"total":{}}}"#,
            counts.live, counts.total
        ))
    }

    /// How many read anything on the site.
    pub fn of_visitors(visitors: u64) -> Self {
        Self::saying(format!(r#"{{"visitors":{visitors}}}"#))
    }

    fn saying(text: String) -> Self {
        let text: Utf8Bytes = text.into();
        let frame = frame::Frame::message(text.clone(), OpCode::Data(Data::Text), true);
        let mut bytes = Vec::with_capacity(frame.len());
        // A vector takes whatever is written into it.
        let _ = frame.format(&mut bytes);
        Self {
            text,
            bytes: bytes.into(),
        }
    }

    /// What it says.
    pub fn text(&self) -> &Utf8Bytes {
        &self.text
    }

    /// The whole frame, as a server sends it (RFC 6455 §5.2).
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_one_text_that_is_not_masked() {
        let frame = Frame::of(Counts { live: 3, total: 40 });
        let text = r#"{"live":3,"total":40}"#;
        assert_eq!(frame.text().as_str(), text);
        assert_eq!(frame.bytes(), [b"\x81\x15", text.as_bytes()].concat());
        assert_eq!(Frame::of_visitors(7).text().as_str(), r#"{"visitors":7}"#);
    }
}
