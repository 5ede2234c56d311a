//! Any post: it is read, or refused with an error that names the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::{cell::LazyCell, fs};
use tempfile::TempDir;
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

thread_local! {
    static FOLDER: LazyCell<TempDir> = LazyCell::new(|| {
        let folder = TempDir::new().expect("a temporary folder");
        fs::write(folder.path().join("site.toml"), SITE).expect("space");
        fs::write(folder.path().join("about.md"), ABOUT).expect("space");
        fs::create_dir(folder.path().join("posts")).expect("space");
        folder
    });
}

fuzz_target!(|post: &[u8]| {
    FOLDER.with(|folder| {
        fs::write(folder.path().join("posts/a.md"), post).expect("space");
        match Content::load(folder.path(), true) {
            Ok(content) => {
                for post in content.posts() {
                    assert!(!post.summary.slug.is_empty());
                }
            }
            Err(errors) => assert!(errors.to_string().contains("a.md")),
        }
    });
});
