//! Which addresses are pages that the application's router shows.
//!
//! Everything else on the site (files, the feed, places within the same page) is
//! the browser's: the router would take a click on it over, and show a page that
//! says 404, or lose the keyboard's place. `rel="external"` keeps it away.

/// The `rel` that keeps the router away.
pub(super) const EXTERNAL: &str = "external";

/// Whether a link to `href` is the router's.
pub(super) fn is_page(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    matches!(path, "/" | "/about" | "/privacy")
        || path.starts_with("/posts/")
        || path.starts_with("/tags/")
        || path.starts_with("/page/")
}

#[cfg(test)]
mod tests {
    use super::is_page;

    #[test]
    fn pages_are_told_from_files_and_places() {
        for page in [
            "/",
            "/about",
            "/privacy",
            "/posts/a",
            "/posts/a#b",
            "/tags/a?b",
            "/tags/a/page/2",
            "/page/2",
        ] {
            assert!(is_page(page), "{page}");
        }
        for other in [
            "",
            "#a",
            "/feed.xml",
            "/media/a.png",
            "//a.example/",
            "https://a.example",
        ] {
            assert!(!is_page(other), "{other}");
        }
    }
}
