//! What becomes of each construct of Markdown.

use super::{assert_contains, assert_errors, html};
use crate::blog::content::example::Folder;

#[test]
fn headings_get_ids_links_and_places_in_the_list() {
    let body = "## A `b` & *c*\n\n### Größe\n\n#### Deep\n\n## A b c\n\n## !\n\n## A b c 2\n";
    let folder = Folder::new().with_post("post", body);
    let content = folder.load().unwrap();
    let headings: Vec<_> = content.posts()[0]
        .headings
        .iter()
        .map(|heading| (heading.level, heading.id.as_str(), heading.text.as_str()))
        .collect();
    assert_eq!(
        headings,
        [
            (2, "a-b-c", "A b & c"),
            (3, "größe", "Größe"),
            (2, "a-b-c-2", "A b c"),
            (2, "section", "!"),
            (2, "a-b-c-2-2", "A b c 2"),
        ]
    );
    assert_contains(
        &content.posts()[0].html,
        "<div class=\"heading\">\n<h2 id=\"a-b-c\">A <code>b</code> &amp; <em>c</em></h2>\n\
         <a class=\"anchor\" href=\"#a-b-c\" aria-label=\"Link to “A b &amp; c”\">#</a></div>\n",
    );
    assert_contains(&content.posts()[0].html, "<h4 id=\"deep\">");
}

#[test]
fn characters_that_no_page_may_hold_are_left_out_of_it() {
    let body = "## A\u{8}b &#8;\n\nText\u{8} &#x8; [a](https://a.example \"t&#8;\") `c\u{1f}`\n";
    let content = Folder::new().with_post("post", body).load().unwrap();
    let post = &content.posts()[0];
    let texts = [&post.html, &post.headings[0].text];
    for text in texts {
        assert!(
            !text.contains(|c: char| c.is_control() && c != '\n'),
            "{text:?}"
        );
    }
    assert_eq!(post.headings[0].text, "Ab");
}

#[test]
fn a_heading_of_level_1_is_refused_at_its_line() {
    let folder = Folder::new().with_post("post", "Hello\n\n# One\n\nTwo\n===\n");
    let expected = [
        "posts/post.md:9: the title is the",
        "posts/post.md:11: the title is the",
    ];
    assert_errors(&folder, &expected);
}

#[test]
fn code_is_a_figure_that_the_keyboard_can_scroll() {
    assert_eq!(
        html("```rust,ignore\nfn\n```\n"),
        "<figure class=\"code\"><button type=\"button\" class=\"copy\" \
         aria-label=\"Copy: Code block 1, rust\" hidden=\"\">Copy</button>\
         <pre tabindex=\"0\" role=\"group\" aria-label=\"Code block 1, rust\">\
         <code class=\"language-rust\"><span class=\"hl-keyword\">fn\n</span></code></pre></figure>\n"
    );
    let plain = "<figure class=\"code\"><button type=\"button\" class=\"copy\" \
                 aria-label=\"Copy: Code block 1\" hidden=\"\">Copy</button>\
                 <pre tabindex=\"0\" role=\"group\" aria-label=\"Code block 1\"><code>a &lt; b\n</code></pre></figure>\n";
    assert_eq!(html("```\na < b\n```\n"), plain);
    assert_eq!(html("    a < b\n"), plain);
    assert_contains(
        &html("```\"><b>\n```\n"),
        "class=\"language-&quot;&gt;&lt;b&gt;\"",
    );
}

#[test]
fn tables_scroll_in_a_box_that_is_named_after_their_columns() {
    let html = html("| a `b` | *c* \"d\" | |\n|---|---|---|\n| e |\n\n| |\n|---|\n| f |\n");
    let start = |label: &str| {
        let attributes = "class=\"table-scroll\" tabindex=\"0\" role=\"region\"";
        format!("<div {attributes} aria-label=\"{label}\"><table>")
    };
    assert_contains(&html, &start("Table 1: a b, c &quot;d&quot;"));
    assert_contains(&html, "</table>\n</div>");
    assert_contains(&html, &start("Table 2"));
}

