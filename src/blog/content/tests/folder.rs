//! What a content folder holds, and what its author is told when it does not.

use super::super::PostLink;
use super::{assert_errors, slugs};
use crate::blog::content::Content;
use crate::blog::content::example::{self, Folder, HEAD};

#[test]
fn posts_are_newest_first_and_know_their_neighbours() {
    let on = |date: &str| HEAD.replace("2026-11-20", date);
    let folder = Folder::new()
        .with("posts/b.md", on("2026-01-02"))
        .with("posts/a.md", on("2026-01-02"))
        .with("posts/new.md", on("2026-01-03"))
        .with("posts/old.md", on("1999-01-02"));
    let content = folder.load().unwrap();
    assert_eq!(slugs(content.posts()), ["new", "a", "b", "old"]);
    let slug = |link: &Option<PostLink>| link.as_ref().map(|link| link.slug.clone());
    let a = content.post("a").unwrap();
    assert_eq!(slug(&a.previous).as_deref(), Some("b"));
    assert_eq!(slug(&a.next).as_deref(), Some("new"));
    assert_eq!(slug(&content.post("new").unwrap().next), None);
    assert_eq!(slug(&content.post("old").unwrap().previous), None);
    assert_eq!(content.post("none"), None);
}

#[test]
fn a_summary_says_what_the_front_matter_says() {
    let content = example::content();
    let summary = &content.post("first").unwrap().summary;
    assert_eq!(summary.title, "First");
    assert_eq!(summary.description, "The first");
    assert_eq!(summary.date, "2026-01-02");
    assert_eq!(summary.date_text, "2 January 2026");
    assert_eq!(summary.tags[0].name, "Größe");
    assert_eq!(summary.tags[0].path_segment, "größe");
    assert_eq!(summary.reading_minutes, 1);
}

#[test]
fn a_date_is_in_words_only_in_english() {
    let text_in = |language: &str| {
        let site = format!("title='a'\ndescription='b'\nauthor='c'\nlanguage='{language}'");
        let folder = Folder::new().with("site.toml", site).with_post("post", "");
        folder.load().unwrap().posts()[0].summary.date_text.clone()
    };
    assert_eq!(text_in("en-GB"), "20 November 2026");
    assert_eq!(text_in("de"), "2026-11-20");
}

#[test]
fn a_tag_has_its_posts_newest_first() {
    let content = example::content();
    let segments: Vec<_> = content
        .tags()
        .map(|tag| tag.path_segment.as_str())
        .collect();
    assert_eq!(segments, ["größe", "web-sockets"]);
    let (tag, posts) = content.tag("web-sockets").unwrap();
    assert_eq!(tag.name, "Web & Sockets");
    assert_eq!(slugs(posts), ["second", "first"]);
    assert_eq!(content.tag("none"), None);
}

#[test]
fn the_site_and_the_page_about_it_are_read() {
    let content = example::content();
    assert_eq!(content.site().title, "Tests & <Trials>");
    assert_eq!(content.site().language, "en");
    assert_eq!(content.site().navigation[0].href, "/about");
    assert_eq!(content.about().title, "About");
    assert_eq!(content.about().html, "<p>Hello.</p>\n");
}

#[test]
fn a_blog_may_have_no_posts_yet() {
    assert!(Folder::new().load().unwrap().posts().is_empty());
}

#[test]
fn drafts_are_shown_only_when_asked_for() {
    let draft = HEAD.replace("title", "draft = true\ntitle") + "# Not ready\n";
    let folder = Folder::new()
        .with("posts/draft.md", draft)
        .with_post("post", "");
    assert_eq!(folder.load().unwrap().posts().len(), 1);
    let errors = Content::load(folder.path(), true).unwrap_err().to_string();
    assert!(
        errors.starts_with("posts/draft.md:8: the title is"),
        "{errors}"
    );
}

#[test]
fn hidden_files_and_files_of_another_kind_are_no_posts() {
    let folder = Folder::new()
        .with("posts/.#a.md", "")
        .with("posts/a.md~", "")
        .with("posts/a.txt", "");
    assert!(folder.load().unwrap().posts().is_empty());
}

#[test]
fn a_missing_folder_and_missing_files_say_how_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let errors = Content::load(folder.path(), false).unwrap_err().to_string();
    let lines: Vec<&str> = errors.lines().collect();
    assert!(
        lines[0].starts_with("about.md: this file is missing; "),
        "{errors}"
    );
    assert!(
        lines[1].starts_with("site.toml: this file is missing; start it "),
        "{errors}"
    );
    let nowhere = Content::load(&folder.path().join("nowhere"), false).unwrap_err();
    assert!(
        nowhere
            .to_string()
            .contains("nowhere: there is no such folder; make one with")
    );
}

