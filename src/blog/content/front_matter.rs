//! The head of a Markdown file: TOML between two `+++` lines.
//!
//! It may not know what becomes of the body below it.

use jiff::civil::Date;

use super::TagLink;
use super::address::segment;
use super::error::Problems;
use super::keys::{AtLine, Keys};

/// A description is shown whole in lists and previews; this many characters are
/// more than any of them has room for.
const LONGEST_DESCRIPTION: usize = 300;

const FENCE: &str = "+++";

/// Where a Markdown file's head ends and its body begins.
pub(crate) struct Split<'s> {
    head: &'s str,
    /// The byte of the file at which the body begins.
    pub(crate) body_start: usize,
}

/// What a post says of itself.
#[derive(Debug)]
pub(crate) struct PostHead {
    pub(crate) title: String,
    pub(crate) date: Date,
    pub(crate) description: String,
    pub(crate) tags: Vec<AtLine<TagLink>>,
    pub(crate) draft: bool,
    pub(crate) image: Option<AtLine<String>>,
    pub(crate) image_alt: Option<String>,
}

/// What a page that is not a post says of itself.
#[derive(Debug)]
pub(crate) struct PageHead {
    pub(crate) title: String,
    pub(crate) description: String,
}

/// Finds the head of a Markdown file. `None` when it has no beginning or no end,
/// which is then noted.
pub(crate) fn split<'s>(source: &'s str, problems: &mut Problems) -> Option<Split<'s>> {
    let mut lines = source.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != FENCE {
        let problem = if first.trim_end() == "---" {
            "front matter here is TOML between two lines `+++`, not YAML between `---`; \
             write `title = \"…\"` for `title: …`"
        } else {
            "there is no front matter; the first line must be `+++`, then come lines like \
             `title = \"…\"`, then a line `+++`"
        };
        problems.note(1, problem);
        return None;
    }
    let head_start = first.len();
    let mut head_end = head_start;
    for line in lines {
        if line.trim_end() == FENCE {
            return Some(Split {
                head: source.get(head_start..head_end)?,
                body_start: head_end + line.len(),
            });
        }
        head_end += line.len();
    }
    let problem = "the front matter that begins here never ends; add a line `+++` below its keys";
    problems.note(1, problem);
    None
}

impl Split<'_> {
    /// The keys of a post. `None` when something is wrong, which is then noted.
    pub(crate) fn post(&self, problems: &mut Problems) -> Option<PostHead> {
        let mut keys = Keys::parse(self.head, 2, Some(1), problems)?;
        let title = keys.text("title", problems);
        let date = keys.date("date", problems);
        let description = description(&mut keys, problems);
        let tags = tags(&mut keys, problems);
        let draft = keys.flag("draft", problems);
        let image = keys.optional_text("image", problems);
        let image_alt = keys.optional_text("image_alt", problems);
        keys.finish(problems);
        Some(PostHead {
            title: title?.0,
            date: date?,
            description: description?,
            tags,
            draft,
            image,
            image_alt: image_alt.map(|(alt, _)| alt),
        })
    }

    /// The keys of a page. `None` when something is wrong, which is then noted.
    pub(crate) fn page(&self, problems: &mut Problems) -> Option<PageHead> {
        let mut keys = Keys::parse(self.head, 2, Some(1), problems)?;
        let title = keys.text("title", problems);
        let description = description(&mut keys, problems);
        keys.finish(problems);
        Some(PageHead {
            title: title?.0,
            description: description?,
        })
    }
}

fn description(keys: &mut Keys<'_>, problems: &mut Problems) -> Option<String> {
    let (description, line) = keys.text("description", problems)?;
    let length = description.chars().count();
    if length > LONGEST_DESCRIPTION {
        let problem = format!(
            "`description` has {length} characters; shorten it to at most {LONGEST_DESCRIPTION}"
        );
        problems.note(line, problem);
    }
    Some(description)
}

fn tags(keys: &mut Keys<'_>, problems: &mut Problems) -> Vec<AtLine<TagLink>> {
    let mut tags: Vec<AtLine<TagLink>> = Vec::new();
    for (name, line) in keys.texts("tags", problems) {
        let path_segment = segment(&name);
        if path_segment.is_empty() {
            let problem =
                format!("the tag `{name}` has neither letter nor digit for its address; rename it");
            problems.note(line, problem);
        } else if tags.iter().any(|(tag, _)| tag.name == name) {
            problems.note(line, format!("the tag `{name}` is here twice; remove one"));
        } else {
            tags.push((TagLink { name, path_segment }, line));
        }
    }
    tags
}
