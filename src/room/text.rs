//! What readers write: names and messages, parsed once when they arrive.
//!
//! Both are text and nothing else. What a screen does not show, and what changes the direction
//! of what follows, is taken out: a name made of it looks like another name, and a message made
//! of it like none.

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::{
    CodePointSetData,
    props::{
        BidiControl, DefaultIgnorableCodePoint, EnumeratedProperty, GeneralCategory, WhiteSpace,
    },
};
use std::{fmt, sync::Arc};
use unicode_security::confusable_detection::skeleton;

/// The most marks that one letter of a name carries. Vietnamese has two, and Thai and Hebrew
/// three; names with more reach into the lines around them.
const MAX_MARKS: usize = 4;

/// What readers are called: 1 to 32 characters in Unicode's form C, without control, bidirectional
/// or invisible ones, and without space around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name(Arc<str>);

/// Why a text is no [`Name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NameError {
    /// Nothing of it can be seen.
    #[error("the name is empty; choose one")]
    Empty,
    /// More than [`Name::MAX_CHARS`].
    #[error("the name is longer than 32 characters; choose a shorter one")]
    TooLong,
    /// More than [`MAX_MARKS`] on one letter.
    #[error("the name has too many accents on one letter; leave some out")]
    TooManyMarks,
}

impl Name {
    /// The most characters (Unicode scalar values) that a name has.
    pub(super) const MAX_CHARS: usize = 32;

    /// The name that a reader chose.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, NameError> {
        let seen: String = text
            .chars()
            .filter(|&c| is_space(c) || is_seen(c))
            .collect();
        let words: Vec<&str> = seen
            .split(is_space)
            .filter(|word| !word.is_empty())
            .collect();
        let name = ComposingNormalizerBorrowed::new_nfc()
            .normalize(&words.join(" "))
            .into_owned();
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.chars().nth(Self::MAX_CHARS).is_some() {
            return Err(NameError::TooLong);
        }
        let mut marks = 0;
        for c in name.chars() {
            marks = if is_mark(c) { marks + 1 } else { 0 };
            if marks > MAX_MARKS {
                return Err(NameError::TooManyMarks);
            }
        }
        Ok(Self(name.into()))
    }

    /// The name with this number after it, shortened where it would be too long.
    pub(super) fn with_number(&self, number: usize) -> Self {
        let number = format!(" {number}");
        let kept = Self::MAX_CHARS.saturating_sub(number.len());
        let name: String = self.0.chars().take(kept).collect();
        Self((name.trim_end().to_owned() + &number).into())
    }

    /// What it is compared by.
    pub(super) fn keys(&self) -> NameKeys {
        let folded = fold(&self.0);
        // Folded between the two: some look alike only as capitals, and some only as small
        // letters.
        let looks = skeleton(&self.0).collect::<String>();
        let looks = skeleton(&fold(&looks)).collect();
        NameKeys { folded, looks }
    }

    /// The name as text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Two names are the same to a reader if either of these is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NameKeys {
    /// Without upper and lower case (Unicode's case folding).
    pub(super) folded: String,
    /// What it looks like (UTS 39 §4, the skeleton), without upper and lower case.
    pub(super) looks: String,
}

/// What a reader says: 1 to 1,000 characters in at most 20 lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MessageText(Arc<str>);

/// Why a text is no [`MessageText`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum MessageTextError {
    /// Nothing of it can be seen.
    #[error("the message is empty; write something")]
    Empty,
    /// More than [`MessageText::MAX_CHARS`].
    #[error("the message is longer than 1,000 characters; shorten it, or send it in parts")]
    TooLong,
    /// More than [`MessageText::MAX_LINES`].
    #[error("the message has more than 20 lines; shorten it, or send it in parts")]
    TooManyLines,
}

impl MessageText {
    /// The most characters (Unicode scalar values) that a message has.
    pub(super) const MAX_CHARS: usize = 1_000;
    /// The most lines that it has.
    pub(super) const MAX_LINES: usize = 20;

