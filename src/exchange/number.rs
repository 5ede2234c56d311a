//! Whole numbers as people and spreadsheets write them.

/// What may stand between the digits of a number: separators of thousands and decimals.
const SEPARATORS: [char; 9] = [
    ',', '.', ' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '’', '_',
];

/// The whole number that a text is: `1204`, `1,204`, `1.204`, `1 204`, `12.0`. `None` if
/// it is none, or has a fraction. A point or comma before three digits separates thousands.
pub(super) fn whole_number(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let parts: Vec<&str> = digits.split(SEPARATORS).collect();
    let all_digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !parts.iter().all(all_digits) {
        return None;
    }
    let separators: Vec<char> = digits.chars().filter(|c| SEPARATORS.contains(c)).collect();
    let whole = if is_grouped(&parts, &separators) {
        &parts[..]
    } else {
        let (fraction, whole) = parts.split_last()?;
        let (point, grouping) = separators.split_last()?;
        let is_zero = fraction.bytes().all(|digit| digit == b'0');
        let is_point = matches!(point, '.' | ',') && !grouping.contains(point);
        if !(is_zero && is_point && is_grouped(whole, grouping)) {
            return None;
        }
        whole
    };
    let number: i64 = whole.concat().parse().ok()?;
    Some(if negative { -number } else { number })
}

/// Whether these are the groups of one number: 1 204 567, or 12 04 567 as in India.
fn is_grouped(parts: &[&str], separators: &[char]) -> bool {
    match parts {
        [] => false,
        [_] => true,
        [first, middle @ .., last] => {
            (1..=3).contains(&first.len())
                && middle.iter().all(|part| matches!(part.len(), 2 | 3))
                && last.len() == 3
                && separators.windows(2).all(|pair| pair[0] == pair[1])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_have_separators_of_thousands_and_a_zero_fraction() {
        for (text, number) in [
            ("0", 0),
            (" 1204 ", 1204),
            ("1,204", 1204),
            ("1.204", 1204),
            ("1 204", 1204),
            ("1\u{a0}204", 1204),
            ("1\u{202f}204\u{202f}567", 1_204_567),
            ("1'204", 1204),
            ("12,04,567", 1_204_567),
            ("12.0", 12),
            ("12,00", 12),
            ("1,204.00", 1204),
            ("1.204.567,0", 1_204_567),
            ("-3", -3),
            ("+3", 3),
        ] {
            assert_eq!(whole_number(text), Some(number), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_whole_number_is_none() {
        for text in [
            "",
            "many",
            "12.5",
            "1,2",
            "1,204.5",
            "1.204,567",
            "1..2",
            "3k",
            "1e3",
            "--1",
            "0x10",
            "99999999999999999999",
            "1,204,",
            ",204",
            "١٢",
        ] {
            assert_eq!(whole_number(text), None, "{text:?}");
        }
    }
}
