//! Any text: a slug by the rules, or an error; and its address is the same slug.

#![no_main]

use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;
use view_counter::counter::protocol::{Slug, VIEWS_PATH, ViewId, views_path};

fuzz_target!(|text: &str| {
    if let Ok(view) = text.parse::<ViewId>() {
        assert_eq!(view.to_string(), text.to_ascii_lowercase());
    }
    let Ok(slug) = text.parse::<Slug>() else {
        return;
    };
    assert_eq!(slug.as_str(), text);
    assert!((1..=200).contains(&text.len()));
    assert!(!text.contains(char::is_control));
    assert!(text.split('/').all(|segment| !["", ".", ".."].contains(&segment)));

    let path = views_path(&slug);
    assert!(path.bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(!path.contains(['?', '#']));
    let encoded = path.strip_prefix(VIEWS_PATH).expect("the prefix of all");
    let decoded = percent_decode_str(encoded).decode_utf8().expect("UTF-8");
    assert_eq!(decoded, text);
});
