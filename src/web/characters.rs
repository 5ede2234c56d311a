//! Which characters a text may have in a page, in the feed and in a picture.
//!
//! Pure text; it may not know where a text comes from.

/// `text` without the characters that neither HTML nor XML may hold, not even escaped
/// (HTML, "control-character-in-input-stream" and "noncharacter-in-input-stream"; XML 1.0
/// §2.2): one form feed in one post would make the whole feed unreadable.
pub(crate) fn legal(text: &str) -> String {
    text.chars().filter(|c| is_legal(*c)).collect()
}

fn is_legal(c: char) -> bool {
    let is_noncharacter = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    matches!(c, '\t' | '\n' | '\r') || !(c.is_control() || is_noncharacter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_no_page_may_hold_are_left_out() {
        let text = "a\u{8}\tb\u{ffff}\r\nc\u{1f980}\u{c}\u{7f}\u{80}\u{fdd0}\u{1fffe}\u{a0}é";
        assert_eq!(legal(text), "a\tb\r\nc\u{1f980}\u{a0}é");
    }
}
