//! The exports of other counters, as their programs write them.

use super::*;
use zip::{ZipWriter, write::SimpleFileOptions};

/// What is read of a file, without its note.
fn is_read(bytes: &[u8], kind: &str, expected: &[OfSlug<'_>]) -> Imported {
    let imported = read_bytes(bytes, None).unwrap_or_else(|error| panic!("{kind}: {error}"));
    assert_eq!(imported.kind, kind);
    assert_eq!(views(&imported), expected, "{kind}");
    imported
}

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        archive
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn utf_16(text: &str) -> Vec<u8> {
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

#[test]
fn of_goatcounter_every_page_view_counts_on_its_day() {
    let text = "\
2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,Location,FirstVisit,Date
/posts/hello,Hello,false,,Firefox 140,Linux,1a,0,,,\"1280,0,1\",NL,true,2025-11-19T23:59:59Z
/posts/hello,Hello,0,,Firefox 140,Linux,1a,0,,,\"1280,0,1\",NL,0,2025-11-20 00:00:01
/posts/hello?from=feed,Hello,false,,,,1b,0,,,,,true,2025-11-20T10:00:00Z
/posts/hello,Hello,false,,,,1c,5,,,,,true,2025-11-20T10:00:00Z
click-on-banner,Click,true,,,,1b,0,,,,,true,2025-11-20T10:00:00Z
/about,About,false,,,,1b,0,,,,,true,2025-11-20T10:00:00Z
/a%00b,,false,,,,1b,0,,,,,true,2025-11-20T10:00:00Z
";
    let mut compressed = GzEncoder::new(Vec::new(), Compression::fast());
    compressed.write_all(text.as_bytes()).unwrap();
    let imported = read_bytes(&compressed.finish().unwrap(), Some("/posts/")).unwrap();
    assert_eq!(imported.kind, "GoatCounter's CSV");
    let days = vec![day("2025-11-19", 1), day("2025-11-20", 2)];
    assert_eq!(views(&imported), [("hello", 0, days)]);
    assert_eq!(
        left_out(&imported),
        [
            ("events", 1),
            ("pages elsewhere on the site", 1),
            ("pages whose address can be no slug", 1),
            ("views by robots", 1)
        ]
    );
}

#[test]
fn of_goatcounter_the_statistics_in_the_archive_are_read() {
    let archive = zip(&[
        (
            "goatcounter-export/hit_stats.jsonl",
            r#"{"hour":"2025-11-19T23:00:00Z","path_id":7,"ref_id":1,"count":4}
{"hour":"2025-11-20T00:00:00Z","path_id":7,"ref_id":1,"count":2}
{"hour":"2025-11-20T01:00:00Z","path_id":7,"ref_id":2,"count":1}
{"hour":"2025-11-20T01:00:00Z","path_id":8,"ref_id":1,"count":9}
{"hour":"2025-11-20T01:00:00Z","path_id":9,"ref_id":1,"count":9}
"#,
        ),
        (
            "goatcounter-export/paths.jsonl",
            r#"{"id":7,"path":"/hello/","title":"Hello"}
{"id":8,"event":true,"path":"click","title":""}
"#,
        ),
        ("goatcounter-export/info.json", "{}"),
    ]);
    let days = vec![day("2025-11-19", 4), day("2025-11-20", 3)];
    let imported = is_read(&archive, "GoatCounter's JSON", &[("hello", 0, days)]);
    assert_eq!(
        left_out(&imported),
        [("events", 1), ("views of paths that are not named", 1)]
    );
}

#[test]
fn plausible_exports_a_site_its_dashboard_and_answers() {
    let pages = "\"date\",\"hostname\",\"page\",\"visits\",\"visitors\",\"pageviews\",\"total_scroll_depth\",\"total_scroll_depth_visits\"
2025-11-19,\"blog.example\",\"/hello/\",3,2,5,\\N,\\N
2025-11-20,\"blog.example\",\"/hello/\",1,1,1,\\N,\\N
";
    let days = vec![day("2025-11-19", 5), day("2025-11-20", 1)];
    let visitors = "date,visitors,pageviews,bounces,visits,visit_duration\n2025-11-19,9,9,9,9,9\n";
    let archive = zip(&[
        ("imported_visitors_20251119_20251120.csv", visitors),
        ("imported_pages_20251119_20251120.csv", pages),
    ]);
    for bytes in [&archive, pages.as_bytes()] {
        is_read(
            bytes,
            "Plausible's export of a site",
            &[("hello", 0, days.clone())],
        );
    }
    let archive = zip(&[
        ("visitors.csv", visitors),
        (
            "pages.csv",
            "name,visitors,pageviews,bounce_rate,time_on_page,scroll_depth\n/hello,2,5,50,30,80\n",
        ),
        ("sources.csv", "name,visitors\nA search,3\n"),
    ]);
    let kind = "Plausible's export of its dashboard";
    let imported = is_read(&archive, kind, &[("hello", 5, vec![])]);
    assert_eq!(imported.notes.len(), 1);
    is_read(
        br#"{"results":[{"page":"/hello","visitors":2,"pageviews":5},{"page":"/","visitors":2,"pageviews":1}]}"#,
        "JSON",
        &[("hello", 5, vec![]), ("index", 1, vec![])],
    );
    is_read(
        br#"{"results":[{"metrics":[2,5],"dimensions":["/hello","2025-11-20"]}],"meta":{},
            "query":{"metrics":["visitors","pageviews"],"dimensions":["event:page","time:day"]}}"#,
        "JSON",
        &[("hello", 0, vec![day("2025-11-20", 5)])],
    );
}

#[test]
fn umami_exports_pages_and_its_table_of_events() {
    let hello = [("hello", 5, vec![])];
    let archive = zip(&[
        ("events.csv", "x,t,y\nclick,2025-11-20,3\n"),
        ("pages.csv", "x,y\r\n/hello,5\r\n"),
        ("os.csv", "x,y\r\nLinux,5\r\n"),
    ]);
    is_read(&archive, "Umami's pages", &hello);
    is_read(br#"[{"x":"/hello","y":5}]"#, "Umami's pages", &hello);
    is_read(
        br#"[{"name":"/hello","pageviews":5,"visitors":2,"visits":3,"bounces":1,"totaltime":99}]"#,
        "Umami's expanded metrics",
        &hello,
    );
    let events =
        "website_id,session_id,hostname,url_path,url_query,event_type,event_name,created_at
a,b,blog.example,/hello,,1,,2025-11-20 10:00:00
a,b,blog.example,/hello,q=1,1,,2025-11-20 23:59:59
a,b,blog.example,/hello,,2,click,2025-11-20 10:00:00
";
    let imported = is_read(
        events.as_bytes(),
        "Umami's table of events",
        &[("hello", 0, vec![day("2025-11-20", 2)])],
    );
    assert_eq!(left_out(&imported), [("events", 1)]);
}

#[test]
fn matomo_exports_pages_in_utf_16_and_json() {
    let kind = "Matomo's pages";
    let csv = "label,nb_visits,nb_hits,sum_time_spent,metadata_url
/hello,3,5,10,https://blog.example/hello
/,2,2,10,https://blog.example/
Others,9,9,9,
";
    let expected = [("hello", 5, vec![]), ("index", 2, vec![])];
    let imported = is_read(&utf_16(csv), kind, &expected);
    assert_eq!(left_out(&imported), [("lines without a page", 1)]);
    let tsv = "Label\tUnique Pageviews\tPageviews\tBounce Rate\n/hello\t3\t5\t50%\n/index\t2\t2\t0%\nblog\t9\t9\t0%\n";
    let imported = is_read(&utf_16(tsv), kind, &expected);
    assert_eq!(
        left_out(&imported),
        [("folders and totals of Matomo; export the flat table", 1)]
    );
    let json = br#"{"2025-11-19":[{"label":"/hello","nb_visits":3,"nb_hits":"5","url":"https://blog.example/hello","goals":[]}],
        "2025-11-20":[{"label":"/hello","nb_visits":1,"nb_hits":1,"url":"https://blog.example/hello"}],"2025-11-21":[]}"#;
    let days = vec![day("2025-11-19", 5), day("2025-11-20", 1)];
    is_read(json, kind, &[("hello", 0, days)]);
}

#[test]
fn google_analytics_has_remarks_and_totals_around_its_tables() {
    let ga4 = "# ----------------------------------------
# Pages and screens: \"Page path\"
# ----------------------------------------
#
# Start date: 20251101
# End date: 20251130
Nth day,Views
0000,7
0001,9

Page path and screen class,Views,Active users,Average engagement time per active user
/hello/,\"1,204\",5,12.5
(not set),3,2,1
(other),9,9,9
,16,7,Grand total
";
    let imported = is_read(
        ga4.as_bytes(),
        "Google Analytics' pages",
        &[("hello", 1204, vec![])],
    );
    assert_eq!(
        left_out(&imported),
        [("lines without a page", 1), ("pages that are not known", 2)]
    );
    let universal = "# ----------------------------------------
# All Web Site Data
# Pages
# 20200101-20200131
# ----------------------------------------

Page,Pageviews,Unique Pageviews,Avg. Time on Page,Entrances,Bounce Rate,% Exit,Page Value
/hello/,\"3,047\",476,00:00:45,346,12.14%,4.79%,$0.00
/,4,1,00:00:05,0,0.00%,0.00%,$0.00
,\"3,051\",477,00:00:45,346,12.14%,4.79%,$0.00

Day Index,Pageviews
1/1/20,23
,23
";
    let expected = [("hello", 3047, vec![]), ("index", 4, vec![])];
    let imported = is_read(
        universal.as_bytes(),
        "Universal Analytics' pages",
        &expected,
    );
    assert_eq!(left_out(&imported), [("lines without a page", 1)]);
    let api = br#"{"dimensionHeaders":[{"name":"pagePath"},{"name":"date"}],
        "metricHeaders":[{"name":"screenPageViews","type":"TYPE_INTEGER"}],
        "rows":[{"dimensionValues":[{"value":"/hello"},{"value":"20251120"}],"metricValues":[{"value":"5"}]}],
        "rowCount":1}"#;
    let days = vec![day("2025-11-20", 5)];
    is_read(api, "Google Analytics' pages", &[("hello", 0, days)]);
}

