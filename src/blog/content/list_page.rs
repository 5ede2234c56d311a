//! Splits a list of posts into pages, and gives each page its path.
//!
//! It may not know how a list looks.

use std::num::NonZeroUsize;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPage<T> {
    /// What is on it, in the order of the list.
    pub items: Vec<T>,
    /// Which page it is, from 1.
    pub number: usize,
    /// The number of the last page, at least 1.
    pub last: usize,
}

impl<T> ListPage<T> {
    /// The page with this number of a list with `per_page` items on each page; `None` if
    /// the list has no such page. An empty list has one page.
    pub(crate) fn new(list: Vec<T>, number: usize, per_page: NonZeroUsize) -> Option<Self> {
        let last = last(list.len(), per_page);
        let before = number.checked_sub(1)?.checked_mul(per_page.get())?;
        (number <= last).then(|| Self {
            items: list.into_iter().skip(before).take(per_page.get()).collect(),
            number,
            last,
        })
    }

    /// The path of the page before this one, of the list at `list_path`.
    pub(crate) fn previous_path(&self, list_path: &str) -> Option<String> {
        (self.number > 1).then(|| path(list_path, self.number - 1))
    }

    /// The path of the page after this one, of the list at `list_path`.
    pub(crate) fn next_path(&self, list_path: &str) -> Option<String> {
        (self.number < self.last).then(|| path(list_path, self.number + 1))
    }
}

/// The number of the last page of a list of so many items.
fn last(items: usize, per_page: NonZeroUsize) -> usize {
    items.div_ceil(per_page.get()).max(1)
}

/// The path of a page of the list at `list_path`: that path itself for the first page,
/// and `/page/2` behind it for the second.
pub(crate) fn path(list_path: &str, number: usize) -> String {
    match number {
        1 => list_path.to_owned(),
        _ => format!("{}/page/{number}", list_path.trim_end_matches('/')),
    }
}

/// The paths of all pages of the list of so many items at `list_path`.
pub(crate) fn paths(
    list_path: String,
    items: usize,
    per_page: NonZeroUsize,
) -> impl Iterator<Item = String> {
    (1..=last(items, per_page)).map(move |number| path(&list_path, number))
}

/// The path of the list, and the number of the page, that a path names. `None` for a
/// number that is not written as [`path`] writes it, except that `/page/1` is understood.
pub(crate) fn split(path: &str) -> Option<(&str, usize)> {
    let is_list = |path: &str| path.is_empty() || path.starts_with("/tags/");
    let Some((list_path, number)) = path.rsplit_once("/page/").filter(|(list, _)| is_list(list))
    else {
        return Some((path, 1));
    };
    let is_canonical = !number.starts_with('0') && number.bytes().all(|b| b.is_ascii_digit());
    let number = number.parse().ok().filter(|_| is_canonical)?;
    Some((if list_path.is_empty() { "/" } else { list_path }, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: NonZeroUsize = NonZeroUsize::new(2).unwrap();

    #[test]
    fn each_item_is_on_one_page() {
        let page = |number| ListPage::new(vec!['a', 'b', 'c', 'd', 'e'], number, TWO);
        let items = |number| page(number).map(|page| page.items);
        assert_eq!(items(1), Some(vec!['a', 'b']));
        assert_eq!(items(3), Some(vec!['e']));
        for none in [0, 4, usize::MAX] {
            assert_eq!(page(none), None, "{none}");
        }
        let empty = ListPage::<char>::new(Vec::new(), 1, TWO).unwrap();
        assert_eq!((empty.items.len(), empty.last), (0, 1));
    }

    #[test]
    fn a_page_leads_to_its_neighbours() {
        let page = |number| ListPage::new(vec![0; 6], number, TWO).unwrap();
        assert_eq!(page(1).previous_path("/"), None);
        assert_eq!(page(1).next_path("/").as_deref(), Some("/page/2"));
        assert_eq!(page(2).previous_path("/").as_deref(), Some("/"));
        let next = page(2).next_path("/tags/a");
        assert_eq!(next.as_deref(), Some("/tags/a/page/3"));
        assert_eq!(page(3).next_path("/tags/a"), None);
    }

    #[test]
    fn a_path_names_a_list_and_one_of_its_pages() {
        for path in paths("/tags/a".to_owned(), 7, TWO).chain(paths("/".to_owned(), 7, TWO)) {
            let (list, number) = split(&path).unwrap();
            assert_eq!(super::path(list, number), path);
        }
        for path in ["/about", "/posts/page/2", "/posts/a/page/1"] {
            assert_eq!(split(path), Some((path, 1)), "it is no list's");
        }
        assert_eq!(split("/page/1"), Some(("/", 1)));
        for path in [
            "/page/",
            "/page/0",
            "/page/02",
            "/page/+2",
            "/page/x",
            "/page/2/3",
        ] {
            assert_eq!(split(path), None, "{path}");
        }
        assert_eq!(split("/page/99999999999999999999999"), None);
    }
}
