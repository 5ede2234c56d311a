//! Footnotes: collected while a text is read, written below it in the order in
//! which the text refers to them.
//!
//! It may not know what else is in a text.

use std::collections::HashMap;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::error::Problems;

/// The footnotes of one text. Their `id`s have a colon, which no heading's has.
#[derive(Default)]
pub(crate) struct Footnotes<'a> {
    /// In the order of their first references: label and number of references.
    referred: Vec<(String, usize)>,
    bodies: HashMap<String, Body<'a>>,
}

struct Body<'a> {
    events: Vec<Event<'a>>,
    line: usize,
}

impl<'a> Footnotes<'a> {
    /// The reference to a footnote, at the place where the text refers to it.
    pub(crate) fn reference(&mut self, label: &str) -> Event<'a> {
        let label = key(label);
        let known = self.referred.iter().position(|(known, _)| *known == label);
        let index = known.unwrap_or_else(|| {
            self.referred.push((label, 0));
            self.referred.len() - 1
        });
        let mut nth = 1;
        if let Some((_, references)) = self.referred.get_mut(index) {
            *references += 1;
            nth = *references;
        }
        let number = index + 1;
        // The way back leads to the first reference, so that one has the plain id.
        let id = match nth {
            1 => format!("fnref:{number}"),
            _ => format!("fnref:{number}:{nth}"),
        };
        let html = format!(
            "<sup class=\"footnote-reference\"><a id=\"{id}\" href=\"#fn:{number}\" \
             role=\"doc-noteref\" aria-label=\"Footnote {number}\">{number}</a></sup>"
        );
        Event::InlineHtml(html.into())
    }

    /// Keeps the text of a footnote that is defined at `line`.
    pub(crate) fn define(
        &mut self,
        label: &str,
        events: Vec<Event<'a>>,
        line: usize,
        problems: &mut Problems,
    ) {
        let body = Body { events, line };
        if let Some(earlier) = self.bodies.insert(key(label), body) {
            let problem = format!(
                "the footnote `[^{label}]` is already defined at line {}; rename one of the two",
                earlier.line
            );
            problems.note(line, problem);
        }
    }

    /// The list of all footnotes; nothing when there are none.
    pub(crate) fn finish(mut self, problems: &mut Problems) -> Vec<Event<'a>> {
        let mut list = Vec::new();
        for (index, (label, _)) in self.referred.iter().enumerate() {
            let number = index + 1;
            let back = format!(
                " <a class=\"footnote-back\" href=\"#fnref:{number}\" role=\"doc-backlink\" \
                 aria-label=\"Back to the text from footnote {number}\">↩</a>"
            );
            let mut body = self
                .bodies
                .remove(label)
                .map(|body| body.events)
                .unwrap_or_default();
            let end = match body.last() {
                Some(Event::End(TagEnd::Paragraph)) => body.len() - 1,
                _ => body.len(),
            };
            body.insert(end, Event::InlineHtml(back.into()));
            list.push(Event::Html(format!("<li id=\"fn:{number}\">").into()));
            list.append(&mut body);
            list.push(Event::Html("</li>\n".into()));
        }
        for (label, body) in &self.bodies {
            let problem = format!(
                "nothing refers to the footnote `[^{label}]`, so it is not shown; \
                 refer to it or remove it"
            );
            problems.note(body.line, problem);
        }
        if list.is_empty() {
            return list;
        }
        let open = "<section class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"Footnotes\">\n";
        let mut section = vec![Event::Html(open.into()), Event::Start(Tag::List(Some(1)))];
        section.append(&mut list);
        section.push(Event::End(TagEnd::List(true)));
        section.push(Event::Html("</section>\n".into()));
        section
    }
}

/// Labels are the same whatever their case.
fn key(label: &str) -> String {
    label.to_lowercase()
}
