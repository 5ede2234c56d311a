//! Content folders for tests: real files in a temporary folder.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Content, ContentErrors};

/// A PNG of 3 by 2 pixels, as far as its header goes.
pub(crate) const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02\x08\x06\0\0\0\0\0\0\0";

const SITE: &str = "title = \"Tests & <Trials>\"\ndescription = \"A site\"\nauthor = \"Ada\"\n\
                    [[navigation]]\nlabel = \"About\"\nhref = \"/about\"\n";

const ABOUT: &str = "+++\ntitle = \"About\"\ndescription = \"Who writes\"\n+++\n\nHello.\n";

/// A content folder that is removed when it is dropped.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// A folder without mistakes and without posts.
    pub(crate) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.with("site.toml", SITE).with("about.md", ABOUT)
    }

    pub(crate) fn with(self, file: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Adds a post whose head is right; its body begins at line 7.
    pub(crate) fn with_post(self, slug: &str, body: &str) -> Self {
        let source = format!("{HEAD}{body}");
        self.with(&format!("posts/{slug}.md"), source)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn load(&self) -> Result<Content, ContentErrors> {
        Content::load(self.path(), false)
    }

    /// The HTML of the only post, or the one called `post`.
    pub(crate) fn html(&self) -> String {
        let content = self.load().unwrap_or_else(|errors| panic!("{errors}"));
        content.post("post").unwrap().html.clone()
    }

    /// The mistakes, one a line.
    pub(crate) fn errors(&self) -> String {
        self.load().unwrap_err().to_string()
    }
}

pub(crate) const HEAD: &str =
    "+++\ntitle = \"A post\"\ndate = 2026-11-20\ndescription = \"Says something\"\n+++\n\n";

/// A site of two posts.
pub(crate) fn content() -> Content {
    let second = "+++\ntitle = \"Second\"\ndate = 2026-11-20\n\
                  description = 'The second, \"quoted\"'\ntags = [\"Web & Sockets\"]\n+++\n\
                  See [the first](first.md).\n";
    let first = "+++\ntitle = \"First\"\ndate = 2026-01-02\ndescription = \"The first\"\n\
                 tags = [\"Größe\", \"Web & Sockets\"]\n+++\n## Hello\n";
    let folder = Folder::new()
        .with("posts/second.md", second)
        .with("posts/first.md", first);
    folder.load().unwrap()
}
