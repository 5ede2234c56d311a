//! What the components are in HTML: their parts, by their classes, and what is written in them.

use super::{
    component::{Reading, ReadingState},
    live_visitors::SiteReading,
    protocol::Counts,
    wording,
};

/// The class of the part that says how many read now.
pub(super) const LIVE: &str = "view-counter-live";
/// Read aloud, it is the pause between the two.
const SEPARATOR: &str = "view-counter-separator";
/// The class of the part that says the total.
pub(super) const TOTAL: &str = "view-counter-total";
/// The class of the part that says how many visitors there are.
pub(super) const VISITORS: &str = "live-visitors-number";

/// What stands beside numbers that do not follow what happens any more.
const NOT_LIVE: &str = " · not live";

/// What is in a counter that shows this.
pub(super) fn counter(reading: Reading) -> String {
    part(LIVE, &live_text(reading.counts))
        + &part(SEPARATOR, " · ")
        + &part(TOTAL, &total_text(reading.counts))
        + &sign("view-counter-sign", reading.state)
}

/// What is in a number of visitors that shows this.
pub(super) fn live_visitors(reading: SiteReading) -> String {
    part(VISITORS, &visitors_text(reading.visitors)) + &sign("live-visitors-sign", reading.state)
}

/// A part of this class, if the numbers do not follow what happens any more.
fn sign(class: &str, state: ReadingState) -> String {
    match state {
        ReadingState::Lost => part(class, NOT_LIVE),
        ReadingState::Static | ReadingState::Live => String::new(),
    }
}

/// A part of this class. No text of a counter has a character that HTML would escape.
fn part(class: &str, text: &str) -> String {
    "<span class=\"".to_owned() + class + "\">" + text + "</span>"
}

/// What the part of the live number says.
pub(super) fn live_text(counts: Option<Counts>) -> String {
    match counts {
        Some(counts) => wording::reading_now(counts.live),
        None => wording::READING_UNKNOWN.to_owned(),
    }
}

/// What the part of the total says.
pub(super) fn total_text(counts: Option<Counts>) -> String {
    match counts {
        Some(counts) => wording::views(counts.total),
        None => wording::VIEWS_UNKNOWN.to_owned(),
    }
}

/// What the part of the visitors says.
pub(super) fn visitors_text(visitors: Option<u64>) -> String {
    match visitors {
        Some(visitors) => wording::visitors_now(visitors),
        None => wording::VISITORS_UNKNOWN.to_owned(),
    }
}

/// The numbers as the server writes them for the browser to find.
pub(super) fn data_counts(counts: Counts) -> String {
    counts.live.to_string() + " " + &counts.total.to_string()
}

/// The numbers of which this is [`data_counts`].
#[cfg_attr(
    not(any(feature = "hydrate", test)),
    expect(dead_code, reason = "the browser finds them")
)]
pub(super) fn parse_data_counts(written: &str) -> Option<Counts> {
    let (live, total) = written.split_once(' ')?;
    Some(Counts {
        live: live.parse().ok()?,
        total: total.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_say_the_numbers_and_the_pause_between_them() {
        let counts = Counts {
            live: 3,
            total: 1204,
        };
        let html = |counts, state| counter(Reading { counts, state });
        let live = "<span class=\"view-counter-live\">3 reading now</span>\
             <span class=\"view-counter-separator\"> · </span>\
             <span class=\"view-counter-total\">1,204 views</span>";
        assert_eq!(html(Some(counts), ReadingState::Live), live);
        assert_eq!(
            html(Some(counts), ReadingState::Lost),
            live.to_owned() + "<span class=\"view-counter-sign\"> · not live</span>"
        );
        assert_eq!(
            html(None, ReadingState::Static),
            "<span class=\"view-counter-live\">– reading now</span>\
             <span class=\"view-counter-separator\"> · </span>\
             <span class=\"view-counter-total\">– views</span>"
        );
    }

    #[test]
    fn the_visitors_are_one_part_and_a_sign() {
        let html = |visitors, state| live_visitors(SiteReading { visitors, state });
        let live = "<span class=\"live-visitors-number\">12 on this site now</span>";
        assert_eq!(html(Some(12), ReadingState::Static), live);
        assert_eq!(
            html(Some(12), ReadingState::Lost),
            live.to_owned() + "<span class=\"live-visitors-sign\"> · not live</span>"
        );
    }

    #[test]
    fn the_browser_finds_the_numbers_that_the_server_wrote() {
        let counts = Counts {
            live: 0,
            total: u64::MAX,
        };
        assert_eq!(parse_data_counts(&data_counts(counts)), Some(counts));
        for other in ["", "1", "1 ", "-1 2", "1 2 3", "a b"] {
            assert_eq!(parse_data_counts(other), None, "{other:?}");
        }
    }
}
