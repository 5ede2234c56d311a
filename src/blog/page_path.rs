//! Which paths are pages: one rule for the server, which makes them, and for the browser,
//! which goes from one to another without a load. Everything else on the site is a file, the
//! feed or an endpoint, and is the browser's to open.

/// What a path names. There may be no such page: then it is the one that says 404.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PagePath<'p> {
    /// `/about`
    About,
    /// `/privacy`
    Privacy,
    /// The post with this slug: `/posts/SLUG`.
    Post(&'p str),
    /// A page of a list of posts, by its whole path: of all posts (`/`, `/page/2`), or of
    /// those of a tag (`/tags/TAG`, `/tags/TAG/page/2`).
    List(&'p str),
}

impl<'p> PagePath<'p> {
    /// Reads a path without its query. `None` for the path of something else.
    pub(super) fn parse(path: &'p str) -> Option<Self> {
        match path {
            "/about" => Some(Self::About),
            "/privacy" => Some(Self::Privacy),
            "/" => Some(Self::List(path)),
            _ if path.starts_with("/page/") || path.starts_with("/tags/") => Some(Self::List(path)),
            _ => path.strip_prefix("/posts/").map(Self::Post),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PagePath;

    #[test]
    fn pages_are_told_from_everything_else() {
        for (path, page) in [
            ("/", PagePath::List("/")),
            ("/page/2", PagePath::List("/page/2")),
            ("/tags/a", PagePath::List("/tags/a")),
            ("/tags/a/page/2", PagePath::List("/tags/a/page/2")),
            ("/posts/a", PagePath::Post("a")),
            ("/about", PagePath::About),
            ("/privacy", PagePath::Privacy),
        ] {
            assert_eq!(PagePath::parse(path), Some(page), "{path}");
        }
        for other in [
            "",
            "/feed.xml",
            "/media/posts/a.png",
            "/pkg/a.js",
            "/api",
            "/api/v1/views",
            "/posts",
            "/abouts",
            "//a.example/",
            "//posts/a",
        ] {
            assert_eq!(PagePath::parse(other), None, "{other}");
        }
    }
}