#[test]
fn no_two_links_and_boxes_of_a_text_have_one_name() {
    let block = "```rust\na\n```\n\n";
    let table = "| a |\n|---|\n| b |\n\n";
    let body =
        format!("## A\n\n{block}{table}## B\n\nc[^1] d[^2]\n\n{block}{table}[^1]: D\n\n[^2]: E\n");
    let html = html(&body);
    let mut names: Vec<_> = html
        .split("aria-label=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let all = names.len();
    assert_eq!(all, 13, "{names:?}");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "{names:?}");
}

#[test]
fn the_columns_of_a_table_are_aligned_without_a_style() {
    let html = html("| a | b | c | d |\n|:--|:-:|--:|---|\n| 1 | 2 | 3 | 4 |\n| 5 |\n");
    assert_contains(
        &html,
        "<thead><tr><th class=\"align-left\">a</th><th class=\"align-center\">b</th>\
         <th class=\"align-right\">c</th><th>d</th></tr></thead>",
    );
    assert_contains(
        &html,
        "<tr><td class=\"align-left\">1</td><td class=\"align-center\">2</td>\
         <td class=\"align-right\">3</td><td>4</td></tr>",
    );
    assert_contains(&html, "<tr><td class=\"align-left\">5</td>");
    assert!(!html.contains("style="), "{html}");
}

#[test]
fn tasks_say_whether_they_are_done() {
    let html = html("- [x] a\n- [ ] b\n");
    assert_contains(
        &html,
        "<input type=\"checkbox\" disabled=\"\" checked=\"\" aria-label=\"Done\" /> a",
    );
    assert_contains(
        &html,
        "<input type=\"checkbox\" disabled=\"\" aria-label=\"To do\" /> b",
    );
}

#[test]
fn raw_html_and_strikethrough_pass() {
    assert_eq!(html("<b>a</b> ~~c~~\n"), "<p><b>a</b> <del>c</del></p>\n");
}

#[test]
fn footnotes_stand_below_in_the_order_of_their_references() {
    let html = html("A[^b] b[^a] c[^B].\n\n[^a]: First.\n\n[^b]: Second.\n\n## End\n");
    assert_contains(
        &html,
        "<a id=\"fnref:1\" href=\"#fn:1\" role=\"doc-noteref\" aria-label=\"Footnote 1\">1</a>",
    );
    assert_contains(&html, "<a id=\"fnref:1:2\" href=\"#fn:1\"");
    let (text, notes) = html.split_once("<section class=\"footnotes\"").unwrap();
    assert_contains(text, "<h2 id=\"end\">");
    let second = "<li id=\"fn:1\">\n<p>Second. <a class=\"footnote-back\" href=\"#fnref:1\"";
    let first = "<li id=\"fn:2\">\n<p>First. <a class=\"footnote-back\"";
    assert!(notes.find(second).unwrap() < notes.find(first).unwrap());
}

#[test]
fn a_footnote_is_defined_once_and_referred_to() {
    let folder = Folder::new().with_post("post", "a[^a]\n\n[^a]: A.\n\n[^a]: A.\n\n[^b]: B.\n");
    let expected = [
        "posts/post.md:11: the footnote `[^a]` is already defined at line 9",
        "posts/post.md:13: nothing refers to the footnote `[^b]`",
    ];
    assert_errors(&folder, &expected);
}

#[test]
fn reading_time_counts_prose_and_not_code() {
    let minutes = |words: usize, code: usize| {
        let body = format!(
            "{}\n\n```\n{}\n```\n",
            "word ".repeat(words),
            "code ".repeat(code)
        );
        let folder = Folder::new().with_post("post", &body);
        folder.load().unwrap().posts()[0].summary.reading_minutes
    };
    assert_eq!(minutes(0, 900), 1);
    assert_eq!(minutes(220, 900), 1);
    assert_eq!(minutes(221, 0), 2);
}
