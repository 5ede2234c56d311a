//! Turns the body of a Markdown file into HTML and notes what is wrong in it.
//!
//! It may not know what a post is, nor the file system: `link` answers what links
//! and images mean. Raw HTML passes through; whoever writes here owns the site. But
//! no more of it works than the policy of the pages allows (`csp`): no scripts, no
//! `style`, nothing of another site's but the images that Markdown names.

use std::collections::{BTreeSet, HashSet};

use pulldown_cmark::{
    Alignment, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd,
    TextMergeWithOffset, html::push_html,
};

use super::address::segment;
use super::element;
use super::error::{Problems, line_at};
use super::footnote::Footnotes;
use super::highlight::Highlighter;
use super::image_source::ImageSource;
use super::link::Surroundings;
use super::{Heading, PreviewImage};
use crate::web::characters::legal;

/// What a practised reader reads of a text with some thought in it.
const WORDS_PER_MINUTE: u32 = 220;

/// A body as the page shows it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) html: String,
    /// The headings of levels 2 and 3.
    pub(crate) headings: Vec<Heading>,
    /// The time to read its prose, code left out; at least 1.
    pub(crate) reading_minutes: u32,
    /// Its images that previews can show, in their order.
    pub(crate) preview_images: Vec<PreviewImage>,
    /// Whether it shows an image of this site that previews cannot show.
    pub(crate) has_other_images: bool,
    /// Where images come from that are not this site's own.
    pub(crate) image_sources: BTreeSet<ImageSource>,
}

/// Renders what follows the byte `body_start` of `source`, a whole file: lines are
/// counted from its beginning.
pub(crate) fn render(
    source: &str,
    body_start: usize,
    surroundings: &Surroundings<'_>,
    highlighter: &Highlighter,
    problems: &mut Problems,
) -> Rendered {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let body = source.get(body_start..).unwrap_or_default();
    let parser = Parser::new_ext(body, options).into_offset_iter();
    let mut events = TextMergeWithOffset::new(parser);
    let mut renderer = Renderer {
        surroundings,
        highlighter,
        problems,
        page: Vec::new(),
        outer: Vec::new(),
        open_heading: None,
        ids: HashSet::new(),
        footnotes: Footnotes::default(),
        headings: Vec::new(),
        words: 0,
        preview_images: Vec::new(),
        has_other_images: false,
        image_sources: BTreeSet::new(),
        code_blocks: 0,
        tables: 0,
        columns: Columns::default(),
    };
    while let Some((event, range)) = events.next() {
        let line = || line_at(source, body_start + range.start);
        renderer.event(event, &line, &mut events);
    }
    renderer.finish()
}

struct Renderer<'a, 'r> {
    surroundings: &'r Surroundings<'r>,
    highlighter: &'r Highlighter,
    problems: &'r mut Problems,
    /// What is to be written: of the text, or of the footnote being read.
    page: Vec<Event<'a>>,
    /// What waits while a footnote is read: the footnote's label and line, and the
    /// page around it.
    outer: Vec<(CowStr<'a>, usize, Vec<Event<'a>>)>,
    open_heading: Option<OpenHeading>,
    ids: HashSet<String>,
    footnotes: Footnotes<'a>,
    headings: Vec<Heading>,
    words: usize,
    preview_images: Vec<PreviewImage>,
    has_other_images: bool,
    image_sources: BTreeSet<ImageSource>,
    /// How many blocks of code there were so far.
    code_blocks: usize,
    /// How many tables there were so far.
    tables: usize,
    columns: Columns,
}

/// The element of a column's heading.
const HEADING_CELL: &str = "th";

/// The table that is being read.
#[derive(Default)]
struct Columns {
    alignments: Vec<Alignment>,
    /// Where in the page the table begins.
    at: usize,
    /// The texts of the columns' headings.
    headings: Vec<String>,
    /// The next cell's column.
    next: usize,
    /// What a cell of this row is: `th` or `td`.
    cell: &'static str,
}

