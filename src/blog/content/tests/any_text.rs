//! What holds for any text, however odd.

use std::collections::HashSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use quick_xml::events::Event;

use crate::blog::content::error::Problems;
use crate::blog::content::example::Folder;
use crate::blog::content::highlight::Highlighter;
use crate::blog::content::link::Surroundings;
use crate::blog::content::markdown::render;
use crate::blog::content::media::Media;

static HIGHLIGHTER: LazyLock<Highlighter> = LazyLock::new(Highlighter::new);

/// Renders any text as a body, and gives back its HTML.
fn render_any(body: &str) -> String {
    let slugs = ["other".to_owned()].into();
    let media = Media::default();
    let surroundings = Surroundings {
        folder: "posts",
        slugs: &slugs,
        media: &media,
    };
    let mut problems = Problems::of("posts/any.md");
    render(body, 0, &surroundings, &HIGHLIGHTER, &mut problems).html
}

/// All values of `id` in `html`. Panics when its elements are not well nested.
fn ids(html: &str) -> Vec<String> {
    let document = format!("<body>{html}</body>");
    let mut reader = quick_xml::Reader::from_str(&document);
    let mut ids = Vec::new();
    loop {
        match reader
            .read_event()
            .unwrap_or_else(|error| panic!("{error} in\n{html}"))
        {
            Event::Start(element) | Event::Empty(element) => {
                let id = element.try_get_attribute("id").unwrap();
                ids.extend(id.map(|id| id.value.into_owned()));
            }
            Event::Eof => return ids,
            _ => {}
        }
    }
}

/// Text in which every construct of Markdown is likely.
fn markdown_like() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "# ",
        "## ",
        "### a",
        "\n## a\n",
        "\n## A-2\n",
        "a",
        "A 2",
        "\n",
        "\n\n",
        "===\n",
        "- ",
        "- [x] ",
        "1. ",
        "> ",
        "    ",
        "```",
        "```rust\n",
        "~~~console\n$ ",
        "|",
        "|-|\n",
        "| a |\n|---|\n",
        "[^a]",
        "[^a]: ",
        "[^b]",
        "[^b]: ",
        "[a](other.md)",
        "[",
        "](",
        ")",
        "![a](",
        "![b](https://b)",
        "*",
        "**",
        "_",
        "~~",
        "`",
        "\\",
        "&amp;",
        "&#8;",
        "\u{0}",
        "ß",
        "<https://a>",
        "---\n",
        "\t",
        "\r\n",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_markdown_becomes_well_nested_html_with_unique_ids(body in markdown_like()) {
        let ids = ids(&render_any(&body));
        let unique: HashSet<_> = ids.iter().collect();
        prop_assert_eq!(unique.len(), ids.len(), "{:?}", ids);
    }

    #[test]
    fn no_text_makes_rendering_panic(body: String) {
        render_any(&body);
    }

    #[test]
    fn no_file_makes_loading_panic(head in "\\PC{0,60}", body in markdown_like()) {
        let any = format!("+++\n{head}\n+++\n{body}");
        let folder = Folder::new().with("site.toml", head).with("posts/a.md", any).with("posts/b.md", body);
        let _ = folder.load();
    }
}
