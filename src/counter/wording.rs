//! How numbers read: one place for both targets, because a text that the server
//! and the browser write differently breaks hydration.
//!
//! Texts are joined without `format!`, whose machinery every page would load.

/// `n` with a comma between groups of three digits: `1204` is `1,204`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// All views ever: `1,204 views`, `1 view`.
pub fn views(total: u64) -> String {
    grouped(total) + if total == 1 { " view" } else { " views" }
}

/// [`views`] of a post of which no number is known.
pub const VIEWS_UNKNOWN: &str = "– views";
/// [`reading_now`] where no number is known.
pub const READING_UNKNOWN: &str = "– reading now";
/// [`visitors_now`] where no number is known.
pub const VISITORS_UNKNOWN: &str = "– on this site now";

/// How many read now: `3 reading now`.
pub fn reading_now(live: u64) -> String {
    grouped(live) + " reading now"
}

/// How many read anything on the site: `12 on this site now`.
pub fn visitors_now(visitors: u64) -> String {
    grouped(visitors) + " on this site now"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345, "12,345"),
            (123_456, "123,456"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ];
        for (n, text) in cases {
            assert_eq!(grouped(n), text);
        }
    }

    #[test]
    fn one_view_is_singular() {
        assert_eq!(views(0), "0 views");
        assert_eq!(views(1), "1 view");
        assert_eq!(views(1_204), "1,204 views");
        assert_eq!(reading_now(1), "1 reading now");
        assert_eq!(visitors_now(1_204), "1,204 on this site now");
    }
}
