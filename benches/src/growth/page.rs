//! A page that has tables of the report in it, each between two marks:
//! `<!-- growth: readers -->` and `<!-- /growth -->`.

use anyhow::{Context, Result};

const END: &str = "<!-- /growth -->";

/// Puts what is new between the marks of this name. It fails where the page has none,
/// so that no number stays behind unnoticed.
pub fn put(page: &str, name: &str, new: &str) -> Result<String> {
    let mark = format!("<!-- growth: {name} -->");
    let (before, rest) = page
        .split_once(&mark)
        .with_context(|| format!("the page has no {mark}"))?;
    let (_, after) = rest
        .split_once(END)
        .with_context(|| format!("nothing ends {mark}"))?;
    let new = new.trim_end();
    Ok(format!("{before}{mark}\n{new}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_the_marks_is_replaced_and_nothing_else() {
        let page = "A\n<!-- growth: a -->\nold\n<!-- /growth -->\nB\n\
                    <!-- growth: b -->\n<!-- /growth -->\nC\n";
        let new = put(page, "a", "| new |\n").unwrap();
        assert_eq!(new, page.replace("old", "| new |"));
        assert_eq!(put(&new, "a", "| new |\n").unwrap(), new);
        let other = put(page, "b", "x").unwrap();
        assert!(other.contains("old") && other.ends_with("-->\nx\n<!-- /growth -->\nC\n"));
    }

    #[test]
    fn a_page_without_the_marks_is_an_error() {
        assert!(put("A", "a", "new").is_err());
        assert!(put("<!-- growth: a -->", "a", "new").is_err());
    }
}
