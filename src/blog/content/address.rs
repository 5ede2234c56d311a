//! How names become parts of an address: of headings, of tags, of files.
//!
//! Pure text; it may not know of posts or of the file system.

use icu_normalizer::ComposingNormalizer;
use std::borrow::Cow;

/// This text in the one form of Unicode (NFC) that addresses are written in: `ö` may also be
/// an `o` and a mark.
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    ComposingNormalizer::new_nfc().normalize(text)
}

/// A name as a path segment or an `id`: its letters and digits, of any script,
/// in lower case, and one hyphen for every run of anything else. Empty when the
/// name has neither letter nor digit.
pub(crate) fn segment(name: &str) -> String {
    let name = composed(name);
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    composed(&words.join("-")).into_owned()
}

/// A path with everything percent-encoded that has no plain place in a URL.
/// Slashes stay.
pub(crate) fn encode_path(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The path that `encoded` stands for. What is not valid percent-encoding is
/// taken as it is: `100%.png` is a fair name for a file.
pub(crate) fn decode_path(encoded: &str) -> String {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = after;
                }
                _ => {
                    bytes.push(b'%');
                    rest = tail;
                }
            },
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| encoded.to_owned())
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_segment_keeps_letters_of_any_script_and_joins_the_rest_with_hyphens() {
        assert_eq!(segment("  What's new?  "), "what-s-new");
        assert_eq!(segment("Größe & Überblick"), "größe-überblick");
        assert_eq!(segment("日本語 の 見出し"), "日本語-の-見出し");
        assert_eq!(segment("C++"), "c");
        assert_eq!(segment("Gro\u{308}ße"), "größe", "in either form");
        assert_eq!(segment("—!?"), "");
    }

    #[test]
    fn a_path_is_encoded_for_a_url_and_its_slashes_stay() {
        assert_eq!(
            encode_path("posts/a b?#é.png"),
            "posts/a%20b%3F%23%C3%A9.png"
        );
    }

    #[test]
    fn what_is_not_percent_encoding_is_taken_as_it_is() {
        assert_eq!(decode_path("a%20b.png"), "a b.png");
        assert_eq!(decode_path("100%.png"), "100%.png");
        assert_eq!(decode_path("%zz%4"), "%zz%4");
        assert_eq!(decode_path("%FF"), "%FF");
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(path: String) {
            prop_assert_eq!(decode_path(&encode_path(&path)), path);
        }
    }
}
