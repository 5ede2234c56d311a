//! A page without its numbers, into which they are filled.
//!
//! To render a page takes Leptos most of a millisecond, and of all that it writes
//! only the numbers ever change. So it is rendered once, with [`Marks`] for numbers,
//! and cut where these stand: in the text, in whatever words the counter says them,
//! and in what the browser begins with. It may not know how a page looks.

use crate::{
    blog::numbers::Marks,
    counter::{
        protocol::{Counts, Slug},
        wording,
    },
};
use aho_corasick::{AhoCorasick, BuildError, MatchKind};

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

/// A part of a page that is filled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// The same in every such page, with its index among those.
    Fixed(usize, &'t str),
    /// A number.
    Filled(String),
}

impl Hole {
    const EACH: [(Number, Words); 8] = [
        (Number::Live, Words::ReadingNow),
        (Number::Live, Words::Views),
        (Number::Live, Words::Grouped),
        (Number::Live, Words::Digits),
        (Number::Total, Words::ReadingNow),
        (Number::Total, Words::Views),
        (Number::Total, Words::Grouped),
        (Number::Total, Words::Digits),
    ];

    fn number(self, counts: Counts) -> u64 {
        match self.number {
            Number::Live => counts.live,
            Number::Total => counts.total,
        }
    }

    fn text(self, counts: Counts) -> String {
        let number = self.number(counts);
        match self.words {
            Words::ReadingNow => wording::reading_now(number),
            Words::Views => wording::views(number),
            Words::Grouped => wording::grouped(number),
            Words::Digits => number.to_string(),
        }
    }
}

impl Template {
    /// Cuts a page that was rendered with these marks.
    ///
    /// # Errors
    /// If there are more numbers on it than can be searched for.
    pub(super) fn cut(page: &str, marks: &Marks) -> Result<Self, BuildError> {
        let slugs = marks.slugs();
        let possible: Vec<Hole> = (0..slugs.len())
            .flat_map(|slug| {
                Hole::EACH.map(|(number, words)| Hole {
                    slug,
                    number,
                    words,
                })
            })
            .collect();
        let texts = possible.iter().map(|hole| hole.text(marks.at(hole.slug)));
        // The longest: in "1,204 views" there is "1,204" too.
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(texts)?;
        let (mut fixed, mut holes, mut rest) = (Vec::new(), Vec::new(), 0);
        for found in search.find_iter(page) {
            let hole = possible.get(found.pattern().as_usize()).copied();
            // A match begins and ends with ASCII, which is where text can be cut.
            let before = page.get(rest..found.start());
            if let (Some(hole), Some(before)) = (hole, before) {
                fixed.push(before.to_owned());
                holes.push(hole);
                rest = found.end();
            }
        }
        fixed.push(page.get(rest..).unwrap_or_default().to_owned());
        Ok(Self {
            slugs,
            fixed,
            holes,
        })
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
            let template = Template::cut(&page(&marked), &marks).unwrap();
            let counts = [a, b].map(|(live, total)| Counts { live, total });
            prop_assert_eq!(template.filled(&counts), page(&counts));
            prop_assert_eq!(template.numbers(&counts).len(), 12);
        }
    }

    #[test]
    fn a_page_without_numbers_is_one_part() {
        let (marks, _) = marks(&[]);
        let template = Template::cut("<p>1,204 views</p>", &marks).unwrap();
        let parts: Vec<_> = template.parts(&[]).collect();
        assert_eq!(parts, [Part::Fixed(0, "<p>1,204 views</p>")]);
        assert_eq!(template.numbers(&[]), [0; 0]);
    }

    #[test]
    fn only_the_numbers_that_are_shown_are_compared() {
        let (marks, marked) = marks(&["a"]);
        let list = format!("<p>{}</p>", wording::views(marked[0].total));
        let template = Template::cut(&list, &marks).unwrap();
        assert_eq!(template.numbers(&[Counts { live: 5, total: 7 }]), [7]);
        assert_eq!(template.filled(&[LARGEST]).len(), "<p></p>".len() + 32);
    }
}
