//! Colours code: turns source text into HTML with a dozen classes, `hl-keyword`
//! and the like, for which the style sheet has the colours.
//!
//! It may not know of Markdown.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use quick_xml::escape::partial_escape;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

/// The class for code in a scope that begins with these words. The longest match
/// wins, and the innermost scope that matches at all decides; an empty class
/// means that the code stays plain, whatever surrounds it.
const CLASSES: &[(&str, &str)] = &[
    ("comment", "hl-comment"),
    ("constant", "hl-constant"),
    ("constant.numeric", "hl-number"),
    ("entity.name", "hl-type"),
    ("entity.name.function", "hl-function"),
    ("entity.name.table", "hl-tag"),
    ("entity.name.tag", "hl-tag"),
    ("entity.other", "hl-attribute"),
    ("entity.other.inherited-class", "hl-type"),
    ("keyword", "hl-keyword"),
    // Operators are plain: coloured, they outshine the names between them.
    ("keyword.operator", ""),
    ("keyword.operator.logical.sql", "hl-keyword"),
    ("keyword.operator.word", "hl-keyword"),
    ("keyword.other.unit", "hl-number"),
    ("markup.deleted", "hl-deleted"),
    ("markup.inserted", "hl-inserted"),
    ("meta.annotation", "hl-attribute"),
    ("meta.diff", "hl-comment"),
    // Code inside a string is not a string.
    ("meta.group.expansion.command", ""),
    ("meta.template.expression", ""),
    ("storage", "hl-keyword"),
    ("storage.type.string", "hl-string"),
    ("string", "hl-string"),
    ("support.class", "hl-type"),
    ("support.constant", "hl-constant"),
    ("support.function", "hl-function"),
    ("support.macro", "hl-function"),
    ("support.type", "hl-type"),
    ("support.type.custom-property", "hl-attribute"),
    ("support.type.property-name", "hl-attribute"),
    ("variable.function", "hl-function"),
    ("variable.language", "hl-keyword"),
    ("variable.parameter.option", "hl-attribute"),
];

/// The most languages of which what was compiled is kept. That is some 10 MB for each
/// language, and compiling it again takes some 50 ms; few blogs have code in more.
const MAX_COMPILED: usize = 8;

