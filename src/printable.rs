//! Text of strangers for a terminal and a log: escapes the characters that would move the
//! cursor, colour what follows, hide, or turn the order of other characters around.

use std::fmt::{self, Write};

/// A text as a terminal may show it, on one line.
///
/// A character that shows nothing by itself is written as `\u{202e}`, and a line feed as
/// `\n`: control characters, characters that set the direction of text, characters without
/// a width, line and paragraph separators, and those that Unicode has not assigned. All
/// others stay as they are, the backslash too, so that nothing is escaped twice.
#[derive(Clone, Copy, Debug)]
pub struct Printable<'a>(pub &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| write_character(f, c))
    }
}

/// A text of several lines as a terminal may show it: as [`Printable`], but line feeds
/// and tabs stay.
#[derive(Clone, Copy, Debug)]
pub struct PrintableLines<'a>(pub &'a str);

impl fmt::Display for PrintableLines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '\n' | '\t' => f.write_char(c),
            c => write_character(f, c),
        })
    }
}

fn write_character(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    // The quotation marks and the backslash too: they are escaped only in a literal.
    if c == ' ' || c.is_ascii_graphic() {
        return f.write_char(c);
    }
    // The standard library knows what shows nothing. It takes a mark on a letter for
    // nothing where it begins a text, so a letter is put before it.
    let behind_a_letter = format!("a{c}");
    let mut escaped = behind_a_letter.escape_debug().skip(1);
    escaped.try_for_each(|c| f.write_char(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_moves_hides_or_turns_text_is_escaped() {
        for (text, shown) in [
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("a\u{200b}b", "a\\u{200b}b"),
            ("a\u{2028}b", "a\\u{2028}b"),
            ("a\u{9b}31m", "a\\u{9b}31m"),
            (
                "a\u{2066}\u{feff}\u{7f}\r\0",
                "a\\u{2066}\\u{feff}\\u{7f}\\r\\0",
            ),
            ("a\nb", "a\\nb"),
        ] {
            assert_eq!(Printable(text).to_string(), shown);
        }
        assert_eq!(PrintableLines("a\n\tb\u{1b}").to_string(), "a\n\tb\\u{1b}");
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in [
            "posts/hello-world",
            "it's \"1,204\" \\ → · …",
            "größe-日本語-Ελλάδα-שלום-नमस्ते",
            "e\u{301}\u{1f980}",
            "\\u{202e}",
        ] {
            assert_eq!(Printable(text).to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_escaped_twice_and_no_control_character_is_left(text: String) {
            let once = Printable(&text).to_string();
            prop_assert!(!once.chars().any(char::is_control), "{once:?}");
            prop_assert_eq!(Printable(&once).to_string(), once);
        }
    }
}
