//! Reads the content folder. All files are read before any is rendered: a post may
//! link to every other.
//!
//! It may not know the syntax of what it reads; `front_matter`, `site` and
//! `markdown` do.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::error::{ContentErrors, Problems};
use super::folder::Folder;
use super::front_matter::{self, PostHead};
use super::highlight::Highlighter;
use super::image_source::ImageSources;
use super::link::{Image, Surroundings};
use super::markdown::{Rendered, render};
use super::site::{self, SiteFile};
use super::source::read;
use super::{Content, ContentError, Page, Post, PostSummary, PreviewImage, PreviewProblem};
use crate::counter::protocol::Slug;

/// A Markdown file whose head has been read.
struct Manuscript<H> {
    source: String,
    body_start: usize,
    /// `None` when something is wrong with it. The body is checked all the same.
    head: Option<H>,
}

/// A post to be shown, and what is wrong with it so far.
struct PostFile {
    file: PathBuf,
    slug: String,
    manuscript: Option<Manuscript<PostHead>>,
    problems: Problems,
}

pub(super) fn load(dir: &(impl Folder + ?Sized), drafts: bool) -> Result<Content, ContentErrors> {
    let whole_folder = |problem: String| {
        let mut problems = Problems::of(dir.name());
        problems.note(None, problem);
        ContentErrors::new(problems.into_errors())
    };
    if !dir.exists() {
        return Err(whole_folder(
            "there is no such folder; make one with a site.toml, an about.md and a folder posts, \
             or name another"
                .to_owned(),
        ));
    }
    let media = dir
        .media()
        .map_err(|error| whole_folder(format!("this folder cannot be read: {error}")))?;
    let mut files = post_files(dir, drafts)
        .map_err(|error| whole_folder(format!("its folder posts cannot be read: {error}")))?;

    let highlighter = Highlighter::new();
    let slugs: BTreeSet<String> = files.iter().map(|file| file.slug.clone()).collect();
    let around = |folder| Surroundings {
        folder,
        slugs: &slugs,
        media: &media,
    };
    let mut errors = Vec::new();
    let site = load_site(dir, &mut errors);
    let about = load_about(dir, &around(""), &highlighter, &mut errors);
    check_tags(&mut files);
    let language = site.as_ref().map_or("", |site| &site.info.language);
    let mut posts = Vec::new();
    for file in files {
        posts.extend(file.finish(language, &around("posts"), &highlighter, &mut errors));
    }
    match (site, about) {
        (Some(site), Some(about)) if errors.is_empty() => {
            Ok(Content::new(site, about, posts, media))
        }
        _ => Err(ContentErrors::new(errors)),
    }
}

fn load_site(dir: &(impl Folder + ?Sized), errors: &mut Vec<ContentError>) -> Option<SiteFile> {
    let file = Path::new("site.toml");
    let mut problems = Problems::of(file);
    let missing = "this file is missing; start it with three lines, \
                   title = \"…\", description = \"…\" and author = \"…\"";
    let text = read(dir, file, missing, &mut problems);
    let site = text.and_then(|text| site::parse(&text, &mut problems));
    errors.extend(problems.into_errors());
    site
}

fn load_about(
    dir: &(impl Folder + ?Sized),
    surroundings: &Surroundings<'_>,
    highlighter: &Highlighter,
    errors: &mut Vec<ContentError>,
) -> Option<Page> {
    let file = Path::new("about.md");
    let mut problems = Problems::of(file);
    let missing = "this file is missing; it is the page about the site: between two lines `+++` \
                   a title and a description, then the text";
    let page = read(dir, file, missing, &mut problems).and_then(|source| {
        let split = front_matter::split(&source, &mut problems)?;
        let head = split.page(&mut problems);
        let (start, problems) = (split.body_start, &mut problems);
        let body = render(&source, start, surroundings, highlighter, problems);
        let head = head?;
        Some(Page {
            title: head.title,
            description: head.description,
            html: body.html,
            image_sources: ImageSources::new(body.image_sources),
        })
    });
    errors.extend(problems.into_errors());
    page
}

/// The posts that are to be shown, by file name. A blog may have none yet.
fn post_files(dir: &(impl Folder + ?Sized), drafts: bool) -> io::Result<Vec<PostFile>> {
    let mut names = dir.posts()?;
    names.retain(|name| {
        let hidden = name.to_string_lossy().starts_with('.');
        let markdown = name.extension().is_some_and(|extension| extension == "md");
        markdown && !hidden
    });
    names.sort();
    let files = names.iter().map(|name| PostFile::read(dir, name));
    let is_shown = |file: &PostFile| drafts || !file.is_draft();
    Ok(files.filter(is_shown).collect())
}

