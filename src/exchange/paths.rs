//! The slug of a page that another counter knows by its address.

use crate::{
    counter::protocol::{Slug, SlugError},
    service::slugs::page::{NotAPage, slug_of, slug_of_address},
};
use std::str::FromStr;

/// What is taken off the beginning of a page's path, so that `/posts/hello` is `hello`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip(Slug);

/// A text is not a [`Strip`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StripError {
    /// It names the whole site.
    #[error("it is to name a folder such as /posts/; without it, whole paths are taken")]
    Nothing,
    /// It can be no part of a path.
    #[error(transparent)]
    NoPath(#[from] SlugError),
}

impl FromStr for Strip {
    type Err = StripError;

    fn from_str(text: &str) -> Result<Self, StripError> {
        match text.trim_matches('/') {
            "" => Err(StripError::Nothing),
            _ => Ok(Self(slug_of(text)?)),
        }
    }
}

/// What a page is by its address or path.
pub(super) enum Page {
    /// This one.
    Slug(Slug),
    /// None of those that are asked for.
    Elsewhere,
    /// None at all.
    None(NotAPage),
}

/// The page at this address or path, whatever its query.
pub(super) fn page_at(place: &str, strip: Option<&Strip>) -> Page {
    let found = if !place.starts_with('/') && place.contains("://") {
        slug_of_address(place)
    } else {
        let path = place.split(['?', '#']).next().unwrap_or_default();
        slug_of(path).map_err(NotAPage::from)
    };
    let slug = match found {
        Ok(slug) => slug,
        Err(error) => return Page::None(error),
    };
    let Some(Strip(prefix)) = strip else {
        return Page::Slug(slug);
    };
    let rest = slug.as_str().strip_prefix(prefix.as_str());
    match rest.and_then(|rest| rest.strip_prefix('/')?.parse().ok()) {
        Some(slug) => Page::Slug(slug),
        None => Page::Elsewhere,
    }
}
