//! The built files in a folder.

use super::AssetPaths;
use super::is_watched;
use axum::{
    body::Body,
    http::{HeaderValue, Request, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use std::{fs, path::Path};
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// The built files.
#[derive(Clone, Debug)]
pub struct SiteFiles {
    serve: ServeDir,
    assets: AssetPaths,
    are_hashed: bool,
}

impl SiteFiles {
    /// Those in the folder `root`. A server without them serves its pages all the
    /// same, and a word of warning.
    pub fn in_folder(root: &Path) -> Self {
        if !root.join("pkg").is_dir() {
            tracing::warn!(
                site_root = %root.display(),
                "there is no style sheet and no WebAssembly; build them with `make`, or name their folder with --site-root"
            );
        }
        let hashes = list_of_hashes();
        Self {
            serve: ServeDir::new(root)
                .append_index_html_on_directories(false)
                .precompressed_br()
                .precompressed_gzip(),
            assets: AssetPaths::new(|extension| hash_in(hashes.as_deref()?, extension)),
            are_hashed: hashes.is_some(),
        }
    }

    /// Whether a file's name changes with its content.
    pub(crate) fn are_hashed(&self) -> bool {
        self.are_hashed
    }

    /// Where pages find them.
    pub(crate) fn assets(&self) -> AssetPaths {
        self.assets.clone()
    }

    /// The file at the path of this request; 404 if there is none.
    pub(crate) async fn answer(&self, request: &Parts) -> Response {
        let request = Request::from_parts(request.clone(), Body::empty());
        let served = self.serve.clone().oneshot(request).await;
        let mut response = served.into_response();
        let status = response.status();
        if status.is_success() || status == StatusCode::NOT_MODIFIED {
            // Also of one that was not compressed: another request may get one that was.
            let vary = HeaderValue::from_static("accept-encoding");
            response.headers_mut().insert(header::VARY, vary);
        }
        response
    }
}

/// The list that cargo-leptos puts beside the program, if the names are hashed. While
/// it watches they must stay the same, so a list is of another build.
fn list_of_hashes() -> Option<String> {
    let program = std::env::current_exe().ok().filter(|_| !is_watched())?;
    fs::read_to_string(program.with_file_name("hash.txt")).ok()
}

/// The hash that a list of lines like `css: HASH` has for this extension.
fn hash_in(list: &str, extension: &str) -> Option<String> {
    let mut lines = list.lines().filter_map(|line| line.split_once(':'));
    let (_, hash) = lines.find(|(kind, _)| kind.trim() == extension)?;
    Some(hash.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_a_hash_for_each_kind() {
        let list = "js: A-_a\nwasm: B\ncss: C\n";
        let assets = AssetPaths::new(|extension| hash_in(list, extension));
        assert_eq!(assets.script, "/pkg/view-counter.A-_a.js");
        assert_eq!(assets.wasm, "/pkg/view-counter.B.wasm");
        assert_eq!(assets.style, "/pkg/view-counter.C.css");
        assert_eq!(hash_in("js: A", "css"), None);
    }
}
