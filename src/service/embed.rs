//! The scripts that a page of any site loads. They are made of `element/`.

use super::built_file;
use crate::web::{
    caching::{FOR_AN_HOUR, FOR_EVER, with_caching},
    headers,
    held_file::{HeldFile, Representation},
    site_files::SiteFiles,
};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use flate2::{Compression, write::GzEncoder};
use std::{io::Write, sync::LazyLock};

/// The element.
pub(crate) const PATH: &str = "/embed.js";
/// What the element loads where counters only show numbers.
pub(crate) const LISTED_PATH: &str = "/embed-listed.js";

/// The element under a name that it keeps, for pages that have the browser compare it with
/// a hash (Subresource Integrity): [`PATH`] changes with the program, and a browser would
/// refuse the new one.
///
/// When the version of the package rises after a release, the released script goes into
/// `element/released/`, and is served here too.
pub(crate) const PINNED_PATH: &str = concat!("/embed-", env!("CARGO_PKG_VERSION"), ".js");
/// What the pinned element loads where counters only show numbers.
pub(crate) const PINNED_LISTED_PATH: &str =
    concat!("/embed-listed-", env!("CARGO_PKG_VERSION"), ".js");

/// They are in every program, so that one without the site's files beside it can serve
/// other sites.
static SCRIPTS: LazyLock<[(&str, HeldFile); 4]> = LazyLock::new(|| {
    let element = script_of(include_bytes!("../../public/embed.js"));
    let listed = script_of(include_bytes!("../../public/embed-listed.js"));
    [
        (PATH, element.clone()),
        (PINNED_PATH, element),
        (LISTED_PATH, listed.clone()),
        (PINNED_LISTED_PATH, listed),
    ]
});

/// The script at the path of this request. It is the same for everyone, so any page may
/// load it, and may have the browser compare it with a hash, which takes CORS.
pub(crate) async fn script(site_files: State<SiteFiles>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // The build has compressed these better.
    let mut response = built_file(site_files, Request::from_parts(parts.clone(), body)).await;
    if response.status() == StatusCode::NOT_FOUND {
        response = built_in(&parts).unwrap_or(response);
    }
    let anyone = HeaderValue::from_static("*");
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, anyone);
    response
}

fn built_in(request: &Parts) -> Option<Response> {
    let path = request.uri.path();
    let (_, file) = SCRIPTS.iter().find(|(at, _)| *at == path)?;
    let answer = file.answer(&request.method, &request.headers);
    let caching = match path {
        PINNED_PATH | PINNED_LISTED_PATH => FOR_EVER,
        _ => FOR_AN_HOUR,
    };
    let mut response = with_caching(caching, answer);
    headers::mark_as_file(response.headers_mut());
    Some(response)
}

fn script_of(bytes: &'static [u8]) -> HeldFile {
    let plain = Representation::hashed(bytes);
    let media_type = HeaderValue::from_static("text/javascript");
    HeldFile::new(media_type, plain).with_compressed(gzipped(bytes), None)
}

/// `None` if it could not be compressed: then it is sent as it is.
fn gzipped(bytes: &[u8]) -> Option<Representation> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    Some(Representation::hashed(encoder.finish().ok()?))
}
