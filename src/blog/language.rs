//! What the language of a site, as a BCP 47 tag, says of its pages.

/// Languages that run from right to left in the script that they mostly have.
const RIGHT_TO_LEFT: [&str; 18] = [
    "ar", "arc", "azb", "ckb", "dv", "fa", "he", "ks", "lrc", "mzn", "nqo", "pnb", "ps", "sd",
    "syr", "ug", "ur", "yi",
];

/// Scripts that run from right to left (ISO 15924), in lower case.
const RIGHT_TO_LEFT_SCRIPTS: [&str; 8] = [
    "adlm", "arab", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa",
];

/// Whether a text in this language runs from right to left.
pub(super) fn is_right_to_left(tag: &str) -> bool {
    let mut subtags = tag.split('-').map(str::to_ascii_lowercase);
    let language = subtags.next().unwrap_or_default();
    // A script has four letters, and stands right behind the language (RFC 5646, 2.1).
    match subtags.next().filter(|subtag| is_letters(subtag, 4)) {
        Some(script) => RIGHT_TO_LEFT_SCRIPTS.contains(&&*script),
        None => RIGHT_TO_LEFT.contains(&&*language),
    }
}

/// This language as the Open Graph protocol writes it: `pt_BR` for `pt-BR`. Where no territory
/// is known it is the language alone: without any, previews take the page for American English.
pub(super) fn open_graph_locale(tag: &str) -> String {
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default().to_ascii_lowercase();
    match subtags.find(|subtag| is_letters(subtag, 2)) {
        Some(territory) => format!("{language}_{}", territory.to_ascii_uppercase()),
        None => language,
    }
}

fn is_letters(subtag: &str, length: usize) -> bool {
    subtag.len() == length && subtag.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_runs_as_its_script_does() {
        for tag in ["ar", "fa-IR", "HE", "az-Arab", "ur-Arab-PK", "yi"] {
            assert!(is_right_to_left(tag), "{tag}");
        }
        for tag in ["en", "de-AT", "ar-Latn", "az", "zh-Hant-TW", ""] {
            assert!(!is_right_to_left(tag), "{tag}");
        }
    }

    #[test]
    fn a_locale_has_the_territory_that_the_language_names() {
        for (tag, locale) in [
            ("en", "en"),
            ("pt-BR", "pt_BR"),
            ("zh-hant-tw", "zh_TW"),
            ("sl-rozaj", "sl"),
        ] {
            assert_eq!(open_graph_locale(tag), locale, "{tag}");
        }
    }
}
