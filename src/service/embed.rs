//! The script that a page of any site loads. It is made of `element/`.

use crate::web::{
    caching::{FOR_AN_HOUR, with_caching},
    headers,
    site_files::SiteFiles,
};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    response::Response,
};

/// Where it is.
pub(crate) const PATH: &str = "/embed.js";

/// The script. It is the same for everyone, so any page may load it, and may have the
/// browser compare it with a hash (Subresource Integrity), which takes CORS.
pub(crate) async fn script(State(site_files): State<SiteFiles>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let mut response = with_caching(FOR_AN_HOUR, site_files.answer(&parts).await);
    let out = response.headers_mut();
    headers::mark_as_file(out);
    let anyone = HeaderValue::from_static("*");
    out.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, anyone);
    response
}
