//! The part of the address that a route's page is, as far as a counter in it is concerned. It
//! knows no router.

/// What a route had matched when a counter came to be there, or when the route was last given
/// another path.
pub(super) struct RoutePage {
    matched: String,
    /// The path up to the end of what was matched.
    path: String,
    /// The route had matched the whole path: it is a page's, and not that of a layout around
    /// pages.
    is_whole: bool,
}

impl RoutePage {
    /// The page of a route that has `matched` this part of `path`. `None` while a navigation is
    /// ahead of the route. Neither ends with a slash: with one, it is the same page.
    pub(super) fn new(path: &str, matched: &str) -> Option<Self> {
        // What is before it is the router's base.
        let (path, rest) = (matched.len()..=path.len())
            .filter_map(|end| path.split_at_checked(end))
            .find(|(path, rest)| path.ends_with(matched) && is_end_of_segment(rest))?;
        Some(Self {
            matched: matched.to_owned(),
            path: path.to_owned(),
            is_whole: rest.is_empty(),
        })
    }

    /// Whether the route had matched this.
    pub(super) fn has_matched(&self, matched: &str) -> bool {
        self.matched == matched
    }

    /// The path of the page, which names it.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whether this path is that of the page, or of one inside the layout.
    pub(super) fn contains(&self, path: &str) -> bool {
        let rest = path.strip_prefix(&self.path);
        rest.is_some_and(|rest| rest.is_empty() || !self.is_whole && is_end_of_segment(rest))
    }
}

/// Whether what is before this is whole segments.
fn is_end_of_segment(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_left_when_the_path_is_another() {
        let page = RoutePage::new("/posts/a", "/posts/a").unwrap();
        assert_eq!(page.path(), "/posts/a");
        assert!(page.has_matched("/posts/a") && !page.has_matched("/posts/b"));
        assert!(page.contains("/posts/a"));
        for other in ["", "/posts", "/posts/b", "/posts/a/b", "/posts/ab"] {
            assert!(!page.contains(other), "{other:?}");
        }
    }

    #[test]
    fn a_layout_stays_around_its_pages() {
        let layout = RoutePage::new("/posts/a/comments", "/posts/a").unwrap();
        assert_eq!(layout.path(), "/posts/a");
        assert!(layout.contains("/posts/a") && layout.contains("/posts/a/photos"));
        assert!(!layout.contains("/posts/b/comments") && !layout.contains("/posts/ab"));
    }

    #[test]
    fn the_base_of_a_router_may_look_like_its_routes() {
        for (path, matched, expected) in [
            ("/blog/posts/a", "/posts/a", "/blog/posts/a"),
            ("/posts/post", "/post", "/posts/post"),
            ("/a/a", "/a", "/a"),
            ("/日本/日", "/日", "/日本/日"),
            ("/blog", "", ""),
        ] {
            let page = RoutePage::new(path, matched).unwrap();
            assert_eq!(page.path(), expected, "{path}");
        }
    }

    #[test]
    fn a_path_that_the_route_has_not_matched_yet_is_no_page() {
        for (path, matched) in [
            ("/about", "/posts/a"),
            ("/posts/ab", "/posts/a"),
            ("", "/a"),
        ] {
            assert!(RoutePage::new(path, matched).is_none(), "{path}");
        }
    }
}
