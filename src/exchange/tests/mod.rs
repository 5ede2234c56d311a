//! What is made of which file.

mod exports;
mod hostile;
mod tables;

use super::{collected::LeftOut, *};
use crate::counter::{protocol::Slug, store::Views};
use flate2::{Compression, write::GzEncoder};
use jiff::civil::Date;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::{fs, io::Write};
use tempfile::TempDir;

fn read_with(bytes: &[u8], options: &Options) -> Result<Imported, String> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("views");
    fs::write(&file, bytes).unwrap();
    let input = Input::File(file.clone());
    read(&input, options, |file, _| file).map_err(|error| {
        let error = error.to_string();
        let place = format!("{} cannot be imported: ", file.display());
        error.strip_prefix(&place).expect(&error).to_owned()
    })
}

fn read_bytes(bytes: &[u8], strip: Option<&str>) -> Result<Imported, String> {
    let options = Options {
        strip: strip.map(|strip| strip.parse().unwrap()),
        ..Options::default()
    };
    read_with(bytes, &options)
}

fn read_text(text: &str) -> Result<Imported, String> {
    read_bytes(text.as_bytes(), None)
}

/// A slug with what has no day, and what has.
type OfSlug<'a> = (&'a str, i64, Vec<(String, u64)>);

fn views(imported: &Imported) -> Vec<OfSlug<'_>> {
    let views = imported.views.iter();
    views
        .map(|(slug, views)| {
            let days = views.days.iter().map(|(day, n)| (day.to_string(), *n));
            (slug.as_str(), views.undated, days.collect())
        })
        .collect()
}

/// What is left out, and how many of each.
fn left_out(imported: &Imported) -> Vec<(&str, u64)> {
    let left_out = imported.left_out.iter();
    left_out
        .map(|(why, LeftOut { count, .. })| (*why, *count))
        .collect()
}

fn day(text: &str, views: u64) -> (String, u64) {
    (text.to_owned(), views)
}

#[test]
fn a_table_has_a_slug_and_its_views_a_line() {
    let imported = read_text("slug,views\nhello,1204\nposts/b, 3\nhello,1\n").unwrap();
    assert_eq!(imported.kind, "CSV");
    assert_eq!(
        views(&imported),
        [("hello", 1205, vec![]), ("posts/b", 3, vec![])]
    );
    // As spreadsheets and PowerShell begin a file.
    for marked in [
        "\u{feff}slug,total\r\nhello,7\r\n",
        "\u{feff}{\"views\":[{\"slug\":\"hello\",\"total\":7}]}\r\n",
    ] {
        assert_eq!(views(&read_text(marked).unwrap()), [("hello", 7, vec![])]);
    }
}

#[test]
fn a_table_may_have_days() {
    let text = "day,slug,views\n2025-11-20,a,2\n2025-11-21,a,3\n,a,-1\n2025-11-20,a,1\n";
    let days = vec![day("2025-11-20", 3), day("2025-11-21", 3)];
    assert_eq!(views(&read_text(text).unwrap()), [("a", -1, days)]);
}

#[test]
fn a_table_may_name_pages_by_their_path() {
    let text = "path,views\n/Posts/Hello/?a=https://b.example,2\nhttps://blog.example/posts/hello,3\n/about,9\n/,1\n";
    let imported = read_text(text).unwrap();
    assert_eq!(
        views(&imported),
        [
            ("about", 9, vec![]),
            ("index", 1, vec![]),
            ("posts/hello", 5, vec![])
        ]
    );
    for strip in ["/posts/", "posts"] {
        let imported = read_bytes(text.as_bytes(), Some(strip)).unwrap();
        assert_eq!(views(&imported), [("hello", 5, vec![])], "{strip}");
        assert_eq!(left_out(&imported), [("pages elsewhere on the site", 2)]);
    }
}

