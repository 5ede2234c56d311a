//! The comments by which Leptos tells its parts of a page from each other.

/// As Leptos writes it: browsers read an empty comment, and validators an error (HTML
/// Standard, "incorrectly-opened-comment").
const MARKER: &str = "<!>";
/// The same empty comment, by the rules. What is hydrated finds it all the same.
const COMMENT: &str = "<!---->";

/// The elements whose content is no HTML.
const RAW: [(&str, &str); 2] = [("<script", "</script"), ("<style", "</style")];

/// This HTML with each marker written as a comment. Attributes, scripts and comments stay
/// as they are.
pub(super) fn as_comments(html: &str) -> String {
    let mut written = String::with_capacity(html.len() + 16 * COMMENT.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (text, markup) = rest.split_at(start);
        written.push_str(text);
        rest = match markup.strip_prefix(MARKER) {
            Some(behind) => {
                written.push_str(COMMENT);
                behind
            }
            None => {
                let (markup, behind) = markup.split_at(length(markup));
                written.push_str(markup);
                behind
            }
        };
    }
    written.push_str(rest);
    written
}

/// How long the tag, comment or raw element is with which this begins, in bytes.
fn length(markup: &str) -> usize {
    let up_to = |end: &str| markup.find(end).map_or(markup.len(), |at| at + end.len());
    if markup.starts_with("<!--") {
        return up_to("-->");
    }
    let raw = RAW.iter().find(|(start, _)| markup.starts_with(start));
    if let Some((_, end)) = raw {
        return up_to(end);
    }
    let is_tag = |c: char| c.is_ascii_alphabetic() || c == '/' || c == '!';
    if !markup.chars().nth(1).is_some_and(is_tag) {
        return 1;
    }
    let mut quote = None;
    let end = markup.find(|c| {
        match (quote, c) {
            (None, '>') => return true,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
        false
    });
    end.map_or(markup.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_a_comment_by_the_rules() {
        assert_eq!(
            as_comments("<ul><li>a<!>b</li><!></ul><!>"),
            "<ul><li>a<!---->b</li><!----></ul><!---->"
        );
        let html = "a < b <p>1 <2> é</p>";
        assert_eq!(as_comments(html), html);
    }

    #[test]
    fn what_is_no_marker_stays() {
        for html in [
            "<p title=\"<!>\" class='<!>'>x</p>",
            "<script>if (a<b) '<!>'</script>",
            "<style>a{content:'<!>'}</style>",
            "<!-- <!> -->",
            "<!DOCTYPE html>",
            "<p title=\"<!>",
            "<!-- <!>",
        ] {
            assert_eq!(as_comments(html), html);
        }
        assert_eq!(
            as_comments("<script>'</script><!>"),
            "<script>'</script><!---->"
        );
    }
}
