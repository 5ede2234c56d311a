//! How the site writes the elements that Markdown's own HTML has no good form for.
//!
//! It may not know what they mean, only how they look.

use pulldown_cmark::{Alignment, CowStr, Event, LinkType, Tag};
use quick_xml::escape::escape;

use super::link::{Image, is_external};

/// The start of the box in which a wide table scrolls, also by keyboard. It is named after
/// the table's column headings, and numbered: no two boxes of a text have one name.
pub(crate) fn table_start<'a>(number: usize, headings: &[String]) -> Event<'a> {
    let headings: Vec<_> = headings
        .iter()
        .map(|heading| heading.trim())
        .filter(|heading| !heading.is_empty())
        .collect();
    let colon = if headings.is_empty() { "" } else { ": " };
    let html = format!(
        "<div class=\"table-scroll\" tabindex=\"0\" role=\"region\" \
         aria-label=\"Table {number}{colon}{}\">",
        escape(headings.join(", "))
    );
    Event::Html(html.into())
}

/// The end of that box.
pub(crate) const TABLE_END: &str = "</div>\n";

/// The start of a table's cell, `th` or `td`. Its class says how its text is aligned: a
/// `style` is forbidden by the policy, and the attribute `align` is obsolete. Feed readers
/// drop the class, and align all cells alike.
pub(crate) fn cell<'a>(element: &str, alignment: Option<Alignment>) -> Event<'a> {
    let class = match alignment {
        Some(Alignment::Left) => " class=\"align-left\"",
        Some(Alignment::Center) => " class=\"align-center\"",
        Some(Alignment::Right) => " class=\"align-right\"",
        Some(Alignment::None) | None => "",
    };
    inline(format!("<{element}{class}>"))
}

/// The start of the box around a heading and the link to it.
pub(crate) const HEADING_START: &str = "<div class=\"heading\">";

const ANCHOR_START: &str = "<a class=\"anchor\" ";

/// The link to a heading with this text, and the end of the box around both. The link stands
/// beside the heading: inside of it, it would be read as a part of the heading's text.
pub(crate) fn heading_end<'a>(id: &str, text: &str) -> Event<'a> {
    let html = format!(
        "{ANCHOR_START}href=\"#{id}\" aria-label=\"Link to “{}”\">#</a></div>\n",
        escape(text)
    );
    Event::Html(html.into())
}

const COPY_START: &str = "<button type=\"button\" class=\"copy\" ";

/// A block of code that is HTML already. Long lines scroll, also by keyboard: it is named by
/// its number in the text, and its language. Its button is hidden until a script can copy.
pub(crate) fn code_block<'a>(number: usize, language: Option<&str>, code: &str) -> Event<'a> {
    let language = language.map(escape);
    let (suffix, class) = match language {
        Some(language) => (
            format!(", {language}"),
            format!(" class=\"language-{language}\""),
        ),
        None => (String::new(), String::new()),
    };
    let name = format!("Code block {number}{suffix}");
    let html = format!(
        "<figure class=\"code\">{COPY_START}aria-label=\"Copy: {name}\" hidden=\"\">Copy</button>\
         <pre tabindex=\"0\" role=\"group\" aria-label=\"{name}\">\
         <code{class}>{code}</code></pre></figure>\n"
    );
    Event::Html(html.into())
}

/// This HTML without what only a page has a use for: the links to headings, each of which would
/// be a line that says `#` in a feed, and the buttons of code.
pub(crate) fn without_controls(html: &str) -> String {
    let html = without(html, ANCHOR_START, "</a>");
    without(&html, COPY_START, "</button>")
}

/// This text without what begins and ends so.
fn without(text: &str, start: &str, end: &str) -> String {
    let mut parts = text.split(start);
    let mut rest = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, behind) = part.split_once(end).unwrap_or(("", part));
        rest.push_str(behind);
    }
    rest
}

/// An image that loads when it is about to be seen.
pub(crate) fn image<'a>(image: &Image, alt: &str, title: &str) -> Event<'a> {
    let size = image.size.map_or_else(String::new, |(width, height)| {
        format!(" width=\"{width}\" height=\"{height}\"")
    });
    inline(format!(
        "<img src=\"{}\" alt=\"{}\"{}{size} loading=\"lazy\" decoding=\"async\" />",
        escape(&image.src),
        escape(alt),
        title_attribute(title),
    ))
}

/// The start of a link. One to another site does not hand it our window.
pub(crate) fn link<'a>(
    link_type: LinkType,
    dest_url: CowStr<'a>,
    title: CowStr<'a>,
    id: CowStr<'a>,
) -> Event<'a> {
    if !is_external(&dest_url) {
        return Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        });
    }
    let title = title_attribute(&title);
    inline(format!(
        "<a href=\"{}\"{title} rel=\"noopener\">",
        escape(&*dest_url)
    ))
}

/// The box before an item of a task list.
pub(crate) fn task<'a>(done: bool) -> Event<'a> {
    let (state, label) = if done {
        (" checked=\"\"", "Done")
    } else {
        ("", "To do")
    };
    inline(format!(
        "<input type=\"checkbox\" disabled=\"\"{state} aria-label=\"{label}\" /> "
    ))
}

fn inline<'a>(html: String) -> Event<'a> {
    Event::InlineHtml(html.into())
}

fn title_attribute(title: &str) -> String {
    if title.is_empty() {
        return String::new();
    }
    format!(" title=\"{}\"", escape(title))
}
