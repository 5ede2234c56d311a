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

/// Made all at once, these rows took 600 MB.
#[test]
fn small_objects_of_a_wide_table_are_read_one_after_the_other() {
    let names: String = (0..400).map(|n| format!(",\"column {n}\":{n}")).collect();
    let mut text = format!("[{{\"path\":\"/a\",\"views\":1{names}}}");
    for _ in 0..60_000 {
        text += ",{\"path\":\"/a\",\"views\":1}";
    }
    text += "]";
    let before = peak_memory();
    assert_eq!(views(&read_text(&text).unwrap()), [("a", 60_001, vec![])]);
    let grown = peak_memory() - before;
    assert!(grown < 300 * 1024, "{grown} KiB");
}

/// The most memory that this process ever took, in KiB (proc_pid_status(5), `VmHWM`).
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.unwrap().split_whitespace().nth(1);
    number.unwrap().parse().unwrap()
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
