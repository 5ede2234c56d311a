//! The content folder, read and rendered once, at start-up.
//!
//! ```text
//! site.toml      title, description, author, language, navigation, lengths of lists
//! about.md       the page about the site
//! posts/*.md     the posts; the file's name is the post's slug
//! …              images and other files, anywhere, fetched under /media/
//! ```
//!
//! [`Content`] is what the pages, the feed and the site map ask. It may not know
//! of requests, nor of how a page looks around a post.

mod address;
#[cfg(feature = "embed")]
mod built_in;
mod element;
mod error;
#[cfg(test)]
pub(crate) mod example;
mod folder;
mod footnote;
mod front_matter;
mod highlight;
mod image_size;
mod image_source;
mod keys;
mod link;
mod list_page;
mod load;
mod markdown;
mod media;
mod site;
mod source;
mod summary;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

pub(crate) use address::{composed, decode_path, encode_path};
#[cfg(feature = "embed")]
pub use built_in::{WriteError, write_example};
pub(crate) use element::without_controls;
pub use error::{ContentError, ContentErrors};
pub use image_source::{ImageSource, ImageSources};
pub use list_page::ListPage;
pub(crate) use list_page::{path as list_page_path, split as split_list_page};
pub use media::{Media, MediaBytes, MediaFile};
pub use site::ListLengths;
pub use summary::{Heading, PostLink, PostSummary, PreviewImage, TagLink};

use super::model::SiteInfo;
use site::SiteFile;

/// Everything the site shows.
#[derive(Clone, Debug)]
pub struct Content {
    site: SiteInfo,
    list_lengths: ListLengths,
    about: Page,
    /// Newest first.
    posts: Vec<Post>,
    /// Indices into `posts`.
    by_slug: HashMap<String, usize>,
    /// By path segment.
    tags: BTreeMap<String, Tag>,
    media: Media,
}

/// A page that is not a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its title, plain text.
    pub title: String,
    /// What it says, in a sentence or two, plain text.
    pub description: String,
    /// Its body.
    pub html: String,
    /// The other sites whose images it shows.
    pub image_sources: ImageSources,
}

/// A post, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// What lists show of it.
    pub summary: PostSummary,
    /// Its headings of levels 2 and 3, in their order.
    pub headings: Vec<Heading>,
    /// Its body, without the title. Links and images of this site begin with `/`.
    pub html: String,
    /// The next older post.
    pub previous: Option<PostLink>,
    /// The next newer post.
    pub next: Option<PostLink>,
    /// The picture that stands for it elsewhere: the one that its front matter names, or else
    /// the first that previews show.
    pub preview_image: Option<PreviewImage>,
    /// Why it has another picture than was meant, or none.
    pub preview_problem: Option<PreviewProblem>,
    /// The other sites whose images it shows.
    pub image_sources: ImageSources,
}

/// Why the previews of a post do not have the picture that was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreviewProblem {
    /// Its front matter names this image, which no preview shows.
    NamedImage(String),
    /// Previews show none of the images in its text.
    NoImageOfText,
}

#[derive(Clone, Debug)]
struct Tag {
    link: TagLink,
    /// Indices into `Content::posts`, newest first.
    posts: Vec<usize>,
}

impl Content {
    /// Reads the content folder `dir` and renders all of it; posts that are drafts
    /// only if `drafts` says so. Blocks, for about as long as it takes to read the
    /// files. Fails with every mistake there is, not only the first.
    pub fn load(dir: &Path, drafts: bool) -> Result<Self, ContentErrors> {
        load::load(dir, drafts)
    }

    /// As [`load`](Self::load) does it, the example that is in the program.
    #[cfg(feature = "embed")]
    pub fn example(drafts: bool) -> Result<Self, ContentErrors> {
        load::load(&built_in::Example, drafts)
    }

    /// Puts the parts together; `posts` may come in any order.
    fn new(site: SiteFile, about: Page, mut posts: Vec<Post>, media: Media) -> Self {
        // Dates are ISO 8601 with four-digit years: their order as text is theirs.
        posts.sort_by(|a, b| {
            let (a, b) = (&a.summary, &b.summary);
            b.date.cmp(&a.date).then_with(|| a.slug.cmp(&b.slug))
        });
        let links: Vec<PostLink> = posts.iter().map(Post::link).collect();
        let mut by_slug = HashMap::new();
        let mut tags: BTreeMap<String, Tag> = BTreeMap::new();
        for (index, post) in posts.iter_mut().enumerate() {
            post.previous = links.get(index + 1).cloned();
            post.next = index
                .checked_sub(1)
                .and_then(|newer| links.get(newer))
                .cloned();
            by_slug.insert(post.summary.slug.clone(), index);
            for link in &post.summary.tags {
                let tag = tags
                    .entry(link.path_segment.clone())
                    .or_insert_with(|| Tag {
                        link: link.clone(),
                        posts: Vec::new(),
                    });
                tag.posts.push(index);
            }
        }
        Self {
            site: site.info,
            list_lengths: site.list_lengths,
            about,
            posts,
            by_slug,
            tags,
            media,
        }
    }

