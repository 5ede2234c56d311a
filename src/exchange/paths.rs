//! The slug of a page that another counter knows by its address.

use crate::{
    counter::protocol::Slug,
    service::slugs::page::{NotAPage, slug_of, slug_of_address},
};
use std::str::FromStr;

/// What is taken off the beginning of a page's path, so that `/posts/hello` is `hello`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip(Slug);

impl FromStr for Strip {
    type Err = NotAPage;

    fn from_str(text: &str) -> Result<Self, NotAPage> {
        Ok(Self(slug_of(text)?))
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
    let found = if place.contains("://") {
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