#[test]
fn what_cannot_be_counted_is_an_error_with_its_line() {
    let cases = [
        ("", "there are no views in it"),
        ("slug,views\n", "there are no views in it"),
        (
            "hello,7\n",
            "line 1: it does not name the columns of pages and views",
        ),
        (
            "slug,day\na,2026-11-20\n",
            "line 1: it does not name the columns of pages and views",
        ),
        (
            "slug,views\na,1\nb,many\n",
            "line 3: \"many\" is no whole number of views",
        ),
        (
            "slug,views\na,1\nb,1,2\n",
            "line 3: it has 3 columns, and the first line has 2",
        ),
        (
            "slug,views,day\na,1,yesterday\n",
            "line 2: \"yesterday\" is no day such as 2026-11-20",
        ),
        (
            "slug,views,day\na,1,2226-11-20\n",
            "line 2: \"2226-11-20\" is no day between 1990-01-01 and tomorrow",
        ),
        (
            "slug,views,day\na,-1,2025-11-20\n",
            "line 2: there cannot be -1 views on it",
        ),
        (
            "slug,views\na,9223372036854775807\na,1\n",
            "line 3: there cannot be 1 views on it",
        ),
        (
            "slug,views\na,1\n\"b\nc,2\nd,3\n",
            "line 3: a quotation mark begins a cell here and none ends it",
        ),
        (
            "{\"views\":[{\"slug\":\"a\"}]}",
            "line 1: missing field `total`",
        ),
        (
            "{\"views\":[{\"slug\":\"a\",\"total\":1,\"days\":{\"x\":1}}]}",
            "line 1: ",
        ),
        (
            "{\"views\":[\n{\"slug\":\"a\",\"total\":3,\n\"days\":{\"2025-11-20\":1,\n\"2025-11-20\":2}}]}",
            "line 4: the day 2025-11-20 is there twice",
        ),
        ("{\"views\": 3}", "line 1: invalid type"),
        ("{\"a\":\n3}", "it is JSON with no list of pages"),
        ("{\"a\":\n3", "line 2: "),
        ("PK\u{3}\u{4}…", "it is a ZIP archive that cannot be read: "),
        (
            "1Path,Title\n",
            "line 1: GoatCounter's column \"event\" is missing",
        ),
        (
            "3Path,Event,Bot,Date\n",
            "line 1: it is GoatCounter's CSV of version 3",
        ),
        (
            "SQLite format 3\0…",
            "it is a SQLite database. If it is one of this program, write",
        ),
        ("<!DOCTYPE html>", "it is a web page or XML"),
    ];
    for (text, expected) in cases {
        let error = read_text(text).unwrap_err();
        assert!(error.starts_with(expected), "{text:?}: {error}");
    }
    let error = read_bytes(&[0x1f, 0x8b, 8, 0], None).unwrap_err();
    assert!(error.contains("unexpected end of file"), "{error}");
}

#[test]
fn a_file_is_known_by_its_whole_content() {
    // SHA-256 of "slug,views\na,1\n", by sha256sum.
    let imported = read_text("slug,views\na,1\n").unwrap();
    assert_eq!(
        imported.sha256,
        "c072044aec205c194fe6b1f5fc91ad12c02b4f79ecdd4c2f34d50168f973d2f0"
    );
}

fn any_views() -> impl Strategy<Value = BTreeMap<Slug, Views>> {
    let slug = "[a-z ,;\"é/'=+@#-]{1,12}";
    let slug = slug.prop_filter_map("a slug", |text| text.parse::<Slug>().ok());
    let day = (2000i16..2025, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Date::constant(y, m, d));
    let days = prop::collection::btree_map(day, 1u64..1_000_000, 0..4);
    let of_slug = (days, -1_000i64..1_000_000).prop_map(|(days, undated)| Views { undated, days });
    prop::collection::btree_map(slug, of_slug, 1..6)
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(all in any_views()) {
        let mut csv = Vec::new();
        write_csv(&mut csv, &all).unwrap();
        prop_assert_eq!(&read_bytes(&csv, None).unwrap().views, &all);
        let mut json = Vec::new();
        write_json(&mut json, &all, &[]).unwrap();
        prop_assert_eq!(&read_bytes(&json, None).unwrap().views, &all);
    }

    #[test]
    fn any_bytes_are_views_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_bytes(&bytes, None);
        let mut table = b"slug,views,day\n".to_vec();
        table.extend(&bytes);
        let _ = read_bytes(&table, Some("a"));
        let mut json = b"[{\"page\":\"".to_vec();
        json.extend(&bytes);
        let _ = read_bytes(&json, None);
    }
}
