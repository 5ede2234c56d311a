//! Tables of no known program.

use super::*;

fn with(change: impl FnOnce(&mut Options)) -> Options {
    let mut options = Options::default();
    change(&mut options);
    options
}

#[test]
fn columns_are_known_by_their_names_whatever_separates_them() {
    let hello = [("hello", 1204, vec![])];
    for text in [
        "Slug,Views\nhello,1204\n",
        "page,pageviews\n/hello,1204\n",
        "PAGE,hits\n/hello/,\"1,204\"\n",
        "Page_path;Page Views\n/hello;1.204\n",
        "url\ttotal\nhttps://blog.example/hello\t1 204\n",
        "sep=;\npath;count\n/hello;1204,0\n",
        "pathname,visitors,views,title\n/hello,7,1204.0,\"a, b\"\n",
        "path,views,,\n/hello,1204,,\n\n,,,\n",
        "views,path\r\n1204,/hello\r\n",
    ] {
        let imported = read_text(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(views(&imported), hello, "{text:?}");
    }
    let imported = read_text("path;views;Datum;date\n/hello;5;x;20.11.2025\n").unwrap();
    assert_eq!(views(&imported), [("hello", 0, vec![day("2025-11-20", 5)])]);
}

#[test]
fn a_table_may_be_in_utf_16_or_latin_1() {
    let text = "path,views\n/é,5\n";
    let little = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    let little: Vec<u8> = little.flat_map(u16::to_le_bytes).collect();
    let unmarked: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [little, unmarked, big] {
        assert_eq!(
            views(&read_bytes(&bytes, None).unwrap()),
            [("é", 5, vec![])]
        );
    }
    let imported = read_bytes(b"path,views\n/\xe9,5\n/a,1\n", None).unwrap();
    assert_eq!(views(&imported), [("a", 1, vec![]), ("é", 5, vec![])]);
    assert_eq!(
        imported.notes,
        ["lines that are not UTF-8 were read as Windows-1252 (1)"]
    );
}

#[test]
fn what_is_ambiguous_asks_for_the_column() {
    let error = read_text("page,url,views\n/a,/b,5\n").unwrap_err();
    assert!(error.contains(r#"line 1: "page", "url" may all be the path; say which one, for example --column path="page""#), "{error}");
    let error = read_text("slug,path,views\na,/b,5\n").unwrap_err();
    assert!(
        error.contains(r#""slug" and "path" may both name the page"#),
        "{error}"
    );
    let text = b"Seite,Aufrufe,Tag\n/a,5,2025-11-20\n";
    let error = read_bytes(text, None).unwrap_err();
    assert!(error.contains(r#"it names "Seite", "Aufrufe", "Tag". Say which is which, for example --column path="Seite" --column views="Aufrufe""#), "{error}");
    let columns = |choices: &[&str]| {
        let choices = choices.iter().map(|choice| choice.parse().unwrap());
        with(|options| options.columns = choices.collect())
    };
    let imported = read_with(text, &columns(&["path=Seite", "views=aufrufe", "day=3"])).unwrap();
    assert_eq!(views(&imported), [("a", 0, vec![day("2025-11-20", 5)])]);
    let expected = [("path", "Seite"), ("views", "Aufrufe"), ("day", "Tag")];
    assert_eq!(
        imported.columns,
        expected.map(|(role, name)| (role, name.to_owned()))
    );
    let error = read_with(text, &columns(&["path=Weg"])).unwrap_err();
    assert!(
        error.contains(r#"there is no column "Weg"; there are "Seite","#),
        "{error}"
    );
    let imported = read_with(b"hello,5\nb,1\n", &columns(&["slug=1", "views=2"])).unwrap();
    assert_eq!(views(&imported), [("b", 1, vec![]), ("hello", 5, vec![])]);
    let imported = read_with(b"path,views,date\n/a,5,lately\n", &columns(&["day=-"])).unwrap();
    assert_eq!(views(&imported), [("a", 5, vec![])]);
    for wrong in ["path", "path=", "title=a", "=a"] {
        assert!(wrong.parse::<ColumnChoice>().is_err(), "{wrong}");
    }
}

#[test]
fn a_row_without_a_page_is_left_out_and_counted() {
    let long = "x".repeat(201);
    let text = format!(
        "path,views\n/,1\n,9\n(not set),9\nTotal,9\nGrand total,9\n/a%00b,9\n/{long},9\n/c,\nmailto:a@b.example,2\n"
    );
    let imported = read_text(&text).unwrap();
    assert_eq!(
        views(&imported),
        [("index", 1, vec![]), ("mailto:a@b.example", 2, vec![])]
    );
    assert_eq!(
        left_out(&imported),
        [
            ("lines of totals", 2),
            ("lines without a number", 1),
            ("lines without a page", 1),
            ("pages that are not known", 1),
            ("pages whose address can be no slug", 2),
        ]
    );
    let examples = &imported.left_out["pages whose address can be no slug"].examples;
    assert_eq!(
        examples,
        &["/a%00b".to_owned(), format!("/{}", &long[..79])]
    );
}

#[test]
fn a_slug_called_total_is_left_out_if_it_is_the_sum() {
    let imported = read_text("slug,views\na,3\nb,4\nTotal,7\n").unwrap();
    assert_eq!(views(&imported), [("a", 3, vec![]), ("b", 4, vec![])]);
    assert_eq!(left_out(&imported), [("lines of totals", 1)]);
    let imported = read_text("slug,views\na,3\nb,4\nTotal,8\n").unwrap();
    assert_eq!(imported.views.len(), 3);
    // What this program exported is taken at its word.
    let imported = read_text("slug,day,views\na,,3\ntotal,,3\n").unwrap();
    assert_eq!(imported.views.len(), 2);
}

#[test]
fn a_path_in_a_column_of_slugs_is_a_path() {
    let text = "slug,views\n/Posts/Hello/,3\nhttps://blog.example/posts/hello,4\nposts/hello,5\nPosts/Hello,6\n";
    let imported = read_text(text).unwrap();
    assert_eq!(
        views(&imported),
        [("Posts/Hello", 6, vec![]), ("posts/hello", 12, vec![])]
    );
}

#[test]
fn pages_of_several_hosts_ask_for_the_host() {
    let text = b"url,views\nhttps://blog.example/a,1\nhttps://www.blog.example/a,2\nshop.example/a,4\nlocalhost:1313/a,8\n/a,16\n";
    let error = read_bytes(text, None).unwrap_err();
    assert_eq!(
        error,
        "it has pages of several hosts: \"blog.example\" (2), \"localhost\" (1), \"shop.example\" (1). Say whose to import, for example --host blog.example, or --host any to add them up"
    );
    let read = |hosts: &[&str]| {
        let hosts = hosts.iter().map(|host| host.parse().unwrap()).collect();
        read_with(text, &with(|options| options.hosts = hosts)).unwrap()
    };
    let imported = read(&["https://www.blog.example/"]);
    assert_eq!(views(&imported), [("a", 19, vec![])]);
    assert_eq!(left_out(&imported), [("pages of other hosts", 2)]);
    assert_eq!(
        views(&read(&["blog.example", "shop.example"])),
        [("a", 23, vec![])]
    );
    assert_eq!(views(&read(&["any"])), [("a", 31, vec![])]);
    // A column of its own, and none at all.
    let error = read_text("host,path,views\nblog.example,/a,1\nshop.example,/a,1\n").unwrap_err();
    assert!(
        error.starts_with("it has pages of several hosts"),
        "{error}"
    );
    let imported = read_text("page,views\nblog.example/a,1\nv1.2/a,2\nindex.php/a,3\n").unwrap();
    let slugs: Vec<_> = imported.views.keys().map(Slug::as_str).collect();
    assert_eq!(slugs, ["a", "index.php/a", "v1.2/a"]);
}

#[test]
fn a_map_gives_pages_the_address_that_they_have_now() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("map.csv");
    fs::write(
        &file,
        "from,to\n/2019/01/hello.html,/posts/hello/\n/old,old-slug\nhttps://blog.example/unused,/x\n",
    )
    .unwrap();
    let options = with(|options| {
        options.map = Some(AddressMap::read(&file, &[]).unwrap());
        options.strip = Some("/posts/".parse().unwrap());
    });
    let text = b"path,views\n/2019/01/hello.html?a=b,3\n/old/,4\n/posts/hello,5\n/other,6\n";
    let imported = read_with(text, &options).unwrap();
    assert_eq!(
        views(&imported),
        [("hello", 8, vec![]), ("old-slug", 4, vec![])]
    );
    assert_eq!(left_out(&imported), [("pages elsewhere on the site", 1)]);
    assert_eq!(
        imported.notes,
        ["addresses of the map that the file does not name (1)"]
    );
    for (map, expected) in [
        ("/a\n", "line 1: it is to have two columns"),
        ("/a,/b\n/a/,/c\n", "line 2: a is there already"),
        (
            "/a,/b%00\n",
            "line 1: \"/b%00\": the slug has a control character",
        ),
    ] {
        fs::write(&file, map).unwrap();
        let error = AddressMap::read(&file, &[]).unwrap_err().to_string();
        assert!(error.contains(expected), "{map:?}: {error}");
    }
}

#[test]
fn cells_that_are_marked_for_spreadsheets_are_unmarked() {
    let all = BTreeMap::from(["=1+1", "'=a", "'a", " spaced ", "-x"].map(|slug| {
        let views = Views {
            undated: 3,
            days: BTreeMap::new(),
        };
        (slug.parse::<Slug>().unwrap(), views)
    }));
    let mut csv = Vec::new();
    write_csv(&mut csv, &all).unwrap();
    let text = String::from_utf8(csv.clone()).unwrap();
    for line in text.lines() {
        assert!(!line.starts_with(['=', '+', '-', '@']), "{text}");
    }
    assert_eq!(read_bytes(&csv, None).unwrap().views, all);
}

#[test]
fn the_first_rows_show_how_each_is_understood() {
    let lines = (0..20).map(|n| format!("/Posts/{n}/,{n},2025-11-20\n"));
    let text = format!("path,views,day\n{}", lines.collect::<String>());
    let imported = read_text(&text).unwrap();
    assert_eq!(imported.rows.len(), 10);
    let row = &imported.rows[3];
    assert_eq!(
        (row.page.as_str(), row.slug.as_str(), row.views),
        ("/Posts/3/", "posts/3", 3)
    );
    assert_eq!(row.day, Some(Date::constant(2025, 11, 20)));
}

#[test]
fn a_query_parameter_may_name_pages() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("map.csv");
    fs::write(&file, "/?p=7,/hello/\n").unwrap();
    let options = with(|options| {
        options.parameters = vec!["p".into()];
        options.map = Some(AddressMap::read(&file, &options.parameters).unwrap());
    });
    let text =
        b"path,views\n/?p=7,3\nhttps://blog.example/?p=8&utm_source=a,4\n/about?utm_source=a,5\n";
    let imported = read_with(text, &options).unwrap();
    assert_eq!(
        views(&imported),
        [
            ("about", 5, vec![]),
            ("hello", 3, vec![]),
            ("p=8", 4, vec![])
        ]
    );
}
