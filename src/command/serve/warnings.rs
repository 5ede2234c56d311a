//! What is not wrong enough to stop the start of the blog, and that its owner has to know.

use std::net::{IpAddr, SocketAddr};
use view_counter::{
    blog::content::{Content, PreviewProblem},
    config::Serve,
};

/// Names the posts that readers do not see as they were meant.
pub(super) fn of_content(content: &Content) {
    of_refused_images(content);
    of_previews(content);
}

/// Names the posts whose images browsers do not all show.
fn of_refused_images(content: &Content) {
    for (file, refused) in content.refused_image_sources() {
        let first = refused.first().map(ToString::to_string).unwrap_or_default();
        tracing::warn!(
            file,
            refused = refused.len(),
            first,
            "this page shows images of too many sites: the headers of its answer have no room for all of them, and a browser does not show those of the sites that are left out; copy these images into the content folder"
        );
    }
}

/// Names the posts whose previews on other sites have another picture than was meant, or none.
fn of_previews(content: &Content) {
    let mut without_picture = Vec::new();
    for (file, problem) in content.preview_problems() {
        match problem {
            PreviewProblem::NamedImage(image) => tracing::warn!(
                file,
                image,
                "previews of this post on other sites do not show the image that it names: they show PNG, JPEG, WebP and GIF; name such an image with `image`"
            ),
            PreviewProblem::NoImageOfText => without_picture.push(file),
        }
    }
    // Nobody asked for one by name.
    if !without_picture.is_empty() {
        tracing::info!(
            files = without_picture.join(", "),
            "previews of these posts on other sites have no picture: they show PNG, JPEG, WebP and GIF, and the posts have other images; name such an image with `image`"
        );
    }
}

/// Warns if the world seems to reach the site, and nobody said under which address.
pub(super) fn of_unknown_address(settings: &Serve, address: SocketAddr) {
    let is_behind_proxy = !settings.trusted_proxies.is_empty();
    if settings.site_url.is_none() && (is_public(address.ip()) || is_behind_proxy) {
        tracing::warn!(
            listen = %address,
            "the address of the site is not known, so its pages have no canonical address and no picture in previews, there is no site map, and the links of the feed are relative; name it with --site-url, for example --site-url https://blog.example"
        );
    }
}

/// Whether other machines reach a server that listens on this address.
fn is_public(address: IpAddr) -> bool {
    !address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_reach_every_address_but_the_machine_s_own() {
        for address in ["0.0.0.0", "::", "203.0.113.5", "192.168.1.5", "fe80::1"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["127.0.0.1", "127.0.0.5", "::1", "::ffff:127.0.0.1"] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }
}