#[test]
fn simple_analytics_exports_a_page_view_a_line() {
    let csv = "added_iso,hostname,path,is_unique,is_robot,datapoint
2025-11-20T10:00:00.123Z,blog.example,/hello,true,false,pageview
2025-11-20T11:00:00.123Z,blog.example,/hello,false,false,pageview
2025-11-20T11:00:00.123Z,blog.example,/hello,false,true,pageview
2025-11-20T11:00:00.123Z,blog.example,/hello,false,false,click
";
    let imported = is_read(
        csv.as_bytes(),
        "Simple Analytics' data points",
        &[("hello", 0, vec![day("2025-11-20", 2)])],
    );
    assert_eq!(left_out(&imported), [("events", 1), ("views by robots", 1)]);
    let json = br#"{"ok":true,"pages":[{"value":"/hello","pageviews":5,"visitors":3}],
        "countries":[{"value":"NL","pageviews":5,"visitors":3}]}"#;
    is_read(json, "Simple Analytics' pages", &[("hello", 5, vec![])]);
}

#[test]
fn fathom_cloudflare_and_wordpress_are_read() {
    let hello = [("hello", 5, vec![])];
    is_read(
        br#"[{"pageviews":"5","visits":"3","pathname":"/hello","hostname":"https://blog.example"}]"#,
        "Fathom's pages",
        &hello,
    );
    let json = br#"{"data":{"viewer":{"accounts":[{"topPaths":[
        {"count":3,"dimensions":{"metric":"/hello"}},{"count":2,"dimensions":{"metric":"/hello/"}}]}]}},"errors":null}"#;
    let imported = is_read(json, "Cloudflare's paths", &hello);
    assert_eq!(imported.notes.len(), 1);
    let kind = "the views of WordPress posts";
    let meta = "post_name\tmeta_key\tmeta_value\nhello\tviews\t5\nhello\t_edit_lock\t7\n";
    let imported = is_read(meta.as_bytes(), kind, &hello);
    assert_eq!(left_out(&imported), [("other fields of posts", 1)]);
}