    /// The message that a reader wrote, without the space and the empty lines around it.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, MessageTextError> {
        let lines = text
            .replace("\r\n", "\n")
            .replace(['\r', '\u{2028}', '\u{2029}'], "\n");
        let kept: String = lines.chars().filter(|&c| is_kept(c)).collect();
        let text = kept.trim();
        // Also what is left of a family of emoji, and of joined letters, is seen.
        if !text.chars().any(|c| is_seen(c) && !is_space(c)) {
            return Err(MessageTextError::Empty);
        }
        if text.chars().nth(Self::MAX_CHARS).is_some() {
            return Err(MessageTextError::TooLong);
        }
        if text.split('\n').nth(Self::MAX_LINES).is_some() {
            return Err(MessageTextError::TooManyLines);
        }
        Ok(Self(text.into()))
    }

    /// The message as text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn fold(text: &str) -> String {
    CaseMapper::new().fold_string(text).into_owned()
}

fn is_space(c: char) -> bool {
    CodePointSetData::new::<WhiteSpace>().contains(c)
}

fn is_mark(c: char) -> bool {
    use GeneralCategory::{EnclosingMark, NonspacingMark};
    matches!(GeneralCategory::for_char(c), NonspacingMark | EnclosingMark)
}

/// Whether a screen shows it.
fn is_seen(c: char) -> bool {
    // Nobody sees this symbol: it is the Braille cell without a dot.
    const BLANK: char = '\u{2800}';
    use GeneralCategory::{Control, Format};
    c != BLANK
        && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        && !matches!(GeneralCategory::for_char(c), Control | Format)
}

