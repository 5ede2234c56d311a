//! From where a page's images come that are not the site's own, as a
//! Content-Security-Policy says it (CSP Level 3, 2.3.1 "Source Lists").
//!
//! It may not know of pages or of Markdown.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// `data:`, or the scheme, host and port of another site. ASCII without white
/// space, commas and semicolons, so that it is one word of a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageSource(String);

/// An address names no source that a policy could name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write its address, in ASCII, as https://HOST/PATH")]
pub struct NoSource;

impl ImageSource {
    /// The word of a policy: `data:`, `https://images.example`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ImageSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ImageSource {
    type Err = NoSource;

    /// The source of the image at this address, which has a scheme or begins with
    /// two slashes.
    fn from_str(address: &str) -> Result<Self, NoSource> {
        let (scheme, rest) = match address.strip_prefix("//") {
            Some(rest) => (String::new(), rest),
            None => {
                let (scheme, rest) = address.split_once(':').ok_or(NoSource)?;
                (format!("{}:", scheme.to_ascii_lowercase()), rest)
            }
        };
        let authority = match scheme.as_str() {
            "data:" => return Ok(Self(scheme)),
            "" => rest,
            "http:" | "https:" => rest.strip_prefix("//").ok_or(NoSource)?,
            _ => return Err(NoSource),
        };
        let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
        let authority = authority.get(..end).unwrap_or_default();
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let is_host = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        let is_port = |port: &str| port.parse::<u16>().is_ok() && !port.starts_with('+');
        if host.is_empty() || !host.chars().all(is_host) || !port.is_none_or(is_port) {
            return Err(NoSource);
        }
        let authority = authority.to_ascii_lowercase();
        Ok(Self(match scheme.as_str() {
            "" => authority,
            scheme => format!("{scheme}//{authority}"),
        }))
    }
}

/// The most bytes that a page's sources of images may take in its policy. A proxy
/// refuses an answer whose headers do not fit into its buffer, which is one memory page
/// in nginx (`proxy_buffer_size`, 4,096 bytes); all other headers of a page take less
/// than half of it. These are some 70 hosts.
const MAX_BYTES: usize = 2_048;

/// The other sites whose images one page shows: those that its policy names, and those
/// for which the policy has no room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageSources {
    all: Vec<ImageSource>,
    /// How many of them the policy names, from the first.
    admitted: usize,
}

impl ImageSources {
    /// Admits as many of these, in their order, as [`MAX_BYTES`] has room for.
    pub(crate) fn new(sources: BTreeSet<ImageSource>) -> Self {
        let all: Vec<ImageSource> = sources.into_iter().collect();
        let ends = all.iter().scan(0, |end, source| {
            *end += source.as_str().len() + " ".len();
            Some(*end)
        });
        let admitted = ends.take_while(|end| *end <= MAX_BYTES).count();
        Self { all, admitted }
    }

    /// Whether the page shows no image of another site.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Those that the page's policy names.
    pub fn iter(&self) -> std::slice::Iter<'_, ImageSource> {
        self.all.get(..self.admitted).unwrap_or_default().iter()
    }

    /// Those that it does not name, so that browsers do not show their images.
    pub fn refused(&self) -> &[ImageSource] {
        self.all.get(self.admitted..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_source_is_where_an_image_is_and_not_which_one() {
        for (address, source) in [
            ("https://a.example/b.png?c#d", "https://a.example"),
            ("HTTPS://A.Example", "https://a.example"),
            ("http://a.example:8080/b.png", "http://a.example:8080"),
            ("//a.example/b.png", "a.example"),
            ("data:image/png;base64,AAAA", "data:"),
        ] {
            assert_eq!(address.parse(), Ok(ImageSource(source.to_owned())));
        }
    }

    #[test]
    fn what_a_policy_cannot_name_is_no_source() {
        for address in [
            "",
            "a.png",
            "https:",
            "https:///a.png",
            "https://",
            "//",
            "ftp://a.example/b.png",
            "https://a.example:+1/",
            "https://a.example:99999/",
            "https://user@a.example/",
            "https://[::1]/a.png",
            "https://b\u{fc}cher.example/a.png",
            "https://*/a.png",
            "https://a.example;script-src/a.png",
            "https://a.example,b",
            "https://a.example 'unsafe-inline'/",
        ] {
            assert_eq!(address.parse::<ImageSource>(), Err(NoSource), "{address}");
        }
    }

    #[test]
    fn a_policy_names_as_many_sources_as_it_has_room_for() {
        let sources = |many: usize| {
            let address = |n| format!("https://images-{n:03}.example/a.png");
            ImageSources::new((0..many).map(|n| address(n).parse().unwrap()).collect())
        };
        assert!(sources(0).is_empty());
        assert!(sources(70).refused().is_empty());
        let many = sources(200);
        let bytes: usize = many.iter().map(|source| source.as_str().len() + 1).sum();
        assert!((MAX_BYTES - 30..=MAX_BYTES).contains(&bytes), "{bytes}");
        assert_eq!(many.iter().count() + many.refused().len(), 200);
    }

    proptest! {
        #[test]
        fn a_source_is_one_word_of_a_policy(address in "(https?:|data:)?(//)?\\PC{0,20}") {
            if let Ok(source) = address.parse::<ImageSource>() {
                let word = |c: char| c.is_ascii_alphanumeric() || "-.:/".contains(c);
                prop_assert!(source.as_str().chars().all(word), "{source}");
            }
        }
    }
}
