//! The rules for a content folder, on real ones.

mod any_text;
mod folder;
mod front_matter;
mod link;
mod markdown;

use super::Post;
use super::example::Folder;

/// The folder's mistakes begin with these words, one by one.
fn assert_errors(folder: &Folder, expected: &[&str]) {
    let errors = folder.errors();
    let lines: Vec<&str> = errors.lines().collect();
    let matches = |(line, start): (&&str, &&str)| line.starts_with(start);
    assert!(
        lines.len() == expected.len() && lines.iter().zip(expected).all(matches),
        "expected lines that begin\n{}\nbut got\n{errors}",
        expected.join("\n"),
    );
}

fn assert_contains(html: &str, part: &str) {
    assert!(html.contains(part), "expected\n{part}\nin\n{html}");
}

/// The HTML of a post with this body.
fn html(body: &str) -> String {
    Folder::new().with_post("post", body).html()
}

fn slugs<'c>(posts: impl IntoIterator<Item = &'c Post>) -> Vec<&'c str> {
    let posts = posts.into_iter();
    posts.map(|post| post.summary.slug.as_str()).collect()
}