impl PostFile {
    fn read(dir: &(impl Folder + ?Sized), name: &Path) -> Self {
        let file = Path::new("posts").join(name);
        let mut problems = Problems::of(&file);
        let slug = name.file_stem().unwrap_or_default().to_string_lossy();
        let in_slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !slug.chars().all(in_slug) {
            let problem = "the name of this file is the post's address; \
                           use only a to z, 0 to 9 and hyphens";
            problems.note(None, problem);
        } else if slug.parse::<Slug>().is_err() {
            problems.note(
                None,
                "the name of this file is too long; use at most 200 characters",
            );
        }
        let source = read(
            dir,
            &file,
            "this file leads nowhere; remove it",
            &mut problems,
        );
        let manuscript = source.and_then(|source| {
            let split = front_matter::split(&source, &mut problems)?;
            Some(Manuscript {
                body_start: split.body_start,
                head: split.post(&mut problems),
                source,
            })
        });
        let slug = slug.into_owned();
        Self {
            file,
            slug,
            manuscript,
            problems,
        }
    }

    fn head(&self) -> Option<&PostHead> {
        self.manuscript.as_ref()?.head.as_ref()
    }

    fn is_draft(&self) -> bool {
        self.head().is_some_and(|head| head.draft)
    }

    /// Renders the post. `None` when something is wrong, which is then in `errors`.
    fn finish(
        mut self,
        language: &str,
        surroundings: &Surroundings<'_>,
        highlighter: &Highlighter,
        errors: &mut Vec<ContentError>,
    ) -> Option<Post> {
        let problems = &mut self.problems;
        let post = self.manuscript.and_then(|manuscript| {
            let (source, start) = (&manuscript.source, manuscript.body_start);
            let body = render(source, start, surroundings, highlighter, problems);
            let head = manuscript.head?;
            let preview = preview(&head, &body, surroundings, problems);
            Some(assemble(self.slug, head, body, preview, language))
        });
        errors.extend(self.problems.into_errors());
        post
    }
}

/// The picture of the post's previews, and why it is not the one that was meant.
fn preview(
    head: &PostHead,
    body: &Rendered,
    surroundings: &Surroundings<'_>,
    problems: &mut Problems,
) -> (Option<PreviewImage>, Option<PreviewProblem>) {
    let of_text = body.preview_images.first().cloned();
    let Some(named) = named_image(head, surroundings, problems) else {
        let is_lacking = of_text.is_none() && body.has_other_images;
        return (of_text, is_lacking.then_some(PreviewProblem::NoImageOfText));
    };
    let same_in_text = body
        .preview_images
        .iter()
        .find(|image| image.path == named.src);
    let alt = head.image_alt.as_deref();
    let alt = alt.or_else(|| same_in_text?.alt.as_deref());
    match named.preview(alt) {
        Some(image) => (Some(image), None),
        None => (of_text, Some(PreviewProblem::NamedImage(named.src))),
    }
}

/// The image that the front matter names.
fn named_image(
    head: &PostHead,
    surroundings: &Surroundings<'_>,
    problems: &mut Problems,
) -> Option<Image> {
    let (name, line) = head.image.as_ref()?;
    let problem = match surroundings.image(name) {
        Ok(image) if image.is_own() => return Some(image),
        Ok(_) => "`image` must be a file of this site; copy it into the content folder".to_owned(),
        Err(problem) => problem,
    };
    problems.note(*line, problem);
    None
}

fn assemble(
    slug: String,
    head: PostHead,
    body: Rendered,
    (preview_image, preview_problem): (Option<PreviewImage>, Option<PreviewProblem>),
    language: &str,
) -> Post {
    Post {
        summary: PostSummary {
            slug,
            title: head.title,
            description: head.description,
            date: head.date.to_string(),
            date_text: date_text(head.date, language),
            tags: head.tags.into_iter().map(|(tag, _)| tag).collect(),
            reading_minutes: body.reading_minutes,
        },
        headings: body.headings,
        html: body.html,
        previous: None,
        next: None,
        preview_image,
        preview_problem,
        image_sources: ImageSources::new(body.image_sources),
    }
}

/// The day in words where we know the words, and else as ISO 8601.
fn date_text(date: Date, language: &str) -> String {
    let english = language
        .split('-')
        .next()
        .is_some_and(|language| language == "en");
    if english {
        date.strftime("%-d %B %Y").to_string()
    } else {
        date.to_string()
    }
}

/// Two tags with one address would share a page under one of their names.
fn check_tags(files: &mut [PostFile]) {
    let mut first: BTreeMap<String, (String, PathBuf)> = BTreeMap::new();
    for PostFile {
        file,
        manuscript,
        problems,
        ..
    } in files
    {
        let head = manuscript
            .as_ref()
            .and_then(|manuscript| manuscript.head.as_ref());
        for (tag, line) in head.map_or(&[][..], |head| &head.tags) {
            let (name, other_file) = first
                .entry(tag.path_segment.clone())
                .or_insert_with(|| (tag.name.clone(), file.clone()));
            if *name != tag.name {
                let problem = format!(
                    "the tag `{}` and the tag `{name}` of {} have one address, /tags/{}; \
                     write both the same way or rename one",
                    tag.name,
                    other_file.display(),
                    tag.path_segment,
                );
                problems.note(*line, problem);
            }
        }
    }
}
