//! Where links lead and where images come from.

use super::{assert_errors, html};
use crate::blog::content::{
    ImageSources, PreviewProblem,
    example::{Folder, HEAD, PNG},
};

#[test]
fn a_link_to_a_file_leads_to_its_page() {
    let folder = Folder::new()
        .with("posts/a b.pdf", "")
        .with_post("other", "")
        .with_post(
            "post",
            "[a](other.md) [b](./other.md#c) [d](../about.md) [e](a%20b.pdf) [f](#g) [h](/i)\n",
        );
    assert_eq!(
        folder.html(),
        "<p><a href=\"/posts/other\">a</a> <a href=\"/posts/other#c\">b</a> <a href=\"/about\">d</a> \
         <a href=\"/media/posts/a%20b.pdf\">e</a> <a href=\"#g\">f</a> <a href=\"/i\">h</a></p>\n"
    );
}

#[test]
fn a_link_to_another_site_does_not_hand_over_the_window() {
    assert_eq!(
        html("[a](https://example.org/?b&c \"d\\\"\") <x@example.org> <HTTP://example.org>\n"),
        "<p><a href=\"https://example.org/?b&amp;c\" title=\"d&quot;\" rel=\"noopener\">a</a> \
         <a href=\"mailto:x@example.org\">x@example.org</a> \
         <a href=\"HTTP://example.org\" rel=\"noopener\">HTTP://example.org</a></p>\n"
    );
}

#[test]
fn a_link_that_leads_nowhere_is_refused_at_its_line() {
    let draft = HEAD.replace("title", "draft = true\ntitle");
    let body =
        "[a](none.md)\n[b](draft.md)\n[c](c.pdf)\n[d]()\n[e](../../post.md)\n[f](../site.toml)\n";
    let folder = Folder::new()
        .with("posts/draft.md", draft)
        .with_post("post", body);
    assert_errors(
        &folder,
        &[
            "posts/post.md:7: the link to `none.md` leads to no post, or to a draft",
            "posts/post.md:8: the link to `draft.md` leads to no post, or to a draft",
            "posts/post.md:9: the link to `c.pdf` leads to no file; for a page of this site",
            "posts/post.md:10: this link leads nowhere",
            "posts/post.md:11: `../../post.md` is outside the content folder",
            "posts/post.md:12: the link to `../site.toml` leads to no file",
        ],
    );
}

#[test]
fn an_image_is_fetched_as_media_and_keeps_its_place_free() {
    let folder = Folder::new()
        .with("posts/a b.png", PNG)
        .with("c.svg", "<svg viewBox='0 0 30 40'/>")
        .with_post("post", "![A \"b\"](<a b.png> \"t\") ![C](../c.svg) ![D](/media/c.svg)\n![E](https://example.org/e.png)\n");
    assert_eq!(
        folder.html(),
        "<p><img src=\"/media/posts/a%20b.png\" alt=\"A &quot;b&quot;\" title=\"t\" width=\"3\" height=\"2\" \
         loading=\"lazy\" decoding=\"async\" /> \
         <img src=\"/media/c.svg\" alt=\"C\" width=\"30\" height=\"40\" loading=\"lazy\" decoding=\"async\" /> \
         <img src=\"/media/c.svg\" alt=\"D\" width=\"30\" height=\"40\" loading=\"lazy\" decoding=\"async\" />\n\
         <img src=\"https://example.org/e.png\" alt=\"E\" loading=\"lazy\" decoding=\"async\" /></p>\n"
    );
    let content = folder.load().unwrap();
    assert!(content.media().find("posts/a b.png").is_some());
    let preview = content.posts()[0].preview_image.as_ref().unwrap();
    assert_eq!(preview.path, "/media/posts/a%20b.png");
    assert_eq!(preview.alt.as_deref(), Some("A \"b\""));
    assert_eq!((preview.width, preview.height), (3, 2));
}

#[test]
fn the_sites_that_images_come_from_are_known() {
    let about = "+++\ntitle = \"About\"\ndescription = \"x\"\n+++\n![A](//b.example/a.png)\n";
    let body = "![A](https://a.example/1.png) ![B](https://a.example/2.png) ![C](/favicon.svg) \
                ![D](data:image/gif;base64,AAAA)\n";
    let folder = Folder::new()
        .with("about.md", about)
        .with_post("post", body);
    let content = folder.load().unwrap();
    let sources =
        |page: &ImageSources| -> Vec<String> { page.iter().map(ToString::to_string).collect() };
    assert_eq!(sources(&content.about().image_sources), ["b.example"]);
    let post = sources(&content.posts()[0].image_sources);
    assert_eq!(post, ["data:", "https://a.example"]);
    assert_eq!(content.refused_image_sources().count(), 0);
}

