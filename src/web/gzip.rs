//! gzip (RFC 1952) of a text that is put together from pieces, of which most stay
//! the same and are compressed once.
//!
//! Compressing a page takes ten times as long as all else that is done to answer
//! with it. What was compressed by itself, and ends at a byte, can stand anywhere
//! in a stream; and a few bytes that change can stand between as they are.
//!
//! Not brotli: at a quality that costs as much as gzip it makes pages no smaller.

use flate2::{Compress, Compression, Crc, FlushCompress, Status, write::GzEncoder};
use std::io::Write;

/// No name, no time, no word on the system (RFC 1952 §2.3).
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// A last block with nothing in it (RFC 1951 §3.2.6).
const LAST: [u8; 2] = [3, 0];

/// A part of a stream: some blocks of compressed data, which end at a byte.
#[derive(Clone, Debug)]
pub(crate) struct Blocks(Vec<u8>);

impl Blocks {
    /// The text, compressed if that makes it smaller. It refers to nothing before it.
    pub(crate) fn of(text: &str) -> Self {
        let (compressed, mut stored) = (Self::compressed(text), Vec::new());
        store(text, &mut stored);
        if compressed.len() <= stored.len() {
            compressed
        } else {
            Self(stored)
        }
    }

    fn compressed(text: &str) -> Self {
        let mut blocks = Vec::with_capacity(text.len() / 2 + 64);
        let mut compress = Compress::new(Compression::default(), false);
        let mut rest = text.as_bytes();
        loop {
            let before = compress.total_in();
            // Into memory it cannot fail, but for lack of room in it.
            let status = compress.compress_vec(rest, &mut blocks, FlushCompress::Full);
            rest = rest
                .get((compress.total_in() - before) as usize..)
                .unwrap_or_default();
            // Room that is left says that all was written.
            let is_whole = rest.is_empty() && blocks.len() < blocks.capacity();
            if is_whole || !matches!(status, Ok(Status::Ok | Status::BufError)) {
                return Self(blocks);
            }
            blocks.reserve(blocks.len() + 64);
        }
    }

    /// How many bytes they are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A stream of parts that together are `whole`.
pub(crate) struct Stream(Vec<u8>);

impl Stream {
    /// One that will be about so long.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        let mut stream = Vec::with_capacity(bytes);
        stream.extend(HEADER);
        Self(stream)
    }

    /// Goes on with what was compressed.
    pub(crate) fn push(&mut self, blocks: &Blocks) {
        self.0.extend_from_slice(&blocks.0);
    }

    /// Goes on with this text as it is.
    pub(crate) fn push_stored(&mut self, text: &str) {
        store(text, &mut self.0);
    }

    /// Ends the stream of all that was pushed, which is this text.
    pub(crate) fn end(mut self, whole: &[u8]) -> Vec<u8> {
        let mut check = Crc::new();
        check.update(whole);
        self.0.extend(LAST);
        self.0.extend(check.sum().to_le_bytes());
        self.0.extend(check.amount().to_le_bytes());
        self.0
    }
}

/// Adds a text as it is, in blocks that say how long they are, twice (RFC 1951
/// §3.2.4).
fn store(text: &str, out: &mut Vec<u8>) {
    for part in text.as_bytes().chunks(u16::MAX.into()) {
        let length = part.len() as u16;
        out.push(0);
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend_from_slice(part);
    }
}

/// All of a text, compressed at once: smaller, and slower.
#[expect(clippy::expect_used, reason = "writing into memory cannot fail")]
pub(crate) fn whole(text: &[u8]) -> Vec<u8> {
    let room = Vec::with_capacity(text.len() / 2);
    let mut encoder = GzEncoder::new(room, Compression::default());
    let written = encoder.write_all(text).and_then(|()| encoder.finish());
    written.expect("memory to write to")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use proptest::prelude::*;
    use std::io::Read;

    fn text_of(stream: &[u8]) -> String {
        let mut decoder = GzDecoder::new(stream);
        let mut text = String::new();
        decoder.read_to_string(&mut text).unwrap();
        assert!(decoder.into_inner().is_empty(), "nothing after its end");
        text
    }

    #[test]
    fn a_text_comes_out_of_a_stream_as_it_was() {
        let long = "The same again, and again. ".repeat(10_000);
        for text in ["", "a", &long] {
            let mut stream = Stream::with_capacity(0);
            stream.push(&Blocks::of(text));
            assert_eq!(text_of(&stream.end(text.as_bytes())), text);
            let mut stream = Stream::with_capacity(0);
            stream.push_stored(text);
            assert_eq!(text_of(&stream.end(text.as_bytes())), text);
            assert_eq!(text_of(&whole(text.as_bytes())), text);
            let most = text.len() + 5 * (1 + text.len() / 65_535);
            assert!(Blocks::of(text).len() <= most);
        }
        assert!(Blocks::of(&long).len() < long.len() / 50);
    }

    proptest! {
        #[test]
        fn pieces_in_any_order_are_one_text(
            pieces in prop::collection::vec((any::<bool>(), "[a-f<> ]{0,400}|\\PC{0,40}"), 0..8)
        ) {
            let mut stream = Stream::with_capacity(64);
            for (is_stored, text) in &pieces {
                if *is_stored {
                    stream.push_stored(text);
                } else {
                    stream.push(&Blocks::of(text));
                }
            }
            let text: String = pieces.iter().map(|(_, text)| text.as_str()).collect();
            prop_assert_eq!(text_of(&stream.end(text.as_bytes())), text);
        }
    }
}
