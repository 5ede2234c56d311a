//! Texts in the encodings that programs export, as UTF-8.

use super::bounded::peek;
use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::{
    borrow::Cow,
    io::{self, Read},
};

/// The mark that some programs begin UTF-8 with.
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The same text in UTF-8 and without a byte order mark. What is neither UTF-16 nor marked
/// is handed on as it is.
pub(super) fn in_utf_8<'a>(from: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let (head, mut all) = peek(from, 4)?;
    if let Some(encoding) = utf_16(&head) {
        return Ok(Box::new(Transcoded {
            from: all,
            decoder: encoding.new_decoder_with_bom_removal(),
            decoded: String::with_capacity(16 * 1024),
            taken: 0,
            is_at_end: false,
        }));
    }
    if head.starts_with(UTF_8_MARK) {
        all.read_exact(&mut [0; UTF_8_MARK.len()])?;
    }
    Ok(Box::new(all))
}

/// Which UTF-16 it is: by its mark or, where a text begins with two letters of ASCII, by
/// their zeros.
fn utf_16(head: &[u8]) -> Option<&'static Encoding> {
    match *head {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        [first, 0, second, 0] if first != 0 && second != 0 => Some(UTF_16LE),
        [0, first, 0, second] if first != 0 && second != 0 => Some(UTF_16BE),
        _ => None,
    }
}

/// A cell that is not UTF-8, as Windows and old spreadsheets in Western Europe write it;
/// ISO 8859-1 is a part of that.
pub(super) fn from_latin(cell: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(cell) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(cell).0,
    }
}

struct Transcoded<R> {
    from: R,
    decoder: Decoder,
    decoded: String,
    /// How many bytes of `decoded` were handed on.
    taken: usize,
    is_at_end: bool,
}

impl<R: Read> Read for Transcoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.decoded.len() && !self.is_at_end {
            let mut raw = [0; 4 * 1024];
            let read = self.from.read(&mut raw)?;
            self.is_at_end = read == 0;
            self.decoded.clear();
            self.taken = 0;
            // Its capacity is more than these bytes can become.
            let (_, _, malformed) =
                self.decoder
                    .decode_to_string(&raw[..read], &mut self.decoded, self.is_at_end);
            if malformed {
                return Err(io::Error::other(
                    "it begins as UTF-16, and is none; export it as UTF-8",
                ));
            }
        }
        let left = &self.decoded.as_bytes()[self.taken..];
        let handed = left.len().min(buffer.len());
        buffer[..handed].copy_from_slice(&left[..handed]);
        self.taken += handed;
        Ok(handed)
    }
}
