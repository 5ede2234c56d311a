//! The script that a page of any site loads. It is made of `element/`.

use super::built_file;
use crate::web::site_files::SiteFiles;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    response::Response,
};

/// Where it is.
pub(crate) const PATH: &str = "/embed.js";

/// The script. It is the same for everyone, so any page may load it, and may have the
/// browser compare it with a hash (Subresource Integrity), which takes CORS.
pub(crate) async fn script(site_files: State<SiteFiles>, request: Request) -> Response {
    let mut response = built_file(site_files, request).await;
    let anyone = HeaderValue::from_static("*");
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, anyone);
    response
}