#[test]
fn every_mistake_of_every_file_is_listed_by_file_and_line() {
    let folder = Folder::new()
        .with(
            "site.toml",
            "title = \"a\"\nauthor = 3\n\ncolour = \"red\"\n",
        )
        .with("about.md", "+++\ntitle = \"a\"\n+++\n# Hi\n")
        .with(
            "posts/b.md",
            "+++\ntitle = \"\"\ndate = 1\n+++\n![](x.png)\n",
        )
        .with("posts/a.md", "Hello");
    assert_errors(
        &folder,
        &[
            "about.md:1: `description` is missing; add a line like",
            "about.md:4: the title is the page's only heading of level 1",
            "posts/a.md:1: there is no front matter; the first line must be `+++`",
            "posts/b.md:1: `description` is missing",
            "posts/b.md:2: `title` is empty",
            "posts/b.md:3: `date` must be a day",
            "posts/b.md:5: the image `x.png` has no text",
            "posts/b.md:5: there is no image `posts/x.png`",
            "site.toml: `description` is missing",
            "site.toml:2: `author` must be text",
            "site.toml:4: `colour` means nothing here; the keys are `title`, `description`, \
             `author`, `language`, `navigation`, `posts_per_page`, `feed_posts`",
        ],
    );
}

#[test]
fn the_lengths_of_lists_are_small_numbers() {
    let site = |lengths: &str| {
        let site = format!("title='a'\ndescription='b'\nauthor='c'\n{lengths}");
        Folder::new().with("site.toml", site)
    };
    let lengths = |text: &str| {
        let lengths = site(text).load().unwrap().list_lengths();
        (lengths.posts_per_page.get(), lengths.feed_posts.get())
    };
    assert_eq!(lengths(""), (20, 20));
    assert_eq!(
        lengths("posts_per_page = 5\nfeed_posts = 1_000"),
        (5, 1_000)
    );
    for wrong in ["0", "-1", "1001", "'20'", "2.5"] {
        let expected = "site.toml:4: `feed_posts` must be a number from 1 to 1000, without quotes";
        assert_errors(&site(&format!("feed_posts = {wrong}")), &[expected]);
    }
}

#[test]
fn navigation_is_tables_with_a_label_and_an_address() {
    let site = |navigation: &str| {
        let site = format!("title='a'\ndescription='b'\nauthor='c'\n{navigation}");
        Folder::new().with("site.toml", site)
    };
    let wrong = site("[[navigation]]\nlabel = 'a'\nurl = '/'\n");
    assert_errors(
        &wrong,
        &[
            "site.toml:4: `href` is missing",
            "site.toml:6: `url` means nothing here",
        ],
    );
    let expected =
        "site.toml:4: `navigation` must be tables; start each with a line `[[navigation]]`";
    assert_errors(&site("navigation = ['/about']"), &[expected]);
    assert_errors(&site("navigation = '/about'"), &[expected]);
    assert!(
        site("navigation = []")
            .load()
            .unwrap()
            .site()
            .navigation
            .is_empty()
    );
}

#[test]
fn the_name_of_a_post_is_its_slug() {
    let folder = Folder::new().with_post("Not A Slug", "");
    assert_errors(
        &folder,
        &["posts/Not A Slug.md: the name of this file is the post's address"],
    );
}

#[test]
fn a_file_that_is_not_utf_8_is_refused_at_its_line() {
    let folder = Folder::new().with("posts/a.md", b"+++\na\n\xff\n");
    assert_errors(
        &folder,
        &["posts/a.md:3: this is not UTF-8; save the file as UTF-8"],
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_is_a_link_out_of_the_folder_is_a_mistake_and_its_text_stays_there() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    std::fs::write(&secret, format!("{HEAD}A secret.")).unwrap();
    let folder = Folder::new().with_post("inside", "");
    let at = |file: &str| folder.path().join(file);
    symlink(at("posts/inside.md"), at("posts/same.md")).unwrap();
    assert_eq!(folder.load().unwrap().posts().len(), 2);

    symlink(&secret, at("posts/secret.md")).unwrap();
    assert_errors(
        &folder,
        &["posts/secret.md: this file cannot be read: it is a symbolic link to "],
    );
    assert!(!folder.errors().contains("A secret"));
    std::fs::remove_file(at("posts/secret.md")).unwrap();
    std::fs::remove_file(at("about.md")).unwrap();
    symlink(&secret, at("about.md")).unwrap();
    assert_errors(
        &folder,
        &["about.md: this file cannot be read: it is a symbolic link to "],
    );
}
