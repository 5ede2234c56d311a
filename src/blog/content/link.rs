//! What the links and images of a Markdown file mean on the site: `other.md`
//! beside a post is `/posts/other`, `image.png` beside it is
//! `/media/posts/image.png`.
//!
//! It may not know how they are written down in HTML.

use std::collections::BTreeSet;

use super::PreviewImage;
use super::address::{decode_path, encode_path};
use super::image_size::image_size;
use super::image_source::{ImageSource, NoSource};
use super::media::Media;

/// Where a Markdown file stands and what is around it.
pub(crate) struct Surroundings<'c> {
    /// The file's folder, relative to the content folder: `posts`, or nothing.
    pub(crate) folder: &'static str,
    /// The slugs of all posts that are shown.
    pub(crate) slugs: &'c BTreeSet<String>,
    pub(crate) media: &'c Media,
}

/// An image as the page shows it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) src: String,
    /// Width and height; `None` for an image that is not in the content folder.
    pub(crate) size: Option<(usize, usize)>,
    /// Where it comes from, if not from this site.
    pub(crate) source: Option<ImageSource>,
    /// Its media type, if it is in the content folder.
    pub(crate) media_type: Option<&'static str>,
}

/// The types of images that the previews of other sites show. None of the large networks draws
/// an SVG there, and few an AVIF.
const PREVIEW_TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

impl Image {
    /// Whether it is one of this site's, so that `src` is a path.
    pub(crate) fn is_own(&self) -> bool {
        self.source.is_none()
    }

    /// This image for previews, with this text for those who do not see it. `None` if previews
    /// would not show it.
    pub(crate) fn preview(&self, alt: Option<&str>) -> Option<PreviewImage> {
        let (width, height) = self.size?;
        let is_shown = PREVIEW_TYPES.contains(&self.media_type?);
        is_shown.then(|| PreviewImage {
            path: self.src.clone(),
            alt: alt.filter(|alt| !alt.is_empty()).map(str::to_owned),
            width,
            height,
        })
    }
}

impl Surroundings<'_> {
    /// The page that a link leads to. Fails with a sentence for the author when it
    /// leads nowhere. Whether another site has the page is not asked.
    pub(crate) fn link(&self, destination: &str) -> Result<String, String> {
        if destination.is_empty() {
            return Err("this link leads nowhere; put an address between ( and )".to_owned());
        }
        let (path, rest) = split_path(destination);
        if path.is_empty() || path.starts_with('/') || has_scheme(path) {
            return Ok(destination.to_owned());
        }
        let file = self.file(path)?;
        if let Some(page) = file.strip_suffix(".md") {
            let slug = page.strip_prefix("posts/");
            return match slug {
                Some(slug) if self.slugs.contains(slug) => Ok(format!("/posts/{slug}{rest}")),
                None if page == "about" => Ok(format!("/about{rest}")),
                _ => Err(format!(
                    "the link to `{path}` leads to no post, or to a draft; correct it"
                )),
            };
        }
        match self.media.find(&file) {
            Some(_) => Ok(format!("/media/{}{rest}", encode_path(&file))),
            None => Err(format!(
                "the link to `{path}` leads to no file; for a page of this site begin it with `/`"
            )),
        }
    }

    /// The image at `destination`. Fails with a sentence for the author when it is
    /// neither on another site nor in the content folder.
    pub(crate) fn image(&self, destination: &str) -> Result<Image, String> {
        if destination.is_empty() {
            return Err("this image has no file; put its name between ( and )".to_owned());
        }
        let (path, rest) = split_path(destination);
        let file = match path.strip_prefix("/media/") {
            Some(path) => decode_path(path),
            None if path.starts_with('/') || has_scheme(path) => return elsewhere(destination),
            None => self.file(path)?,
        };
        let found = self.media.find(&file).filter(|media| media.is_image());
        let Some(media) = found else {
            return Err(format!(
                "there is no image `{file}` in the content folder; correct its name or add the file"
            ));
        };
        // A drawing need not say how large it is; all else is damaged if it does not.
        let size = image_size(media);
        if size.is_none() && media.content_type != "image/svg+xml" {
            return Err(format!("the image `{file}` cannot be read; is it damaged?"));
        }
        Ok(Image {
            src: format!("/media/{}{rest}", encode_path(&file)),
            size,
            source: None,
            media_type: Some(media.content_type),
        })
    }

    /// A relative path as a path from the content folder.
    fn file(&self, relative: &str) -> Result<String, String> {
        let relative = decode_path(relative);
        let mut segments: Vec<&str> = Vec::new();
        for segment in self.folder.split('/').chain(relative.split('/')) {
            match segment {
                "" | "." => {}
                ".." => {
                    if segments.pop().is_none() {
                        return Err(format!(
                            "`{relative}` is outside the content folder; move the file into it"
                        ));
                    }
                }
                _ => segments.push(segment),
            }
        }
        Ok(segments.join("/"))
    }
}

/// An image that is not in the content folder.
fn elsewhere(destination: &str) -> Result<Image, String> {
    let is_own = destination.starts_with('/') && !destination.starts_with("//");
    let source = if is_own {
        None
    } else {
        // The page's policy has to name it, or the browser does not ask for it.
        let source = destination.parse().map_err(|error: NoSource| {
            format!(
                "browsers may not fetch the image `{destination}`; {error}, \
                 or copy it into the content folder"
            )
        })?;
        Some(source)
    };
    Ok(Image {
        src: destination.to_owned(),
        size: None,
        source,
        media_type: None,
    })
}

/// Whether a link leads to another site.
pub(crate) fn is_external(destination: &str) -> bool {
    let starts_with = |scheme: &str| {
        let start = destination.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    starts_with("http://") || starts_with("https://") || starts_with("//")
}

/// A destination's path, and its query and fragment as they are.
fn split_path(destination: &str) -> (&str, &str) {
    let end = destination.find(['?', '#']).unwrap_or(destination.len());
    destination.split_at(end)
}

/// Whether it begins like `mailto:` or `https:`.
fn has_scheme(path: &str) -> bool {
    path.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}
