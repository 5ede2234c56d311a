//! How the site writes the elements that Markdown's own HTML has no good form for.
//!
//! It may not know what they mean, only how they look.

use pulldown_cmark::{Alignment, CowStr, Event, LinkType, Tag};
use quick_xml::escape::escape;

use super::link::{Image, is_external};

/// Wide tables scroll in a box of their own, which the keyboard can reach.
pub(crate) const TABLE_START: &str =
    "<div class=\"table-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\">";
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

/// A heading's link to itself, which follows its text.
pub(crate) fn anchor<'a>(id: &str) -> Event<'a> {
    inline(format!(
        " <a class=\"anchor\" href=\"#{id}\" aria-label=\"Link to this section\">#</a>"
    ))
}

/// Code that is HTML already. Long lines scroll, also by keyboard.
pub(crate) fn code_block<'a>(language: Option<&str>, code: &str) -> Event<'a> {
    let html = match language.map(escape) {
        Some(language) => format!(
            "<figure class=\"code\" data-language=\"{language}\"><pre tabindex=\"0\">\
             <code class=\"language-{language}\">{code}</code></pre></figure>\n"
        ),
        None => format!(
            "<figure class=\"code\"><pre tabindex=\"0\"><code>{code}</code></pre></figure>\n"
        ),
    };
    Event::Html(html.into())
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
