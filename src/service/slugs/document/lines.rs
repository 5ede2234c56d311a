//! A plain list: a slug or an address a line, as people write it or as the site map
//! protocol has it (`sitemap.txt`).

use super::{Builder, Unreadable, shown};
use crate::service::slugs::page::slug_named;

/// How many lines are looked at to tell a list from other texts.
const LOOKED_AT: usize = 10;
/// What a column of a table of pages is usually called.
const COLUMNS: [&str; 12] = [
    "address", "count", "date", "id", "loc", "page", "path", "slug", "title", "url", "views",
    "visitors",
];

/// Adds one page a line; what follows `#` is a remark. A line is
///
/// - an address, `https://blog.example/Posts/Hello/`, read as in a site map;
/// - a path, if it begins or ends with a slash, read in the same way;
/// - or else a slug as an element's `slug` attribute names it. Capital letters stay, which
///   the slug of a path has not.
pub(super) fn read(text: &str, to: &mut Builder<'_>) -> Result<(), Unreadable> {
    is_list(text)?;
    let mut is_empty = true;
    for (n, line) in lines(text) {
        is_empty = false;
        if is_address(line) || line.starts_with('/') || line.ends_with('/') {
            // `//a` is a path here, and no host.
            let path = line.trim_start_matches('/');
            match path.len() == line.len() && is_address(line) {
                true => to.page(line),
                false => to.page(&format!("/{path}")),
            }
            continue;
        }
        let slug = slug_named(line).map_err(|why| Unreadable::Line { line: n, why })?;
        if slug.as_str().to_lowercase() != slug.as_str() {
            to.document.capitals.add(|| shown(slug.as_str()));
        }
        to.slug(slug);
    }
    match is_empty {
        true => Err(Unreadable::Empty),
        false => Ok(()),
    }
}

/// The lines that say something, without remarks, and their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    let lines = lines.map(|(n, line)| {
        let before = line.split_once('#').map_or(line, |(before, _)| before);
        (n + 1, before.trim())
    });
    lines.filter(|(_, line)| !line.is_empty())
}

/// Whether this is an address and no slug or path.
fn is_address(line: &str) -> bool {
    let scheme = line.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

/// Refuses texts that are something else, by what they are.
fn is_list(text: &str) -> Result<(), Unreadable> {
    let first: Vec<&str> = lines(text).map(|(_, line)| line).take(LOOKED_AT).collect();
    let is_control = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
    if first.iter().any(|line| line.contains(is_control)) {
        return Err(Unreadable::Binary);
    }
    if first.iter().any(|line| value(line, "user-agent").is_some()) {
        let site_map = lines(text).find_map(|(_, line)| value(line, "sitemap"));
        let site_map = site_map.map_or_else(|| "none".to_owned(), shown);
        return Err(Unreadable::Robots(site_map));
    }
    for separator in [',', ';', '\t'] {
        let mut rows = first.iter().map(|line| {
            let cells = line.split(separator);
            cells.map(|cell| cell.trim()).collect::<Vec<_>>()
        });
        let Some(head) = rows.next().filter(|head| head.len() > 1) else {
            continue;
        };
        let is_name = |cell: &&str| COLUMNS.contains(&&*cell.trim_matches('"').to_lowercase());
        let is_number = |cell: &str| !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit());
        let ends_in_number = |row: &Vec<&str>| row.last().is_some_and(|cell| is_number(cell));
        let is_quoted =
            |cell: &&str| cell.len() > 1 && cell.starts_with('"') && cell.ends_with('"');
        let all_numbered = ends_in_number(&head)
            && rows.all(|row| row.len() == head.len() && ends_in_number(&row));
        if all_numbered || head.iter().any(|cell| is_name(cell) || is_quoted(cell)) {
            return Err(Unreadable::Table);
        }
    }
    Ok(())
}

/// The value of a field of a robots.txt.
fn value<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (field, value) = line.split_once(':')?;
    let is_it = field.trim().eq_ignore_ascii_case(name);
    is_it.then(|| value.trim())
}