/// Knows the grammars of some two hundred languages. Make one and use it for all
/// code: it reads the grammars when it first needs one, which takes 50 ms, and then
/// keeps what it has compiled of the last [`MAX_COMPILED`] languages.
pub(crate) struct Highlighter {
    /// Nothing is parsed with these, so nothing of them is compiled.
    grammars: LazyLock<SyntaxSet>,
    compiled: Mutex<Option<Compiled>>,
    classes: Vec<(Scope, &'static str)>,
}

/// Grammars that compile what they need when they need it, and never forget it.
struct Compiled {
    grammars: SyntaxSet,
    languages: BTreeSet<String>,
}

impl Highlighter {
    #[expect(
        clippy::expect_used,
        reason = "a scope of at most eight words always parses, and `CLASSES` has no longer one"
    )]
    pub(crate) fn new() -> Self {
        let scope = |name| Scope::new(name).expect("a short scope");
        let mut classes: Vec<_> = CLASSES
            .iter()
            .map(|(name, class)| (scope(name), *class))
            .collect();
        classes.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
        Self {
            grammars: LazyLock::new(two_face::syntax::extra_newlines),
            compiled: Mutex::default(),
            classes,
        }
    }

    /// `code` as HTML. Without a language, or in one that is not known, it is
    /// escaped and nothing more.
    pub(crate) fn html(&self, language: Option<&str>, code: &str) -> String {
        let coloured = match language {
            None => None,
            Some("console") => Some(console(code)),
            Some(language) if self.grammars.find_syntax_by_token(language).is_none() => None,
            Some(language) => self.with_compiled(language, |grammars| {
                let grammar = grammars.find_syntax_by_token(language)?;
                self.coloured(grammars, grammar, code)
            }),
        };
        coloured.unwrap_or_else(|| partial_escape(code).into_owned())
    }

    /// What `colour` makes of the grammars that are to be used for this language.
    fn with_compiled<T>(&self, language: &str, colour: impl FnOnce(&SyntaxSet) -> T) -> T {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        // A language more than may be kept: all of them are compiled anew.
        let kept = compiled.take().filter(|kept| {
            kept.languages.contains(language) || kept.languages.len() < MAX_COMPILED
        });
        let kept = compiled.insert(kept.unwrap_or_else(|| Compiled {
            grammars: self.grammars.clone(),
            languages: BTreeSet::new(),
        }));
        kept.languages.insert(language.to_owned());
        colour(&kept.grammars)
    }

    /// `None` when the grammar gives up, as it does at a regular expression that
    /// takes too long.
    fn coloured(
        &self,
        grammars: &SyntaxSet,
        grammar: &SyntaxReference,
        code: &str,
    ) -> Option<String> {
        let mut state = ParseState::new(grammar);
        let mut scopes = ScopeStack::new();
        let mut spans = Spans::default();
        for line in code.split_inclusive('\n') {
            let mut done = 0;
            for (end, change) in state.parse_line(line, grammars).ok()? {
                spans.push(self.class(&scopes), line.get(done..end)?);
                scopes.apply(&change).ok()?;
                done = end;
            }
            spans.push(self.class(&scopes), line.get(done..)?);
        }
        Some(spans.finish())
    }

    fn class(&self, scopes: &ScopeStack) -> &'static str {
        let class_of = |scope: &Scope| {
            let matching = self
                .classes
                .iter()
                .find(|(prefix, _)| prefix.is_prefix_of(*scope));
            matching.map(|(_, class)| *class)
        };
        let innermost_first = scopes.as_slice().iter().rev();
        innermost_first
            .filter_map(class_of)
            .next()
            .unwrap_or_default()
    }
}

/// A terminal session: the prompt stands back, so that the eye finds the command.
fn console(code: &str) -> String {
    let mut spans = Spans::default();
    for line in code.split_inclusive('\n') {
        match line.strip_prefix("$ ") {
            Some(command) => {
                spans.push("hl-comment", "$ ");
                spans.push("", command);
            }
            None => spans.push("", line),
        }
    }
    spans.finish()
}

/// HTML in the making. Neighbours of one class share a span.
#[derive(Default)]
struct Spans {
    html: String,
    open: &'static str,
}