struct OpenHeading {
    /// Where in the page its content begins.
    at: usize,
    text: String,
}

impl<'a> Renderer<'a, '_> {
    /// Takes one event, and from `events` all that is inside of it where that does
    /// not become HTML by itself.
    fn event(
        &mut self,
        event: Event<'a>,
        line: &dyn Fn() -> usize,
        events: &mut impl Iterator<Item = (Event<'a>, std::ops::Range<usize>)>,
    ) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => self.start_heading(level, line),
            Event::End(TagEnd::Heading(level)) => self.end_heading(level),
            Event::Start(Tag::CodeBlock(kind)) => self.code_block(&kind, &inner_text(events)),
            Event::Start(Tag::Image {
                dest_url, title, ..
            }) => {
                self.image(&dest_url, &title, &inner_text(events), line);
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let dest_url = match link_type {
                    LinkType::Email => dest_url,
                    _ => self.destination(dest_url, line),
                };
                self.page
                    .push(element::link(link_type, dest_url, title, id));
            }
            Event::Start(Tag::Table(alignments)) => {
                self.columns = Columns {
                    alignments,
                    at: self.page.len(),
                    ..Columns::default()
                };
                // Without alignments: they would become `style` attributes.
                self.page.push(Event::Start(Tag::Table(Vec::new())));
            }
            Event::Start(row @ (Tag::TableHead | Tag::TableRow)) => {
                self.columns.next = 0;
                self.columns.cell = match row {
                    Tag::TableHead => HEADING_CELL,
                    _ => "td",
                };
                self.page.push(Event::Start(row));
            }
            Event::Start(Tag::TableCell) => {
                let Columns {
                    alignments,
                    headings,
                    next,
                    cell,
                    ..
                } = &mut self.columns;
                let alignment = alignments.get(*next).copied();
                *next += 1;
                if *cell == HEADING_CELL {
                    headings.push(String::new());
                }
                self.page.push(element::cell(cell, alignment));
            }
            Event::End(TagEnd::TableHead) => {
                // Only now is it known what the box is called.
                self.tables += 1;
                let start = element::table_start(self.tables, &self.columns.headings);
                self.page.insert(self.columns.at, start);
                self.columns.cell = "";
                self.page.push(event);
            }
            Event::End(TagEnd::Table) => {
                self.page.push(Event::End(TagEnd::Table));
                self.page.push(Event::Html(element::TABLE_END.into()));
            }
            Event::Start(Tag::FootnoteDefinition(label)) => {
                self.outer
                    .push((label, line(), std::mem::take(&mut self.page)));
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                if let Some((label, line, page)) = self.outer.pop() {
                    let body = std::mem::replace(&mut self.page, page);
                    self.footnotes.define(&label, body, line, self.problems);
                }
            }
            Event::FootnoteReference(label) => {
                let reference = self.footnotes.reference(&label);
                self.page.push(reference);
            }
            Event::TaskListMarker(done) => self.page.push(element::task(done)),
            Event::Text(text) => {
                self.words += text.split_whitespace().count();
                self.text_of_heading(&text);
                self.page.push(Event::Text(text));
            }
            Event::Code(code) => {
                self.text_of_heading(&code);
                self.page.push(Event::Code(code));
            }
            Event::SoftBreak | Event::HardBreak => {
                self.text_of_heading(" ");
                self.page.push(event);
            }
            other => self.page.push(other),
        }
    }

    /// Keeps this text if it is a part of a heading, of a section or of a table's column.
    fn text_of_heading(&mut self, text: &str) {
        if let Some(heading) = &mut self.open_heading {
            heading.text.push_str(text);
        }
        if self.columns.cell == HEADING_CELL
            && let Some(heading) = self.columns.headings.last_mut()
        {
            heading.push_str(text);
        }
    }

    fn start_heading(&mut self, level: HeadingLevel, line: &dyn Fn() -> usize) {
        if level == HeadingLevel::H1 {
            let problem = "the title is the page's only heading of level 1; begin with `##`";
            self.problems.note(line(), problem);
        }
        self.open_heading = Some(OpenHeading {
            at: self.page.len(),
            text: String::new(),
        });
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let Some(OpenHeading { at, text }) = self.open_heading.take() else {
            return;
        };
        let content = self.page.split_off(at);
        let id = self.unique_id(&text);
        let text = legal(&text).trim().to_owned();
        self.page.push(Event::Html(element::HEADING_START.into()));
        self.page.push(Event::Start(Tag::Heading {
            level,
            id: Some(id.clone().into()),
            classes: Vec::new(),
            attrs: Vec::new(),
        }));
        self.page.extend(content);
        self.page.push(Event::End(TagEnd::Heading(level)));
        self.page.push(element::heading_end(&id, &text));
        if matches!(level, HeadingLevel::H2 | HeadingLevel::H3) {
            self.headings.push(Heading {
                level: level as u8,
                id,
                text,
            });
        }
    }

    /// An `id` for a heading that no earlier one has. It holds letters, digits and
    /// hyphens, so it needs no escaping anywhere.
    fn unique_id(&mut self, text: &str) -> String {
        let mut base = segment(text);
        if base.is_empty() {
            base.push_str("section");
        }
        let mut id = base.clone();
        let mut copy = 1;
        while !self.ids.insert(id.clone()) {
            copy += 1;
            id = format!("{base}-{copy}");
        }
        id
    }

    fn code_block(&mut self, kind: &CodeBlockKind<'_>, code: &str) {
        let language = match kind {
            // `rust,ignore` is Rust: what follows is for tools.
            CodeBlockKind::Fenced(info) => info.split([',', ' ', '\t', '{']).next(),
            CodeBlockKind::Indented => None,
        };
        let language = language.filter(|language| !language.is_empty());
        let coloured = self.highlighter.html(language, code);
        self.code_blocks += 1;
        let block = element::code_block(self.code_blocks, language, &coloured);
        self.page.push(block);
    }

    fn image(&mut self, destination: &str, title: &str, alt: &str, line: &dyn Fn() -> usize) {
        if alt.trim().is_empty() {
            let problem = format!(
                "the image `{destination}` has no text for those who do not see it; \
                 say what it shows between [ and ]"
            );
            self.problems.note(line(), problem);
        }
        let image = match self.surroundings.image(destination) {
            Ok(image) => image,
            Err(problem) => return self.problems.note(line(), problem),
        };
        self.text_of_heading(alt);
        self.page.push(element::image(&image, alt.trim(), title));
        match image.preview(Some(alt.trim())) {
            Some(preview) => self.preview_images.push(preview),
            None => self.has_other_images |= image.is_own(),
        }
        self.image_sources.extend(image.source);
    }

    fn destination(&mut self, destination: CowStr<'a>, line: &dyn Fn() -> usize) -> CowStr<'a> {
        match self.surroundings.link(&destination) {
            Ok(destination) => destination.into(),
            Err(problem) => {
                self.problems.note(line(), problem);
                destination
            }
        }
    }

    fn finish(self) -> Rendered {
        let mut html = String::new();
        let footnotes = self.footnotes.finish(self.problems);
        push_html(&mut html, self.page.into_iter().chain(footnotes));
        let words = u32::try_from(self.words).unwrap_or(u32::MAX);
        Rendered {
            html: legal(&html),
            headings: self.headings,
            reading_minutes: words.div_ceil(WORDS_PER_MINUTE).max(1),
            preview_images: self.preview_images,
            has_other_images: self.has_other_images,
            image_sources: self.image_sources,
        }
    }
}

/// Takes all events up to the end of the element that has just begun, and keeps
/// their text.
fn inner_text<'a, R>(events: &mut impl Iterator<Item = (Event<'a>, R)>) -> String {
    let mut text = String::new();
    let mut depth = 1;
    for (event, _) in events {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Text(piece) | Event::Code(piece) => text.push_str(&piece),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    text
}
