//! What becomes of the pages of a source, whatever it answers.

mod following;
mod reading;
mod web;

use super::*;

fn slugs(names: &[&str]) -> BTreeSet<Slug> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn site_map(pages: &[&str]) -> String {
    let url = |page: &&str| format!("<url><loc>https://blog.example/{page}</loc></url>");
    let urls: String = pages.iter().map(url).collect();
    format!("<urlset>{urls}</urlset>")
}
