//! Files that would fill the memory.

use super::*;
use std::io::{self, Read};

fn compressed(parts: &mut [&mut dyn Read]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    for part in parts {
        io::copy(part, &mut gzip).unwrap();
    }
    gzip.finish().unwrap()
}

#[test]
fn a_record_without_an_end_is_given_up_early() {
    for (begin, filler, expected) in [
        (
            "path,views\n/a,1\n/",
            b'a',
            "line 3: a record has more than 1 MiB",
        ),
        (
            "path,views\n\"",
            b'\n',
            "line 2: a quotation mark begins a cell here and none ends it",
        ),
        ("", b' ', "line 1: a record has more than 1 MiB"),
        (
            "{\"views\":[{\"slug\":\"",
            b'a',
            "line 1: a value has more than 1 MiB",
        ),
        ("{\"views\":", b' ', "line 1: a value has more than 1 MiB"),
        (
            "[{\"page\":\"",
            b'a',
            "it is JSON of another program with more than 32 MiB",
        ),
    ] {
        let file = compressed(&mut [
            &mut begin.as_bytes(),
            &mut io::repeat(filler).take(34 * 1024 * 1024),
        ]);
        let error = read_bytes(&file, None).unwrap_err();
        assert!(error.contains(expected), "{begin:?}: {error}");
    }
}

#[test]
fn a_remark_is_no_table() {
    let text = "# a \"quoted\",\"remark\n# \"another\npath,views\n/a,1\n";
    assert_eq!(views(&read_text(text).unwrap()), [("a", 1, vec![])]);
}

#[test]
fn what_an_error_repeats_is_escaped() {
    let error = read_text("path,views\n/a,\u{1b}[2J\n").unwrap_err();
    assert_eq!(error, "line 2: \"\\u{1b}[2J\" is no whole number of views");
    let error = read_text("\u{1b}[2J,b\n1,2\n").unwrap_err();
    assert!(!error.contains('\u{1b}'), "{error}");
}
