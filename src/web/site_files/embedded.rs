//! The built files in the program.

use super::AssetPaths;
use crate::{
    counter::entity_tag::opaque_of,
    web::held_file::{HeldFile, Representation},
};
use axum::{
    body::Bytes,
    http::{HeaderValue, StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use rust_embed::{Embed, EmbeddedFile};
use std::{borrow::Cow, collections::HashMap, sync::Arc};

/// Changes when files come or go. Cargo sees by itself that one of them changed, and
/// not that there is a new one.
const _NAMES: Option<&str> = option_env!("VIEW_COUNTER_EMBEDDED_NAMES");

/// What `make dist` built just before. None where there is no such folder, so that
/// the rest can be checked and tested without a build.
#[derive(Embed)]
#[folder = "target/dist-site"]
#[allow_missing = true]
struct Built;

/// The built files. Clones are the same.
#[derive(Clone, Debug)]
pub struct SiteFiles(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// By path, which begins with `/`.
    files: HashMap<String, HeldFile>,
    assets: AssetPaths,
}

impl SiteFiles {
    /// Those in the program.
    pub fn in_program() -> Self {
        let files: HashMap<_, _> = Built::iter()
            .filter(|name| !is_compressed(name))
            .filter_map(|name| Some((format!("/{name}"), with_compressed(&name)?)))
            .collect();
        let assets = AssetPaths::new(|extension| hash_in_name(files.keys(), extension));
        Self(Arc::new(Inner { files, assets }))
    }

    /// Warns where there are none: a site is served all the same, with bare pages.
    pub fn warn_if_missing(&self) {
        if self.0.files.is_empty() {
            tracing::warn!(
                "this program was built without its style sheet and WebAssembly; build it with `make dist`"
            );
        }
    }

    /// Whether a file's name changes with its content.
    pub(crate) fn are_hashed(&self) -> bool {
        true
    }

    /// Where pages find them.
    pub(crate) fn assets(&self) -> AssetPaths {
        self.0.assets.clone()
    }

    /// The file at the path of this request; 404 if there is none.
    pub(crate) async fn answer(&self, request: &Parts) -> Response {
        match self.0.files.get(request.uri.path()) {
            Some(file) => file.answer(&request.method, &request.headers),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

/// What was embedded, to be served. `None` if it says of itself what cannot be said
/// in a header.
pub(crate) fn held(file: EmbeddedFile) -> Option<HeldFile> {
    let media_type = HeaderValue::from_str(file.metadata.mimetype()).ok()?;
    Some(HeldFile::new(media_type, form(file)?))
}

fn form(file: EmbeddedFile) -> Option<Representation> {
    let bytes = match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    let opaque = opaque_of(&file.metadata.sha256_hash());
    Representation::new(bytes, &opaque).ok()
}

/// Whether this is what was compressed of another.
fn is_compressed(name: &str) -> bool {
    name.ends_with(".br") || name.ends_with(".gz")
}

fn with_compressed(name: &str) -> Option<HeldFile> {
    let compressed = |extension| form(Built::get(&format!("{name}.{extension}"))?);
    let file = held(Built::get(name)?)?;
    Some(file.with_compressed(compressed("gz"), compressed("br")))
}

/// The hash in the name of the one file of the application with this extension.
fn hash_in_name<'a>(
    mut paths: impl Iterator<Item = &'a String>,
    extension: &str,
) -> Option<String> {
    paths.find_map(|path| {
        let name = path.strip_prefix("/pkg/view-counter.")?;
        let hash = name.strip_suffix(extension)?.strip_suffix('.')?;
        // `view-counter.d.HASH.ts` is of another kind.
        (!hash.contains('.')).then(|| hash.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_found_in_the_name() {
        let paths = [
            "/favicon.svg",
            "/pkg/view-counter.d.B-_b.js",
            "/pkg/view-counter.A-_a.js",
        ];
        let paths = paths.map(str::to_owned);
        assert_eq!(hash_in_name(paths.iter(), "js"), Some("A-_a".to_owned()));
        assert_eq!(hash_in_name(paths.iter(), "css"), None);
    }
}