#[test]
fn a_list_of_addresses_and_views_needs_no_names() {
    let hello = [("hello", 5, vec![])];
    // As Jetpack downloads it: title, views, address.
    let jetpack = "\"Hello, world\",4,\"https://blog.example/hello/\"\n\"2024\",1,\"https://blog.example/hello/\"\n";
    is_read(jetpack.as_bytes(), "CSV", &hello);
    // As one gets it of Vercount and busuanzi.
    for list in [
        "https://blog.example/hello/ 5\n",
        "/hello/,5\n",
        "5;https://blog.example/hello\n",
        "pv:page:blog.example:/hello/,5\n",
    ] {
        is_read(list.as_bytes(), "CSV", &hello);
    }
    is_read(
        br#"{"pageViews":[{"path":"/hello","views":5}],"sitePv":9}"#,
        "JSON",
        &hello,
    );
}

#[test]
fn an_archive_without_known_files_is_named_by_what_is_in_it() {
    let one = zip(&[
        ("a/", ""),
        ("a/views.csv", "path,views\n/hello,5\n"),
        (".x", ""),
    ]);
    is_read(&one, "CSV", &[("hello", 5, vec![])]);
    let two = zip(&[("a.csv", "path,views\n"), ("b.csv", "path,views\n")]);
    let error = read_bytes(&two, None).unwrap_err();
    assert!(
        error.contains(
            r#"none of its files is known to have the views of pages: "a.csv", "b.csv". Unpack it"#
        ),
        "{error}"
    );
    let wrong = zip(&[("a.csv", "path,views\n/hello,x\n")]);
    let error = read_bytes(&wrong, None).unwrap_err();
    assert!(
        error.starts_with("\"a.csv\" in it: line 2: \"x\" is no whole"),
        "{error}"
    );
}
