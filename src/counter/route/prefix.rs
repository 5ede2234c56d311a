//! Where the counting routes are on an application's site.

use std::{fmt, str::FromStr};

/// A path before that of every counting route: with `/counts`, readers connect at
/// `/counts/api/v1/connect/…`. By default there is none.
///
/// ```
/// use view_counter::Prefix;
///
/// let prefix: Prefix = "/counts".parse()?;
/// assert_eq!(prefix.as_str(), "/counts");
/// assert!("counts/".parse::<Prefix>().is_err());
/// # Ok::<(), view_counter::PrefixError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// The path, without a slash at its end; empty where there is none.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text is not a [`Prefix`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a prefix begins with a slash, ends with none, and is of letters, digits, `-`, `_`, `.` and `~`; \
     write it as `/counts`"
)]
pub struct PrefixError;

impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        // What a browser leaves as it is in a path, and axum takes for no pattern.
        let is_named = |segment: &str| {
            let mut bytes = segment.bytes();
            !matches!(segment, "" | "." | "..")
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
        };
        let path = text.strip_prefix('/').ok_or(PrefixError)?;
        match path.split('/').all(is_named) {
            true => Ok(Self(text.to_owned())),
            false => Err(PrefixError),
        }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_path_that_needs_no_encoding() {
        for good in ["/counts", "/a/b-c/d_e.f~1"] {
            assert_eq!(good.parse::<Prefix>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "/",
            "counts",
            "/counts/",
            "//evil.example",
            "/a//b",
            "/a/../b",
            "/{a}",
            "/a b",
            "/é",
            "/a?b",
            "/a#b",
            "/*a",
        ] {
            assert_eq!(bad.parse::<Prefix>(), Err(PrefixError), "{bad:?}");
        }
    }
}
