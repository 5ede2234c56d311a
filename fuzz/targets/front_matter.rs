//! Any post: it is read, or refused with an error that names the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::{cell::LazyCell, fs, path::Path};
use view_counter::blog::content::Content;

const SITE: &str = r#"
title = "A site"
description = "A site for the fuzzer"
author = "A. Fuzzer"
language = "en"
[[navigation]]
label = "About"
href = "/about"
"#;
const ABOUT: &str = "+++\ntitle = \"About\"\ndescription = \"About it\"\n+++\nAbout.\n";

/// One folder for all runs: libFuzzer ends the process, and nothing would remove it.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/front_matter");

thread_local! {
    static CONTENT: LazyCell<&'static Path> = LazyCell::new(|| {
        let folder = Path::new(FOLDER);
        fs::create_dir_all(folder.join("posts")).expect("a folder");
        fs::write(folder.join("site.toml"), SITE).expect("space");
        fs::write(folder.join("about.md"), ABOUT).expect("space");
        folder
    });
}

fuzz_target!(|post: &[u8]| {
    CONTENT.with(|folder| {
        fs::write(folder.join("posts/a.md"), post).expect("space");
        match Content::load(folder, true) {
            Ok(content) => {
                for post in content.posts() {
                    assert!(!post.summary.slug.is_empty());
                }
            }
            Err(errors) => assert!(errors.to_string().contains("a.md")),
        }
    });
});