impl Spans {
    fn push(&mut self, class: &'static str, code: &str) {
        if code.is_empty() {
            return;
        }
        // White space has no colour, so it need not end a span.
        let blank = code.chars().all(char::is_whitespace);
        if class != self.open && !blank {
            self.close();
            if !class.is_empty() {
                self.html.push_str(&format!("<span class=\"{class}\">"));
            }
            self.open = class;
        }
        let escaped: Cow<'_, str> = partial_escape(code);
        self.html.push_str(&escaped);
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.html.push_str("</span>");
        }
    }

    fn finish(mut self) -> String {
        self.close();
        self.html
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    static HIGHLIGHTER: LazyLock<Highlighter> = LazyLock::new(Highlighter::new);

    /// What a reader sees of `html`: the text without its tags.
    fn text_of(html: &str) -> String {
        let mut text = String::new();
        for piece in html.split('<') {
            text.push_str(piece.split_once('>').map_or(piece, |(_, after)| after));
        }
        quick_xml::escape::unescape(&text).unwrap().into_owned()
    }

    fn classes_of(html: &str) -> BTreeSet<&str> {
        let spans = html.split("<span class=\"hl-").skip(1);
        spans.map(|span| span.split_once('"').unwrap().0).collect()
    }

    #[test]
    fn the_languages_of_the_posts_have_colours() {
        let samples: &[(&str, &str, &[&str])] = &[
            (
                "rust",
                "#[test]\nfn a(n: u32) -> Option<u8> { Some(b'x'); f(true, 1) } // hi\n",
                &[
                    "attribute",
                    "comment",
                    "constant",
                    "function",
                    "keyword",
                    "number",
                    "string",
                    "type",
                ],
            ),
            (
                "toml",
                "# hi\n[a]\nb = \"c\"\nd = 1\n",
                &["comment", "number", "string", "tag"],
            ),
            (
                "html",
                "<a href=\"/\">&amp;</a>",
                &["attribute", "constant", "string", "tag"],
            ),
            (
                "css",
                "a { margin: 1rem; }",
                &["attribute", "number", "tag"],
            ),
            (
                "js",
                "const a = f('b'); // c",
                &["comment", "function", "keyword", "string"],
            ),
            (
                "sql",
                "SELECT count(n) FROM t WHERE a = 'b' AND c",
                &["function", "keyword", "string"],
            ),
            (
                "json",
                "{\"a\": [1, null]}",
                &["constant", "number", "string"],
            ),
            (
                "sh",
                "# hi\nfor f in \"a\"; do ls --all; done",
                &["attribute", "comment", "function", "keyword", "string"],
            ),
            ("diff", "-a\n+b\n", &["deleted", "inserted"]),
        ];
        for (language, code, classes) in samples {
            let html = HIGHLIGHTER.html(Some(language), code);
            assert_eq!(
                classes_of(&html),
                classes.iter().copied().collect(),
                "{language}: {html}"
            );
            assert_eq!(text_of(&html), *code);
        }
    }

    #[test]
    fn no_more_languages_stay_compiled_than_may() {
        let highlighter = Highlighter::new();
        let kept = || {
            let compiled = highlighter.compiled.lock().unwrap();
            compiled.as_ref().map_or(0, |kept| kept.languages.len())
        };
        let languages = [
            "c", "css", "go", "html", "java", "js", "lua", "rb", "sql", "toml",
        ];
        for language in languages.iter().chain(["toml", "c"].iter()) {
            highlighter.html(Some(language), "a = 1\n");
            assert!(
                (1..=MAX_COMPILED).contains(&kept()),
                "{language}: {}",
                kept()
            );
        }
        let html = highlighter.html(Some("rust"), "pub fn");
        assert_eq!(html, "<span class=\"hl-keyword\">pub fn</span>");
    }

    #[test]
    fn neighbours_of_one_class_share_a_span() {
        let html = HIGHLIGHTER.html(Some("rust"), "pub fn");
        assert_eq!(html, "<span class=\"hl-keyword\">pub fn</span>");
    }

    #[test]
    fn code_inside_a_string_is_no_string() {
        for (language, code) in [("js", "${b}"), ("ts", "${b}"), ("sh", "$(b)")] {
            let quote = if language == "sh" { "\"" } else { "`" };
            let html = HIGHLIGHTER.html(Some(language), &format!("{quote}a {code}{quote}"));
            let inside = html.replace("<span class=\"hl-function\">b</span>", "b");
            let string = |text| format!("<span class=\"hl-string\">{text}</span>");
            let (before, after) = (string(format!("{quote}a ")), string(quote.to_owned()));
            assert_eq!(inside, format!("{before}{code}{after}"), "{language}");
        }
    }

    #[test]
    fn an_unknown_language_and_none_are_escaped_and_plain() {
        for language in [None, Some("text"), Some("no such language"), Some("")] {
            assert_eq!(
                HIGHLIGHTER.html(language, "a < b && \"c\""),
                "a &lt; b &amp;&amp; \"c\""
            );
        }
    }

    #[test]
    fn the_prompt_of_a_console_stands_back() {
        let html = HIGHLIGHTER.html(Some("console"), "$ ls <dir>\na  $ b\n");
        assert_eq!(
            html,
            "<span class=\"hl-comment\">$ </span>ls &lt;dir&gt;\na  $ b\n"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn highlighting_changes_no_text(code in "[ -~\\n]{0,80}") {
                for language in ["rust", "html", "css", "js", "sh", "sql", "json", "toml", "console"] {
                prop_assert_eq!(text_of(&HIGHLIGHTER.html(Some(language), &code)), code.as_str());
            }
        }
    }
}
