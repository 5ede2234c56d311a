//! A page without its numbers, into which they are filled.
//!
//! To render a page takes Leptos most of a millisecond, and of all that it writes
//! only the numbers ever change. So it is rendered once, with [`Marks`] for numbers,
//! and cut where these stand: in the text, in whatever words the counter says them,
//! and in what the browser begins with. It may not know how a page looks.

use crate::{
    blog::numbers::{MARK_DIGITS, Marks},
    counter::{
        protocol::{Counts, Slug},
        wording,
    },
};

/// A page to be filled in.
#[derive(Debug)]
pub(super) struct Template {
    slugs: Vec<Slug>,
    /// What stands before each hole, and after the last.
    fixed: Vec<String>,
    holes: Vec<Hole>,
}

/// A place for a number.
#[derive(Clone, Copy, Debug)]
struct Hole {
    /// An index into the template's slugs.
    slug: usize,
    number: Number,
    words: Words,
}

#[derive(Clone, Copy, Debug)]
enum Number {
    Live,
    Total,
}

/// How a number is written: by the functions that the components use.
#[derive(Clone, Copy, Debug)]
enum Words {
    ReadingNow,
    Views,
    Grouped,
    Digits,
}

impl Words {
    /// Each before those that it begins with: in "1,204 views" there is "1,204" too.
    const EACH: [Self; 4] = [Self::ReadingNow, Self::Views, Self::Grouped, Self::Digits];

    fn text(self, number: u64) -> String {
        match self {
            Self::ReadingNow => wording::reading_now(number),
            Self::Views => wording::views(number),
            Self::Grouped => wording::grouped(number),
            Self::Digits => number.to_string(),
        }
    }
}

/// A part of a page that is filled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// The same in every such page, with its index among those.
    Fixed(usize, &'t str),
    /// A number.
    Filled(String),
}

impl Hole {
    fn number(self, counts: Counts) -> u64 {
        match self.number {
            Number::Live => counts.live,
            Number::Total => counts.total,
        }
    }

    fn text(self, counts: Counts) -> String {
        self.words.text(self.number(counts))
    }

    /// The hole that `text` begins with, and where it ends; `None` if it begins with no
    /// mark.
    fn at_start_of(text: &str, marks: &Marks) -> Option<(Self, usize)> {
        let number = leading_number(text)?;
        let (slug, is_total) = marks.find(number)?;
        let written = Words::EACH.map(|words| (words, words.text(number)));
        let (words, written) = written
            .into_iter()
            .find(|(_, written)| text.starts_with(written))?;
        let number = if is_total {
            Number::Total
        } else {
            Number::Live
        };
        let hole = Self {
            slug,
            number,
            words,
        };
        Some((hole, written.len()))
    }
}

/// The number of as many digits as a mark has with which `text` begins, grouped by commas
/// or not.
fn leading_number(text: &str) -> Option<u64> {
    let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b',';
    let mut digits = text.bytes().take_while(is_part).filter(u8::is_ascii_digit);
    let mut number: u64 = 0;
    for _ in 0..MARK_DIGITS {
        let digit = u64::from(digits.next()? - b'0');
        number = number.checked_mul(10)?.checked_add(digit)?;
    }
    Some(number)
}

impl Template {
    /// Cuts a page that was rendered with these marks.
    pub(super) fn cut(page: &str, marks: &Marks) -> Self {
        let (mut fixed, mut holes, mut rest) = (Vec::new(), Vec::new(), 0);
        let mut at = 0;
        // Every number begins with an ASCII digit, which is where text can be cut.
        let next_digit = |at: usize| {
            let text = page.get(at..)?;
            Some(at + text.find(|c: char| c.is_ascii_digit())?)
        };
        while let Some(digit) = next_digit(at) {
            let text = page.get(digit..).unwrap_or_default();
            match Hole::at_start_of(text, marks) {
                Some((hole, length)) => {
                    fixed.push(page.get(rest..digit).unwrap_or_default().to_owned());
                    holes.push(hole);
                    rest = digit + length;
                    at = rest;
                }
                None => at = digit + 1,
            }
        }
        fixed.push(page.get(rest..).unwrap_or_default().to_owned());
        Self {
            slugs: marks.slugs(),
            fixed,
            holes,
        }
    }

    /// Whose numbers are on it. [`Self::numbers`] and [`Self::parts`] take theirs in
    /// this order.
    pub(super) fn slugs(&self) -> &[Slug] {
        &self.slugs
    }