    /// The site as a whole.
    pub fn site(&self) -> &SiteInfo {
        &self.site
    }

    /// How many posts lists have.
    pub fn list_lengths(&self) -> ListLengths {
        self.list_lengths
    }

    /// A page of the list of all posts, newest first; `None` if there is no such page.
    pub fn posts_page(&self, number: usize) -> Option<ListPage<&Post>> {
        let posts = self.posts.iter().collect();
        ListPage::new(posts, number, self.list_lengths.posts_per_page)
    }

    /// The page about the site.
    pub fn about(&self) -> &Page {
        &self.about
    }

    /// All posts: newest first, those of one day by slug.
    pub fn posts(&self) -> &[Post] {
        &self.posts
    }

    /// The post with this slug.
    pub fn post(&self, slug: &str) -> Option<&Post> {
        self.posts.get(*self.by_slug.get(slug)?)
    }

    /// All tags that a post has, by path segment.
    pub fn tags(&self) -> impl Iterator<Item = &TagLink> {
        self.tags.values().map(|tag| &tag.link)
    }

    /// The tags that most posts have, at most so many: the most used first, and those of the
    /// same use by path segment.
    pub fn most_used_tags(&self, most: usize) -> impl Iterator<Item = &TagLink> {
        let mut tags: Vec<_> = self.tags.values().collect();
        tags.sort_by_key(|tag| Reverse(tag.posts.len()));
        tags.into_iter().take(most).map(|tag| &tag.link)
    }

    /// The tag at `/tags/{path_segment}`, which is percent-decoded, and its posts,
    /// newest first; at least one.
    pub fn tag(&self, path_segment: &str) -> Option<(TagLink, Vec<&Post>)> {
        let tag = self.tags.get(path_segment)?;
        let posts = tag.posts.iter().filter_map(|index| self.posts.get(*index));
        Some((tag.link.clone(), posts.collect()))
    }

    /// A page of the posts of the tag at `/tags/{path_segment}`, which is percent-decoded,
    /// newest first; `None` if there is no such tag or page.
    pub fn tag_page(
        &self,
        path_segment: &str,
        number: usize,
    ) -> Option<(TagLink, ListPage<&Post>)> {
        let (tag, posts) = self.tag(path_segment)?;
        let page = ListPage::new(posts, number, self.list_lengths.posts_per_page)?;
        Some((tag, page))
    }

    /// The paths of all pages, percent-encoded: home, about, privacy, posts, tags. A list
    /// has all of its pages.
    pub fn page_paths(&self) -> impl Iterator<Item = String> {
        let per_page = self.list_lengths.posts_per_page;
        let home = list_page::paths("/".to_owned(), self.posts.len(), per_page);
        let own = ["/about", "/privacy"].into_iter().map(str::to_owned);
        let posts = self.posts.iter().map(Post::path);
        let tags = self
            .tags
            .values()
            .flat_map(move |tag| list_page::paths(tag.link.path(), tag.posts.len(), per_page));
        home.chain(own).chain(posts).chain(tags)
    }

    /// The pages that name more sources of images than their policy has room for, by
    /// file, each with the sources that are left out.
    pub fn refused_image_sources(&self) -> impl Iterator<Item = (String, &[ImageSource])> {
        let about = ("about.md".to_owned(), &self.about.image_sources);
        let posts = self
            .posts
            .iter()
            .map(|post| (post.file(), &post.image_sources));
        let pages = std::iter::once(about).chain(posts);
        let refused = pages.map(|(file, sources)| (file, sources.refused()));
        refused.filter(|(_, refused)| !refused.is_empty())
    }

    /// The posts whose previews do not have the picture that was meant, by file.
    pub fn preview_problems(&self) -> impl Iterator<Item = (String, &PreviewProblem)> {
        self.posts
            .iter()
            .filter_map(|post| Some((post.file(), post.preview_problem.as_ref()?)))
    }

    /// The files that may be fetched under `/media/`.
    pub fn media(&self) -> &Media {
        &self.media
    }
}

impl TagLink {
    /// The path of its page, percent-encoded.
    pub fn path(&self) -> String {
        format!("/tags/{}", encode_path(&self.path_segment))
    }
}

impl Post {
    /// The path of its page.
    pub fn path(&self) -> String {
        format!("/posts/{}", self.summary.slug)
    }

    /// Its file, as a path from the content folder.
    fn file(&self) -> String {
        format!("posts/{}.md", self.summary.slug)
    }

    fn link(&self) -> PostLink {
        PostLink {
            slug: self.summary.slug.clone(),
            title: self.summary.title.clone(),
        }
    }
}
