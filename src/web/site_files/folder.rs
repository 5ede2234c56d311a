//! The built files in a folder.

use super::AssetPaths;
use super::is_watched;
use crate::web::{
    disk_file::{DiskFile, Links, is_not_there, unreadable},
    negotiation::liked,
};
use axum::{
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode_str;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The built files.
#[derive(Clone, Debug)]
pub struct SiteFiles {
    root: Arc<Path>,
    assets: AssetPaths,
    are_hashed: bool,
}

impl SiteFiles {
    /// Those in the folder `root`.
    pub fn in_folder(root: &Path) -> Self {
        let hashes = list_of_hashes();
        Self {
            root: root.into(),
            assets: AssetPaths::new(|extension| hash_in(hashes.as_deref()?, extension)),
            are_hashed: hashes.is_some(),
        }
    }

    /// Warns where there are none: a site is served all the same, with bare pages.
    pub fn warn_if_missing(&self) {
        if !self.root.join("pkg").is_dir() {
            tracing::warn!(
                site_root = %self.root.display(),
                "there is no style sheet and no WebAssembly; build them with `make`, or name their folder with --site-root"
            );
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

    /// The file at the path of this request, in the coding that the client likes best;
    /// 404 if there is none.
    pub(crate) async fn answer(&self, request: &Parts) -> Response {
        let Some(path) = relative_path(request.uri.path()) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let codings = liked(&request.headers, ["br", "gzip"]).map(Some);
        for coding in codings.chain([None]) {
            match self.in_coding(&path, coding, request).await {
                Ok(mut response) => {
                    // Also of one that was not compressed: another request may get one
                    // that was.
                    let vary = HeaderValue::from_static("accept-encoding");
                    response.headers_mut().insert(header::VARY, vary);
                    return response;
                }
                Err(error) if coding.is_some() && is_not_there(&error) => {}
                Err(error) => return unreadable(&error),
            }
        }
        StatusCode::NOT_FOUND.into_response()
    }

    /// What the build made of this file in this coding, beside the file itself.
    async fn in_coding(
        &self,
        path: &Path,
        coding: Option<&'static str>,
        request: &Parts,
    ) -> std::io::Result<Response> {
        let mut name = path.as_os_str().to_owned();
        match coding {
            Some("br") => name.push(".br"),
            Some(_) => name.push(".gz"),
            None => {}
        }
        let media_type = mime_guess::from_path(path).first_raw();
        let media_type = HeaderValue::from_static(media_type.unwrap_or("application/octet-stream"));
        // The folder is the build's, which may have linked files into it.
        let file = DiskFile::new(Arc::clone(&self.root), name.into(), Links::Follow);
        file.answer(media_type, coding, &request.method, &request.headers)
            .await
    }
}

/// The path below the folder that a request's path names; `None` if it names none, or one
/// that may lead out of the folder.
fn relative_path(path: &str) -> Option<PathBuf> {
    let segments = path.strip_prefix('/')?.split('/').map(|segment| {
        let name = percent_decode_str(segment).decode_utf8().ok()?;
        let is_name = !matches!(&*name, "" | "." | "..") && !name.contains(['/', '\\', '\0']);
        is_name.then(|| name.into_owned())
    });
    segments.collect()
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

    #[test]
    fn a_path_names_a_file_below_the_folder_or_none() {
        let found = |path| relative_path(path);
        assert_eq!(found("/pkg/a%20b.css"), Some("pkg/a b.css".into()));
        for path in [
            "/",
            "pkg",
            "//a",
            "/a/",
            "/..",
            "/a/../b",
            "/a/%2e%2E/b",
            "/a/..%2fb",
            "/a%5cb",
            "/a%00",
            "/%ff",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