    /// What is the same in every such page.
    pub(super) fn fixed(&self) -> impl Iterator<Item = &str> {
        self.fixed.iter().map(String::as_str)
    }

    /// The numbers that are shown, in their order on the page: a list shows no
    /// post's readers.
    pub(super) fn numbers(&self, counts: &[Counts]) -> Vec<u64> {
        let of = |hole: &Hole| hole.number(counts.get(hole.slug).copied().unwrap_or_default());
        self.holes.iter().map(of).collect()
    }

    /// The page with these numbers, in parts.
    pub(super) fn parts<'t>(&'t self, counts: &'t [Counts]) -> impl Iterator<Item = Part<'t>> {
        self.fixed
            .iter()
            .enumerate()
            .flat_map(move |(index, fixed)| {
                let filled = self.holes.get(index).map(|hole| {
                    let counts = counts.get(hole.slug).copied().unwrap_or_default();
                    Part::Filled(hole.text(counts))
                });
                [Some(Part::Fixed(index, fixed)), filled]
            })
            .flatten()
    }

    /// The page with these numbers.
    pub(super) fn filled(&self, counts: &[Counts]) -> String {
        let fixed: usize = self.fixed().map(str::len).sum();
        // A number in words is no longer than this.
        let mut page = String::with_capacity(fixed + 40 * self.holes.len());
        for part in self.parts(counts) {
            page.push_str(match &part {
                Part::Fixed(_, text) => text,
                Part::Filled(text) => text,
            });
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blog::numbers::Numbers;
    use futures_util::FutureExt;
    use proptest::prelude::*;
    use std::sync::Arc;

    const LARGEST: Counts = Counts {
        live: u64::MAX,
        total: u64::MAX,
    };

    /// A page of two posts, with these numbers in every form there is.
    fn page(counts: &[Counts]) -> String {
        let each = counts.iter().map(|one| {
            format!(
                "<p>{} · {}</p>é{{\"live\":{},\"total\":{}}} {}{} 1,204 views",
                wording::reading_now(one.live),
                wording::views(one.total),
                one.live,
                one.total,
                wording::grouped(one.total),
                wording::views(one.live),
            )
        });
        each.collect()
    }

    fn marks(slugs: &[&str]) -> (Arc<Marks>, Vec<Counts>) {
        let marks = Arc::new(Marks::new());
        let slugs = slugs.iter().map(|slug| slug.parse().unwrap()).collect();
        let numbers = Numbers::Marks(Arc::clone(&marks));
        let counts = numbers.of_all(slugs).now_or_never().flatten();
        (marks, counts.expect("marks are there at once"))
    }

    proptest! {
        #[test]
        fn a_page_that_is_filled_in_is_the_page_with_these_numbers(
            a in any::<(u64, u64)>(), b in (0..3_u64, 0..1_300_u64)
        ) {
            let (marks, marked) = marks(&["a", "b"]);
            let template = Template::cut(&page(&marked), &marks);
            let counts = [a, b].map(|(live, total)| Counts { live, total });
            prop_assert_eq!(template.filled(&counts), page(&counts));
            prop_assert_eq!(template.numbers(&counts).len(), 12);
        }
    }

    #[test]
    fn a_page_without_numbers_is_one_part() {
        let (marks, _) = marks(&[]);
        let template = Template::cut("<p>1,204 views</p>", &marks);
        let parts: Vec<_> = template.parts(&[]).collect();
        assert_eq!(parts, [Part::Fixed(0, "<p>1,204 views</p>")]);
        assert_eq!(template.numbers(&[]), [0; 0]);
    }

    #[test]
    fn other_long_numbers_are_text() {
        let (marks, marked) = marks(&["a"]);
        let total = marked[0].total;
        let other = total + 1;
        let text = |total: &str| format!("9{total},{other} 00,{} 1,2,3", wording::grouped(other));
        let template = Template::cut(&text(&total.to_string()), &marks);
        assert_eq!(template.filled(&[Counts { live: 5, total: 7 }]), text("7"));
    }

    #[test]
    fn only_the_numbers_that_are_shown_are_compared() {
        let (marks, marked) = marks(&["a"]);
        let list = format!("<p>{}</p>", wording::views(marked[0].total));
        let template = Template::cut(&list, &marks);
        assert_eq!(template.numbers(&[Counts { live: 5, total: 7 }]), [7]);
        assert_eq!(template.filled(&[LARGEST]).len(), "<p></p>".len() + 32);
    }
}
