//! The text of the page on privacy. It says what the program does, so it comes
//! with the program and not with a site's content.

use pulldown_cmark::{Parser, html::push_html};

const KEPT: &str = include_str!("privacy.md");
const HEEDED: &str = include_str!("privacy-heeded.md");
const NOT_HEEDED: &str = include_str!("privacy-not-heeded.md");

/// The text as HTML, for a site that heeds Do Not Track and Global Privacy
/// Control, or not.
pub(super) fn html(respect_gpc: bool) -> String {
    let text = [KEPT, if respect_gpc { HEEDED } else { NOT_HEEDED }].join("\n\n");
    let mut html = String::new();
    push_html(&mut html, Parser::new(&text));
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_whether_this_site_heeds_the_wish_not_to_be_tracked() {
        let (heeded, not_heeded) = (html(true), html(false));
        assert_ne!(heeded, not_heeded);
        for page in [heeded, not_heeded] {
            assert!(page.contains("Global Privacy Control"));
            assert!(page.contains("view-counter-ignore-me"), "what is stored");
        }
    }
}
