//! The head of a post, key by key.

use super::assert_errors;
use crate::blog::content::example::{Folder, HEAD};

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_welcome() {
    let source = format!("\u{feff}{HEAD}Hello\n").replace('\n', "\r\n");
    let folder = Folder::new().with("posts/post.md", source);
    assert_eq!(folder.html(), "<p>Hello</p>\n");
}

#[test]
fn front_matter_must_be_toml_between_plus_signs() {
    let post = |source: &str| Folder::new().with("posts/a.md", source);
    assert_errors(&post(""), &["posts/a.md:1: there is no front matter"]);
    assert_errors(
        &post("---\ntitle: a\n---\n"),
        &["posts/a.md:1: front matter here is TOML between two lines `+++`, not YAML"],
    );
    assert_errors(
        &post("+++\ntitle = 'a'\n"),
        &["posts/a.md:1: the front matter that begins here never ends; add a line `+++`"],
    );
    assert_errors(
        &post("+++\ntitle = 'a'\nwhat is this\n+++\n"),
        &["posts/a.md:3: this is not valid TOML: "],
    );
}

#[test]
fn front_matter_is_checked_key_by_key() {
    let post = |line: &str| {
        Folder::new().with(
            "posts/a.md",
            HEAD.replace("+++\n\n", &format!("{line}\n+++\n")),
        )
    };
    let wrong = |line: &str, problem: &str| {
        assert_errors(&post(line), &[&format!("posts/a.md:5: {problem}")])
    };
    wrong(
        "autor = 'a'",
        "`autor` means nothing here; the keys are `title`, `date`, `description`, `tags`, `draft`, `image`",
    );
    wrong("draft = 'yes'", "`draft` must be true or false");
    wrong("tags = 'a'", "`tags` must be a list of texts: tags = [");
    wrong("tags = ['a', 'a']", "the tag `a` is here twice");
    wrong("tags = [' ']", "`tags` is empty");
    wrong("tags = [1]", "`tags` must be text");
    wrong("tags = ['+']", "the tag `+` has neither letter nor digit");
    wrong(
        "tags = [\"a\\u0007\"]",
        "`tags` must be one line without control characters",
    );
    wrong(
        "tags = ['Rust', 'rust']",
        "the tag `rust` and the tag `Rust` of posts/a.md have one address, /tags/rust",
    );
    wrong("image = 'x.png'", "there is no image `posts/x.png`");
    wrong(
        "image = 'https://example.org/x.png'",
        "`image` must be a file of this site",
    );
    assert_errors(
        &post("tags = [\n'a',\n2]"),
        &["posts/a.md:7: `tags` must be text"],
    );
}

#[test]
fn a_date_must_be_a_day_that_there_is() {
    let dated = |date: &str| Folder::new().with("posts/a.md", HEAD.replace("2026-11-20", date));
    assert_errors(
        &dated("2026-02-30"),
        &["posts/a.md:3: this is not valid TOML: "],
    );
    for date in ["'2026-11-20'", "2026-11-20T10:00:00Z", "10:00:00", "2026"] {
        assert_errors(
            &dated(date),
            &["posts/a.md:3: `date` must be a day, without quotes"],
        );
    }
}

#[test]
fn a_description_has_at_most_300_characters() {
    let described = |length: usize| {
        let text = "ü".repeat(length);
        Folder::new().with("posts/a.md", HEAD.replace("Says something", &text))
    };
    assert!(described(300).load().is_ok());
    assert_errors(
        &described(301),
        &["posts/a.md:4: `description` has 301 characters; shorten it"],
    );
}

#[test]
fn tags_of_two_posts_must_not_share_an_address() {
    let tagged = |tag: &str| HEAD.replace("title", &format!("tags = ['{tag}']\ntitle"));
    let folder = Folder::new()
        .with("posts/a.md", tagged("C++"))
        .with("posts/b.md", tagged("C"));
    assert_errors(
        &folder,
        &["posts/b.md:2: the tag `C` and the tag `C++` of posts/a.md have one address"],
    );
}
