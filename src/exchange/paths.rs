//! The slug of a page that another counter knows by its address.

use super::{address_map::Target, collected::Collected, read::Options};
use crate::{
    counter::protocol::{Slug, SlugError},
    service::slugs::page::{NotAPage, slug_of, slug_of_url},
};
use std::{borrow::Cow, str::FromStr};
use url::Url;

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

/// Whose pages are imported of a file that has those of several hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostChoice {
    /// Those of all hosts, added up by their paths.
    Any,
    /// Those of this one, with or without `www.`.
    Host(String),
}

impl FromStr for HostChoice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match (text.trim(), host_of(text)) {
            ("any", _) => Ok(Self::Any),
            (_, Some(host)) => Ok(Self::Host(host)),
            _ => Err("it is to be a host such as blog.example, or `any`"),
        }
    }
}

/// Why a line is not of a page that is imported.
pub(super) const NO_PAGE: &str = "lines without a page";
pub(super) const TOTALS: &str = "lines of totals";
const NOT_SET: &str = "pages that are not known";
const OTHER_HOSTS: &str = "pages of other hosts";
const NO_SLUG: &str = "pages whose address can be no slug";
const ELSEWHERE: &str = "pages elsewhere on the site";

/// What programs write in the place of a page where a line is the sum of others, or of the
/// rest of them.
const TOTAL_NAMES: [&str; 14] = [
    "total",
    "totals",
    "grand total",
    "sum",
    "all",
    "others",
    "other",
    "page url not defined",
    "gesamt",
    "summe",
    "gesamtsumme",
    "total général",
    "合计",
    "总计",
];

/// Whether this is such a name.
pub(super) fn is_total(page: &str) -> bool {
    TOTAL_NAMES.contains(&page.trim().to_lowercase().as_str())
}

/// The slug of the page at this address or path, on this host if one is named; or why it
/// is left out.
pub(super) fn page_at(
    place: &str,
    host: &str,
    options: &Options,
    collected: &mut Collected,
) -> Result<Slug, &'static str> {
    let place = place.trim();
    if place.is_empty() {
        return Err(NO_PAGE);
    }
    if place.starts_with('(') && place.ends_with(')') {
        return Err(NOT_SET);
    }
    if is_total(place) {
        return Err(TOTALS);
    }
    let (named, path) = host_and_path(place).ok_or(NO_SLUG)?;
    if let Some(host) = named.or_else(|| host_of(host)) {
        if !options.takes_host(&host) {
            return Err(OTHER_HOSTS);
        }
        collected.see_host(&host);
    }
    let slug = slug_of_path(&path, &options.parameters).map_err(|_| NO_SLUG)?;
    moved(slug, true, options, collected)
}

/// The slug of a page that is named by its slug; or why it is left out.
pub(super) fn page_of_slug(
    text: &str,
    options: &Options,
    collected: &mut Collected,
) -> Result<Slug, &'static str> {
    // No slug begins so: people write paths into such a column.
    if text.starts_with('/') || text.contains("://") {
        return page_at(text, "", options, collected);
    }
    if text.is_empty() {
        return Err(NO_PAGE);
    }
    let slug = text.parse().map_err(|_| NO_SLUG)?;
    moved(slug, false, options, collected)
}

/// The slug of a page now, where the map says that it moved; without what is taken off the
/// beginning of paths.
fn moved(
    slug: Slug,
    is_path: bool,
    options: &Options,
    collected: &mut Collected,
) -> Result<Slug, &'static str> {
    let target = options.map.as_ref().and_then(|map| map.target(&slug));
    let (slug, is_path) = match target {
        None => (slug, is_path),
        Some(target) => {
            collected.mapped.insert(slug);
            match target {
                Target::Slug(slug) => (slug.clone(), false),
                Target::Path(slug) => (slug.clone(), true),
            }
        }
    };
    let Some(Strip(prefix)) = options.strip.as_ref().filter(|_| is_path) else {
        return Ok(slug);
    };
    let rest = slug.as_str().strip_prefix(prefix.as_str());
    let rest = rest.and_then(|rest| rest.strip_prefix('/')?.parse().ok());
    rest.ok_or(ELSEWHERE)
}

/// The slug of the page at this path, perhaps with a query, of which these parameters name
/// pages.
pub(super) fn slug_of_path(path: &str, parameters: &[String]) -> Result<Slug, NotAPage> {
    if !parameters.is_empty()
        && path.contains('?')
        && let Ok(url) = Url::parse(&format!(
            "http://localhost/{}",
            path.trim_start_matches('/')
        ))
    {
        return slug_of_url(&url, parameters);
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    Ok(slug_of(path)?)
}

/// The host that an address names, if it names one, and the path; `None` if it is an
/// address of something else than a page.
pub(super) fn host_and_path(place: &str) -> Option<(Option<String>, Cow<'_, str>)> {
    // As Vercount and its kind name a page in their database.
    if let Some((host, path)) = place
        .strip_prefix("pv:page:")
        .and_then(|key| key.split_once(':'))
    {
        return Some((host_of(host), path.into()));
    }
    if place.starts_with('/') {
        return Some((None, place.into()));
    }
    if place.contains("://") {
        let url = Url::parse(place).ok()?;
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let host = url.host_str().map(normal_host);
        let path = &url[url::Position::BeforePath..];
        return Some((host, path.to_owned().into()));
    }
    match place.split_once('/') {
        Some((host, _)) if looks_like_a_host(host) => {
            Some((Some(normal_host(host)), place[host.len()..].into()))
        }
        _ => Some((None, place.into())),
    }
}

/// Whether this is a host rather than the first folder of a path: `blog.example`,
/// `localhost:1313`, not `v1.2` or `index.php`.
fn looks_like_a_host(text: &str) -> bool {
    let (name, port) = match text.split_once(':') {
        Some((name, port)) => (name, port),
        None => (text, "80"),
    };
    let is_port = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    let is_label = |label: &str| {
        let is_of_label = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        !label.is_empty() && label.chars().all(is_of_label)
    };
    let Some((rest, last)) = name.rsplit_once('.') else {
        return name == "localhost" && is_port;
    };
    let is_top_level = last.chars().count() > 1 && last.chars().all(char::is_alphabetic)
        || last.starts_with("xn--");
    let is_file = [
        "html", "htm", "php", "asp", "aspx", "jsp", "md", "xml", "txt", "json",
    ];
    is_port && is_top_level && rest.split('.').all(is_label) && !is_file.contains(&last)
}

/// The host of a cell that names one, perhaps as an address.
fn host_of(cell: &str) -> Option<String> {
    let cell = cell.trim();
    let host = cell.split_once("://").map_or(cell, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let is_of_host = |c: char| c.is_alphanumeric() || "-_.:[]".contains(c);
    let is_host = !host.is_empty() && host.chars().all(is_of_host);
    is_host.then(|| normal_host(host))
}

/// A host as hosts are compared: in small letters, without a port and without `www.`.
fn normal_host(host: &str) -> String {
    let host = host.to_lowercase();
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => &host,
    };
    let host = host.trim_end_matches('.');
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}
