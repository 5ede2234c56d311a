//! The Content-Security-Policy of every answer: what a browser may load and run
//! because of it (CSP Level 3, <https://www.w3.org/TR/CSP3/>).
//!
//! A page's inline scripts are named by their hashes. Not by a nonce: it would
//! have to differ in every answer, and a page that did not change could never
//! be answered with 304.
//!
//! A hash is only as trustworthy as the source of its script. Here nobody
//! looks for scripts in a page: whatever brought one into it, a post's Markdown
//! or a mistake of ours, it would be hashed with the rest. Hashed is what is
//! known to be ours before it becomes part of a page: the scripts of the document
//! around it, which are made when the program starts and hold nothing of the content,
//! nor of a request.
//!
//! What else could run is a file of this site: `/pkg/` holds our own, and
//! `/media/` and `/fn/` serve nothing as JavaScript.

use axum::http::HeaderValue;
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

/// What no answer needs: another site's frame around it, a base for its links,
/// and forms.
macro_rules! closed {
    () => {
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    };
}

/// For whatever is not meant to be looked at in a browser: nothing loads, nothing
/// runs.
pub(crate) const NOTHING: HeaderValue =
    HeaderValue::from_static(concat!("default-src 'none'; ", closed!()));

/// For what programs read, and people now and then: browsers lay XML out with
/// styles and images of their own, which they take for the document's.
pub(crate) const LISTING: HeaderValue = HeaderValue::from_static(concat!(
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; ",
    closed!()
));

/// For a file that somebody opens by itself. An SVG is then a document, and
/// without this it could run scripts in the site's name. It keeps its own styles,
/// and the browser may put an image into the page that it shows it in.
pub(crate) const FILE: HeaderValue = HeaderValue::from_static(concat!(
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; ",
    closed!(),
    "; sandbox"
));

/// For sound and film, which a browser plays in a page that it makes. Of no
/// origin, as [`FILE`] leaves it, that page may not fetch what it is to play.
pub(crate) const RECORDING: HeaderValue = HeaderValue::from_static(concat!(
    "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; ",
    closed!(),
    "; sandbox allow-same-origin"
));

/// For a PDF. It cannot do anything in the site's name, and browsers show it in a
/// viewer of their own, which a sandbox would keep from starting.
pub(crate) const PDF: HeaderValue = HeaderValue::from_static("frame-ancestors 'none'");

/// The policy of the site's pages. They differ only in where their images come from.
#[derive(Clone, Debug)]
pub(crate) struct PagePolicy {
    before_images: String,
    after_images: String,
}

impl PagePolicy {
    /// `scripts` are the texts of the inline scripts that every page has. `reload_port`
    /// is the port on which `cargo leptos watch` tells pages to reload.
    pub(crate) fn new<'a>(
        scripts: impl IntoIterator<Item = &'a str>,
        reload_port: Option<u32>,
    ) -> Self {
        // WebAssembly may be compiled; `eval` and its like may not. Browsers that
        // cannot tell the two apart (before Chrome 97, Firefox 102, Safari 16) get
        // a page that can be read and is not live.
        let mut before_images =
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'".to_owned();
        for script in scripts {
            before_images.push(' ');
            before_images.push_str(&hash(script));
        }
        before_images.push_str("; style-src 'self'; img-src 'self'");
        // `'self'` is the socket's scheme too, in every browser that gets this far.
        let mut after_images = "; media-src 'self'; connect-src 'self'".to_owned();
        if let Some(port) = reload_port {
            after_images.push_str(&format!(" ws://*:{port}"));
        }
        after_images.push_str(concat!("; ", closed!()));
        Self {
            before_images,
            after_images,
        }
    }

    /// The policy of a page that shows images from these sources, beside the site's own.
    #[expect(
        clippy::expect_used,
        reason = "hashes, and sources of images, are ASCII without control characters"
    )]
    pub(crate) fn with_images<'a>(&self, images: impl IntoIterator<Item = &'a str>) -> HeaderValue {
        let mut policy = self.before_images.clone();
        for image in images {
            policy.push(' ');
            policy.push_str(image);
        }
        policy.push_str(&self.after_images);
        HeaderValue::try_from(policy).expect("visible ASCII")
    }
}

/// The source expression that stands for exactly this inline script.
fn hash(script: &str) -> String {
    let digest = Sha256::digest(script.as_bytes());
    format!("'sha256-{}'", BASE64_STANDARD.encode(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_the_one_that_browsers_make() {
        // printf 'doSubmit()' | openssl dgst -sha256 -binary | base64
        assert_eq!(
            hash("doSubmit()"),
            "'sha256-jzgBGA4UWFFmpOBq0JpdsySukE1FrEN5bUpoK8Z29fY='"
        );
    }

    #[test]
    fn a_page_may_run_the_scripts_that_are_known() {
        let header = PagePolicy::new(["theme()", "load()"], None).with_images([]);
        let expected = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' {} {}; \
             style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            hash("theme()"),
            hash("load()"),
        );
        assert_eq!(header, expected);
    }

    #[test]
    fn images_come_from_the_hosts_that_the_page_names_and_no_other() {
        let header = PagePolicy::new([], None).with_images(["https://a.example", "data:"]);
        let header = header.to_str().unwrap();
        assert!(
            header.contains("; img-src 'self' https://a.example data:; "),
            "{header}"
        );
    }

    #[test]
    fn only_a_page_that_is_being_worked_on_listens_to_the_build() {
        let header = PagePolicy::new([], Some(3001)).with_images([]);
        let header = header.to_str().unwrap();
        assert!(
            header.contains("; connect-src 'self' ws://*:3001; "),
            "{header}"
        );
    }
}
