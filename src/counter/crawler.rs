//! Which user agents are crawlers', by a list that others maintain
//! (`crawler/list.tsv`) and a few lines of our own beside it. Knows nothing of
//! requests.
//!
//! Nearly all patterns of the list are plain texts, and all begin with one. So
//! one automaton looks for all these beginnings at once, and only where it finds
//! that of a real regular expression is that one asked. Most browsers' user
//! agents are read once and are done.

#[cfg(test)]
mod tests;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::{
    ParserBuilder,
    hir::{HirKind, literal::Extractor},
};
use std::{collections::HashSet, sync::LazyLock};

/// So much of a user agent is looked at, in bytes. The longest that the list
/// knows has 285, those of browsers inside other programs about 600; a header
/// may have thousands, and each byte of it would cost a handshake its time.
pub const LOOKED_AT: usize = 1024;

/// One kind of crawler.
#[derive(Debug, PartialEq, Eq)]
pub struct Crawler {
    /// The regular expression that its user agents match.
    pub pattern: &'static str,
    /// Where to read about it, if the list says.
    pub url: Option<&'static str>,
}

/// The crawler that this user agent is one of; none if it is a reader's. Takes
/// time in proportion to the first [`LOOKED_AT`] bytes and heeds no others.
///
/// An empty one is a reader's, as one that is missing is: only who says that
/// they are a crawler is taken for one.
pub fn find(user_agent: &[u8]) -> Option<&'static Crawler> {
    LIST.find(user_agent)
}

/// Reads the list, which takes some milliseconds, so that no handshake has to.
pub fn prepare() {
    LazyLock::force(&LIST);
}

#[expect(
    clippy::expect_used,
    reason = "the list is part of the program, and a test reads it"
)]
static LIST: LazyLock<List> = LazyLock::new(|| {
    List::new(
        &[
            include_str!("crawler/list.tsv"),
            include_str!("crawler/ours.tsv"),
        ],
        include_str!("crawler/except.tsv"),
    )
    .expect("a list that was tested")
});

/// A list cannot be used as it is.
#[derive(Debug, thiserror::Error)]
enum ListError {
    #[error("{0}: {1}")]
    Syntax(&'static str, #[source] Box<regex_syntax::Error>),
    #[error("{0}: {1}")]
    Regex(&'static str, #[source] regex::Error),
    #[error("{0}: it begins with no text of its own, so it would be tried on everyone")]
    NoBeginning(&'static str),
    #[error("the texts cannot be searched for: {0}")]
    Texts(#[from] aho_corasick::BuildError),
}

/// The crawlers, made ready to be found.
struct List {
    crawlers: Vec<Known>,
    /// What their patterns begin with.
    beginnings: AhoCorasick,
    /// The index of the crawler, for each beginning.
    owners: Vec<usize>,
}

struct Known {
    crawler: Crawler,
    /// None if the beginning is all there is to the pattern.
    whole: Option<Regex>,
}

/// What is before and after the first tab of the lines that are no comments.
fn rows(text: &'static str) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| match line.split_once('\t') {
            Some((first, second)) => (first, Some(second)),
            None => (line, None),
        })
}

impl List {
    fn new(lists: &[&'static str], except: &'static str) -> Result<Self, ListError> {
        let except: HashSet<&str> = rows(except).map(|(pattern, _)| pattern).collect();
        let (mut crawlers, mut texts, mut owners) = (Vec::new(), Vec::new(), Vec::new());
        // Ours may be what except.tsv takes away from the list before it.
        let all = lists.iter().copied().flat_map(rows);
        for (pattern, url) in all.filter(|(pattern, _)| !except.contains(pattern)) {
            let Beginnings { of, is_whole } = Beginnings::of(pattern)?;
            owners.extend(of.iter().map(|_| crawlers.len()));
            texts.extend(of);
            let whole = (!is_whole).then(|| {
                // Headers need not be UTF-8.
                let built = RegexBuilder::new(pattern).unicode(false).build();
                built.map_err(|error| ListError::Regex(pattern, error))
            });
            crawlers.push(Known {
                crawler: Crawler { pattern, url },
                whole: whole.transpose()?,
            });
        }
        // As a DFA it is a little faster, and takes megabytes.
        let beginnings = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(texts)?;
        Ok(Self {
            crawlers,
            beginnings,
            owners,
        })
    }

    fn find(&self, user_agent: &[u8]) -> Option<&Crawler> {
        let looked_at = &user_agent[..user_agent.len().min(LOOKED_AT)];
        self.suspects(looked_at)
            .find(|known| {
                let whole = known.whole.as_ref();
                whole.is_none_or(|whole| whole.is_match(looked_at))
            })
            .map(|known| &known.crawler)
    }

    /// Those of whom a beginning is there, each once: a text that repeats one
    /// costs no more than a text that has it.
    fn suspects(&self, text: &[u8]) -> impl Iterator<Item = &Known> {
        let mut named = Vec::new();
        self.beginnings
            .find_overlapping_iter(text)
            .map(|found| self.owners[found.pattern().as_usize()])
            .filter(move |owner| {
                let is_new = !named.contains(owner);
                if is_new {
                    named.push(*owner);
                }
                is_new
            })
            .map(|owner| &self.crawlers[owner])
    }
}

/// The texts of which one is at the beginning of whatever matches a pattern.
struct Beginnings {
    of: Vec<Vec<u8>>,
    /// Whether whatever has the beginning matches.
    is_whole: bool,
}

impl Beginnings {
    fn of(pattern: &'static str) -> Result<Self, ListError> {
        let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
        let parsed = parser
            .parse(pattern)
            .map_err(|error| ListError::Syntax(pattern, Box::new(error)))?;
        if let HirKind::Literal(text) = parsed.kind() {
            return Ok(Self {
                of: vec![text.0.to_vec()],
                is_whole: true,
            });
        }
        let prefixes = Extractor::new().extract(&parsed);
        let of: Vec<Vec<u8>> = prefixes
            .literals()
            .unwrap_or_default()
            .iter()
            .map(|literal| literal.as_bytes().to_vec())
            .collect();
        if of.is_empty() || of.iter().any(Vec::is_empty) {
            return Err(ListError::NoBeginning(pattern));
        }
        Ok(Self {
            of,
            is_whole: false,
        })
    }
}