#[test]
fn the_front_matter_names_the_image_that_stands_for_a_post() {
    let head = HEAD.replace("title", "image = '../b.png'\ntitle");
    let folder = Folder::new()
        .with("b.png", PNG)
        .with("posts/a.png", PNG)
        .with("posts/post.md", format!("{head}![A](a.png)\n"))
        .with_post("other", "");
    let content = folder.load().unwrap();
    let image = |slug: &str| content.post(slug).unwrap().preview_image.clone();
    let named = image("post").unwrap();
    assert_eq!((&*named.path, named.alt), ("/media/b.png", None));
    assert_eq!(image("other"), None);
    assert_eq!(content.preview_problems().count(), 0);
}

#[test]
fn the_text_of_a_preview_s_image_is_the_front_matter_s_or_that_of_the_same_image_in_the_post() {
    let post = |lines: &str| {
        let head = HEAD.replace("title", &format!("{lines}\ntitle"));
        let folder = Folder::new()
            .with("posts/a.png", PNG)
            .with("posts/post.md", format!("{head}![In the text](a.png)\n"));
        let content = folder.load().unwrap();
        content.posts()[0].preview_image.clone().unwrap().alt
    };
    let alt = post("image = 'a.png'\nimage_alt = 'Of the head'");
    assert_eq!(alt.as_deref(), Some("Of the head"));
    assert_eq!(post("image = 'a.png'").as_deref(), Some("In the text"));
}

#[test]
fn what_previews_do_not_draw_is_no_preview() {
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 3 2'/>";
    let post = |head: &str, body: &str| {
        let head = HEAD.replace("title", &format!("{head}title"));
        let folder = Folder::new()
            .with("posts/a.svg", svg)
            .with("posts/b.png", PNG)
            .with("posts/post.md", format!("{head}{body}\n"));
        let content = folder.load().unwrap();
        let problems: Vec<_> = content
            .preview_problems()
            .map(|(file, problem)| (file, problem.clone()))
            .collect();
        let image = content.posts()[0].preview_image.clone();
        (image.map(|image| image.path), problems)
    };
    let file = || "posts/post.md".to_owned();
    let b = Some("/media/posts/b.png".to_owned());
    assert_eq!(post("", "![A](a.svg) ![B](b.png)"), (b.clone(), Vec::new()));
    assert_eq!(
        post("", "![A](a.svg)"),
        (None, vec![(file(), PreviewProblem::NoImageOfText)])
    );
    let named = PreviewProblem::NamedImage("/media/posts/a.svg".to_owned());
    assert_eq!(
        post("image = 'a.svg'\n", "![B](b.png)"),
        (b, vec![(file(), named)])
    );
    assert_eq!(
        post("", "![C](https://c.example/c.png)"),
        (None, Vec::new())
    );
}

#[test]
fn an_image_that_cannot_be_shown_is_refused_at_its_line() {
    let folder = Folder::new()
        .with("posts/a.png", PNG)
        .with("posts/bad.png", "no image")
        .with("posts/a.pdf", "")
        .with_post(
            "post",
            "![](a.png)\n\n![B](b.png)\n![C](bad.png)\n![D](../../a.png)\n![E](a.pdf)\n![F]()\n\
             ![G](ftp://a.example/g.png)\n",
        );
    assert_errors(
        &folder,
        &[
            "posts/post.md:7: the image `a.png` has no text for those who do not see it",
            "posts/post.md:9: there is no image `posts/b.png` in the content folder",
            "posts/post.md:10: the image `posts/bad.png` cannot be read; is it damaged?",
            "posts/post.md:11: `../../a.png` is outside the content folder",
            "posts/post.md:12: there is no image `posts/a.pdf`",
            "posts/post.md:13: this image has no file",
            "posts/post.md:14: browsers may not fetch the image `ftp://a.example/g.png`",
        ],
    );
}

#[cfg(unix)]
#[test]
fn an_image_behind_a_link_out_of_the_folder_is_not_there() {
    let outside = Folder::new().with("a.png", PNG);
    let folder = Folder::new().with_post("post", "![A](a.png)\n");
    let link = folder.path().join("posts/a.png");
    std::os::unix::fs::symlink(outside.path().join("a.png"), link).unwrap();
    assert_errors(
        &folder,
        &["posts/post.md:7: there is no image `posts/a.png`"],
    );
}