/// Whether it stays in a message. What joins letters and emoji stays, and what says which way a
/// number runs; what turns all that follows does not.
fn is_kept(c: char) -> bool {
    const MARKS: [char; 3] = ['\u{200e}', '\u{200f}', '\u{61c}'];
    let turns = CodePointSetData::new::<BidiControl>().contains(c) && !MARKS.contains(&c);
    matches!(c, '\n' | '\t') || !(c.is_control() || turns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn same(one: &str, other: &str) -> bool {
        let (one, other) = (name(one).keys(), name(other).keys());
        one.folded == other.folded || one.looks == other.looks
    }

    #[test]
    fn a_name_is_in_form_c_without_what_is_not_seen() {
        let names = [
            ("Ann", "Ann"),
            ("  Ann  Lee\t", "Ann Lee"),
            ("e\u{301}", "é"),
            ("Ann\u{202e}", "Ann"),
            ("A\u{200b}n\u{ad}n\u{3164}", "Ann"),
            ("Ann\n\0\u{7f}", "Ann"),
            ("\u{a0}Ann\u{2003}Lee\u{3000}", "Ann Lee"),
            ("日本語", "日本語"),
            ("🙂", "🙂"),
            ("<b>&amp;", "<b>&amp;"),
        ];
        for (text, kept) in names {
            assert_eq!(name(text).as_str(), kept, "{text:?}");
        }
    }

    #[test]
    fn a_name_is_one_to_thirty_two_characters() {
        assert_eq!(name(&"é".repeat(32)).as_str().chars().count(), 32);
        assert_eq!(Name::parse(&"é".repeat(33)), Err(NameError::TooLong));
        for empty in [
            "",
            " ",
            "\u{200b}",
            "\u{202e}",
            "\u{2800}",
            "\u{3164}\u{e0041}",
        ] {
            assert_eq!(Name::parse(empty), Err(NameError::Empty), "{empty:?}");
        }
    }

    #[test]
    fn a_letter_of_a_name_carries_few_marks() {
        assert!(Name::parse(&("n".to_owned() + &"\u{334}".repeat(4))).is_ok());
        let marks = Name::parse(&("n".to_owned() + &"\u{334}".repeat(5)));
        assert_eq!(marks, Err(NameError::TooManyMarks));
        assert_eq!(
            Name::parse(&"\u{334}".repeat(10_000)),
            Err(NameError::TooLong)
        );
    }

    #[test]
    fn names_that_look_alike_are_the_same() {
        let pairs = [
            ("Ann", "ann"),
            ("Ann", "\u{410}nn"),
            ("ann", "\u{430}nn"),
            ("ANN", "\u{391}\u{39d}\u{39d}"),
            ("Straße", "STRASSE"),
            ("PayPal", "PayPaI"),
            ("Ann", "Ａnn"),
            ("Bo", "B0"),
            ("é", "e\u{301}"),
            ("amm", "ARNRN"),
        ];
        for (one, other) in pairs {
            assert!(same(one, other), "{one} and {other}");
        }
        for (one, other) in [
            ("Ann", "Anne"),
            ("Ann", "Ben"),
            ("日", "本"),
            ("Ann", "Ann 2"),
        ] {
            assert!(!same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn a_name_with_a_number_is_still_a_name() {
        assert_eq!(name("Ann").with_number(2).as_str(), "Ann 2");
        let long = name(&"é".repeat(32)).with_number(12);
        assert_eq!(long.as_str(), "é".repeat(29) + " 12");
        assert_eq!(Name::parse(long.as_str()), Ok(long));
    }

    #[test]
    fn a_message_is_kept_as_it_was_written() {
        let messages = [
            ("hi", "hi"),
            ("\n  a\r\n\tb\rc\u{2028}d \n\n", "a\n\tb\nc\nd"),
            (
                "<script>alert(1)</script> **b** &lt;",
                "<script>alert(1)</script> **b** &lt;",
            ),
            ("a\0b\u{1b}[31mc\u{9b}d", "ab[31mcd"),
            ("a\u{202e}b\u{2066}c\u{2069}", "abc"),
            ("א\u{200f}1", "א\u{200f}1"),
            ("👩\u{200d}💻 ❤\u{fe0f}", "👩\u{200d}💻 ❤\u{fe0f}"),
            ("نمی\u{200c}دانم", "نمی\u{200c}دانم"),
        ];
        for (text, kept) in messages {
            let message = MessageText::parse(text).unwrap();
            assert_eq!(message.as_str(), kept, "{text:?}");
        }
    }

    #[test]
    fn a_message_has_something_to_see_and_an_end() {
        for empty in [
            "",
            " \n\t",
            "\u{200b}\u{200d}",
            "\u{202e}",
            "\u{fe0f}",
            "\u{2800}",
        ] {
            assert_eq!(
                MessageText::parse(empty),
                Err(MessageTextError::Empty),
                "{empty:?}"
            );
        }
        assert!(MessageText::parse(&"é".repeat(1_000)).is_ok());
        let long = MessageText::parse(&"é".repeat(1_001));
        assert_eq!(long, Err(MessageTextError::TooLong));
        assert!(MessageText::parse(&["a"; 20].join("\n")).is_ok());
        let lines = MessageText::parse(&["a"; 21].join("\n"));
        assert_eq!(lines, Err(MessageTextError::TooManyLines));
    }

    proptest! {
        #[test]
        fn any_text_is_a_name_that_stays_or_an_error(text in ".{0,40}") {
            if let Ok(name) = Name::parse(&text) {
                prop_assert_eq!(&Name::parse(name.as_str()), &Ok(name.clone()));
                prop_assert!(name.as_str().chars().count() <= Name::MAX_CHARS);
                prop_assert_eq!(name.as_str().trim(), name.as_str());
            }
        }

        #[test]
        fn any_text_is_a_message_that_stays_or_an_error(text in "(.|\n){0,80}") {
            if let Ok(message) = MessageText::parse(&text) {
                prop_assert_eq!(MessageText::parse(message.as_str()), Ok(message));
            }
        }
    }
}
