//! Tables without names: what WordPress.com and Jetpack Stats download of posts and pages,
//! a title, its views and its address; and a list of addresses and their views, as one gets
//! it of Vercount or busuanzi.

use crate::exchange::{
    columns::{Columns, Names, PageColumn},
    number::whole_number,
};

/// The columns of such a table, by its first line.
pub(super) fn columns(first: &Names) -> Option<Columns> {
    let is_number = |at: usize| whole_number(&first.raw[at]).is_some();
    let names_page = |at: usize| {
        let cell = &first.raw[at];
        cell.starts_with('/') || cell.contains("://") || cell.starts_with("pv:page:")
    };
    let (page, views) = match first.raw.len() {
        2 if names_page(0) && is_number(1) => (0, 1),
        2 if names_page(1) && is_number(0) => (1, 0),
        3 if names_page(2) && is_number(1) => (2, 1),
        _ => return None,
    };
    Some(Columns {
        page: PageColumn::Path(page),
        host: None,
        views: Some(views),
        day: None,
        format: None,
    })
}
