//! What is made of which file.

use super::*;
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use std::{fs, io::Write};
use tempfile::TempDir;

fn read_bytes(bytes: &[u8], strip: Option<&str>) -> Result<Imported, String> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("views");
    fs::write(&file, bytes).unwrap();
    let strip = strip.map(|strip| strip.parse().unwrap());
    read(&file, strip.as_ref(), |file| file).map_err(|error| {
        let error = error.to_string();
        let place = format!("{} cannot be imported: ", file.display());
        error.strip_prefix(&place).expect(&error).to_owned()
    })
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
    let text = "day,slug,views\n2026-11-20,a,2\n2026-11-21,a,3\n,a,-1\n2026-11-20,a,1\n";
    let days = vec![day("2026-11-20", 3), day("2026-11-21", 3)];
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
        let left_out: Vec<_> = imported.left_out.into_iter().collect();
        assert_eq!(left_out, [("pages elsewhere on the site".to_owned(), 2)]);
    }
}

#[test]
fn what_cannot_be_counted_is_an_error_with_its_line() {
    let cases = [
        ("", "line 1: it is to name the columns: `slug` or `path`"),
        ("slug,views\n", "there are no views in it"),
        (
            "hello,7\n",
            "line 1: it is to name the columns: `slug` or `path`",
        ),
        (
            "slug,day\na,2026-11-20\n",
            "line 1: it is to name the columns",
        ),
        (
            "slug,views\na,1\nb,many\n",
            "line 3: \"many\" is no number of views",
        ),
        (
            "slug,views\na,1\nb,1,2\n",
            "line 3: it has 3 columns, and the first line has 2",
        ),
        (
            "slug,views\na//b,1\n",
            "line 2: the slug has an empty segment",
        ),
        (
            "slug,views,day\na,1,yesterday\n",
            "line 2: \"yesterday\" is no day such as 2026-11-20",
        ),
        (
            "slug,views,day\na,-1,2026-11-20\n",
            "line 2: there cannot be -1 views on it",
        ),
        (
            "slug,views\na,9223372036854775807\na,1\n",
            "line 3: there cannot be 1 views on it",
        ),
        (
            "{\"views\":[{\"slug\":\"a\"}]}",
            "line 1: missing field `total`",
        ),
        (
            "{\"views\":[{\"slug\":\"a\",\"total\":1,\"days\":{\"x\":1}}]}",
            "line 1: ",
        ),
        ("{\n\"views\": 3}", "line 2: invalid type"),
        (
            "PK\u{3}\u{4}…",
            "it is a ZIP archive; of GoatCounter's two exports",
        ),
        (
            "1Path,Title\n",
            "line 1: GoatCounter's column \"Event\" is missing",
        ),
    ];
    for (text, expected) in cases {
        let error = read_text(text).unwrap_err();
        assert!(error.starts_with(expected), "{text:?}: {error}");
    }
    let error = read_bytes(b"slug,views\n\xff,1\n", None).unwrap_err();
    assert_eq!(error, "line 2: it is not UTF-8");
    let error = read_bytes(&[0x1f, 0x8b, 8, 0], None).unwrap_err();
    assert!(error.contains("unexpected end of file"), "{error}");
}

#[test]
fn of_goatcounter_every_page_view_counts_on_its_day() {
    let text = "\
2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,Location,FirstVisit,Date
/posts/hello,Hello,false,,Firefox 140,Linux,1a,0,,,\"1280,0,1\",NL,true,2026-11-19T23:59:59Z
/posts/hello,Hello,0,,Firefox 140,Linux,1a,0,,,\"1280,0,1\",NL,0,2026-11-20 00:00:01
/posts/hello?from=feed,Hello,false,,,,1b,0,,,,,true,2026-11-20T10:00:00Z
/posts/hello,Hello,false,,,,1c,5,,,,,true,2026-11-20T10:00:00Z
click-on-banner,Click,true,,,,1b,0,,,,,true,2026-11-20T10:00:00Z
/about,About,false,,,,1b,0,,,,,true,2026-11-20T10:00:00Z
/a//b,,false,,,,1b,0,,,,,true,2026-11-20T10:00:00Z
";
    let mut compressed = GzEncoder::new(Vec::new(), Compression::fast());
    compressed.write_all(text.as_bytes()).unwrap();
    let imported = read_bytes(&compressed.finish().unwrap(), Some("/posts/")).unwrap();
    assert_eq!(imported.kind, "GoatCounter's CSV");
    let days = vec![day("2026-11-19", 1), day("2026-11-20", 2)];
    assert_eq!(views(&imported), [("hello", 0, days)]);
    let left_out: Vec<_> = imported
        .left_out
        .iter()
        .map(|(why, n)| (why.as_str(), *n))
        .collect();
    assert_eq!(left_out.len(), 4, "{left_out:?}");
    assert_eq!(left_out[0], ("events", 1));
    assert_eq!(left_out[1], ("views by robots", 1));
    assert_eq!(left_out[2], ("views of pages elsewhere on the site", 1));
    assert!(
        left_out[3]
            .0
            .starts_with("views of pages that can have no slug: ")
    );
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
    let slug = "[a-z0-9 ,\"é/]{1,12}".prop_filter_map("a slug", |text| {
        let slug: Slug = text.parse().ok()?;
        // As a cell of a table, which is trimmed.
        (slug.as_str().trim() == slug.as_str()).then_some(slug)
    });
    let day = (2000i16..2100, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Date::constant(y, m, d));
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
    }
}
