//! The text of a document: unpacked and decoded, and never longer than is allowed.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufReader, Read};

/// The first bytes of whatever gzip wrote (RFC 1952 §2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// How often a document may be packed: a packed file that its web server packs again.
const MAX_LAYERS: usize = 2;
/// How far into a document its XML declaration is looked for.
const DECLARATION_BYTES: usize = 256;

/// Why a document has no text.
#[derive(Debug, thiserror::Error)]
pub(super) enum TextError {
    /// Its bytes could not be read.
    #[error(transparent)]
    Read(io::Error),
    #[error("it has more than {} MiB", .0 / 1024 / 1024)]
    TooLong(u64),
    #[error("it is gzip that is damaged or cut off: {0}")]
    Gzip(io::Error),
    #[error("it is no text; name a site map, a feed, or a list with a slug or an address a line")]
    Binary,
    #[error("it is not {0}; save it as UTF-8, or declare its encoding as XML does")]
    WrongEncoding(&'static str),
}

/// How much longer packed bytes may be than what is in them.
const GZIP_OVERHEAD: u64 = 1 << 20;

/// All bytes that there are, unpacked if they are gzip whatever their name is. At most
/// `max_bytes` are held, and hardly more are read.
pub(super) fn unpacked(reader: impl Read, max_bytes: u64) -> Result<Vec<u8>, TextError> {
    let (mut bytes, mut packed) = (Vec::new(), false);
    let mut reader: Box<dyn Read> = Box::new(reader.take(max_bytes.saturating_add(GZIP_OVERHEAD)));
    for layer in 0..=MAX_LAYERS {
        let mut first = Vec::new();
        let error = |error| read_error(error, packed);
        let taken = reader.by_ref().take(2).read_to_end(&mut first);
        taken.map_err(error)?;
        if first != GZIP || layer == MAX_LAYERS {
            bytes = first;
            break;
        }
        let whole = io::Cursor::new(first).chain(reader);
        reader = Box::new(MultiGzDecoder::new(BufReader::new(whole)));
        packed = true;
    }
    let left = max_bytes.saturating_add(1) - bytes.len() as u64;
    let taken = reader.take(left).read_to_end(&mut bytes);
    taken.map_err(|error| read_error(error, packed))?;
    match bytes.len() as u64 > max_bytes {
        true => Err(TextError::TooLong(max_bytes)),
        false => Ok(bytes),
    }
}

/// What flate2 says of the bytes, and not of where they come from.
fn read_error(error: io::Error, packed: bool) -> TextError {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match error.kind() {
        InvalidData | InvalidInput | UnexpectedEof if packed => TextError::Gzip(error),
        _ => TextError::Read(error),
    }
}

/// The text of these bytes. Their encoding is, in this order: what a byte order mark says,
/// what an XML declaration says (XML 1.0 appendix F), `charset`, which is what HTTP says,
/// or UTF-8.
pub(super) fn decoded(bytes: Vec<u8>, charset: Option<&str>) -> Result<String, TextError> {
    let encoding = match Encoding::for_bom(&bytes) {
        Some((encoding, _)) => encoding,
        None => {
            let named = charset.and_then(|label| Encoding::for_label(label.as_bytes()));
            declared(&bytes).or(named).unwrap_or(UTF_8)
        }
    };
    if encoding != UTF_16LE && encoding != UTF_16BE && bytes.contains(&0) {
        return Err(TextError::Binary);
    }
    let wrong = || TextError::WrongEncoding(encoding.name());
    if encoding == UTF_8 {
        // Without a copy of 50 MiB.
        return String::from_utf8(bytes).map_err(|_| wrong());
    }
    let text = encoding.decode_with_bom_removal(&bytes);
    match text {
        (text, false) => Ok(text.into_owned()),
        (_, true) => Err(wrong()),
    }
}

/// The encoding that an XML declaration shows or names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<', 0, b'?', 0, ..] => return Some(UTF_16LE),
        [0, b'<', 0, b'?', ..] => return Some(UTF_16BE),
        _ => {}
    }
    let start = bytes.get(..DECLARATION_BYTES).unwrap_or(bytes);
    let declaration = start.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|two| two == b"?>")?;
    let declaration = std::str::from_utf8(&declaration[..end]).ok()?;
    let (_, after) = declaration.split_once("encoding")?;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|&c| c == '"' || c == '\'')?;
    let label = value[1..].split(quote).next()?;
    // It was read as ASCII, so it cannot be UTF-16.
    Encoding::for_label(label.as_bytes()).filter(|found| *found != UTF_16LE && *found != UTF_16BE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn gzip_is_known_by_its_first_bytes() {
        for bytes in [&b"hello"[..], b"", b"h", b"\x1f", b"\x1f\x8c"] {
            assert_eq!(unpacked(bytes, 100).unwrap(), bytes);
            assert_eq!(unpacked(&gzip(bytes)[..], 100).unwrap(), bytes);
            let twice = gzip(&gzip(bytes));
            assert_eq!(unpacked(&twice[..], 100).unwrap(), bytes);
        }
        let mut cut = gzip(&b"hello".repeat(100));
        cut.truncate(cut.len() - 9);
        let error = unpacked(&cut[..], 1000).unwrap_err();
        assert!(matches!(error, TextError::Gzip(_)), "{error}");
    }

    #[test]
    fn what_is_unpacked_is_bounded() {
        assert_eq!(unpacked(&[b'a'; 10][..], 10).unwrap().len(), 10);
        let too_long = |bytes: &[u8]| matches!(unpacked(bytes, 10), Err(TextError::TooLong(10)));
        assert!(too_long(&[b'a'; 11]));
        assert!(too_long(&gzip(&[b'a'; 11])));
        // A thousand times as large as it looks.
        let bomb = gzip(&vec![b'a'; 10 << 20]);
        assert!(bomb.len() < 100 << 10);
        let error = unpacked(&bomb[..], 1 << 20).unwrap_err();
        assert_eq!(error.to_string(), "it has more than 1 MiB");
    }

    #[test]
    fn the_encoding_is_what_the_document_declares() {
        let utf_16 = |text: &str, le: bool| -> Vec<u8> {
            let units = text.encode_utf16();
            units
                .flat_map(|unit| {
                    if le {
                        unit.to_le_bytes()
                    } else {
                        unit.to_be_bytes()
                    }
                })
                .collect()
        };
        let latin = b"<?xml version='1.0' encoding = 'ISO-8859-1'?><a>caf\xe9</a>".to_vec();
        let chinese = b"<?xml version=\"1.0\" encoding=\"GB2312\"?><a>\xc4\xe3</a>".to_vec();
        for (bytes, charset, text) in [
            ("café".into(), None, "café"),
            (b"\xef\xbb\xbfcaf\xc3\xa9".to_vec(), None, "\u{feff}café"),
            (utf_16("\u{feff}café", true), None, "café"),
            (utf_16("\u{feff}café", false), None, "café"),
            (utf_16("<?xml?>é", true), None, "<?xml?>é"),
            (utf_16("<?xml?>é", false), None, "<?xml?>é"),
            (latin.clone(), Some("utf-8"), "<a>café</a>"),
            (chinese, None, "<a>你</a>"),
            (b"caf\xe9".to_vec(), Some("iso-8859-1"), "café"),
            (b"<?xml encoding='utf-16'?>\xc3\xa9".to_vec(), None, "é"),
        ] {
            let decoded = decoded(bytes, charset).unwrap();
            assert!(decoded.ends_with(text), "{decoded} and not {text}");
        }
        let error = decoded(b"caf\xe9".to_vec(), None).unwrap_err();
        assert!(error.to_string().starts_with("it is not UTF-8"), "{error}");
        let error = decoded(b"PK\x03\x04\0".to_vec(), None).unwrap_err();
        assert!(error.to_string().starts_with("it is no text"), "{error}");
    }
}
