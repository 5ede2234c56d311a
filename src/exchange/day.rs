//! Days and moments as other counters and people write them.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime},
    fmt::strtime,
    tz::TimeZone,
};

/// Nothing was counted on the web before.
const FIRST_DAY: Date = Date::constant(1990, 1, 1);

/// How a date such as 03/04/2026 is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DateOrder {
    /// The day comes first: 3 April
    Dmy,
    /// The month comes first: 4 March
    Mdy,
}

/// Reads the days of a file.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    order: Option<DateOrder>,
    last: Date,
}

impl Days {
    /// Days up to tomorrow, which it may be elsewhere in the world.
    pub fn new(order: Option<DateOrder>) -> Self {
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let last = today.checked_add(1.day()).unwrap_or(today);
        Self { order, last }
    }

    /// The UTC day that a text names, as a date or a moment; a moment without an offset is
    /// taken to be in UTC.
    pub(super) fn day(&self, text: &str) -> Result<Date, String> {
        let text = text.trim();
        let day = match iso(text).or_else(|| seconds(text)).or_else(|| words(text)) {
            Some(day) => day,
            None => self.numbers(text)?,
        };
        self.check(day, text)
    }

    /// Refuses a day on which nothing can have been counted.
    ///
    /// # Errors
    /// Says which days may have views; `text` is the day as it was written.
    pub fn check(&self, day: Date, text: &str) -> Result<Date, String> {
        if day < FIRST_DAY || day > self.last {
            return Err(format!(
                "{text:?} is no day between {FIRST_DAY} and tomorrow"
            ));
        }
        Ok(day)
    }

    /// A date with the year last, whose order may be ambiguous.
    fn numbers(&self, text: &str) -> Result<Date, String> {
        let no_day = || format!("{text:?} is no day such as 2026-11-20");
        let date = text.split([' ', 'T']).next().unwrap_or_default();
        let parts: Vec<&str> = date.trim_end_matches(',').split(['/', '.', '-']).collect();
        let [first, second, year] = parts[..] else {
            return Err(no_day());
        };
        if year.len() != 4 {
            return Err(no_day());
        }
        let number = |part: &str| part.parse::<i8>().map_err(|_| no_day());
        let (first, second) = (number(first)?, number(second)?);
        let year: i16 = year.parse().map_err(|_| no_day())?;
        let has_point = date.contains('.');
        let (day, month) = match self.order {
            Some(DateOrder::Dmy) => (first, second),
            Some(DateOrder::Mdy) => (second, first),
            None if has_point || first > 12 || first == second => (first, second),
            None if second > 12 => (second, first),
            None => {
                return Err(format!(
                    "{text:?} may begin with the day or with the month; say --date-order dmy or --date-order mdy"
                ));
            }
        };
        Date::new(year, month, day).map_err(|_| no_day())
    }
}

/// `2026-11-20`, also with a time after it; `20261120`, `2026/11/20`, `2026.11.20`.
fn iso(text: &str) -> Option<Date> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.to_zoned(TimeZone::UTC).date());
    }
    if let Ok(moment) = text.parse::<DateTime>() {
        return Some(moment.date());
    }
    // With an offset of hours alone, as databases print it: 2026-11-20 23:59:59+00.
    let plain = text.strip_suffix(" UTC").or(text.strip_suffix("+00"));
    if let Some(Ok(moment)) = plain.map(str::parse::<DateTime>) {
        return Some(moment.date());
    }
    let date = text.split([' ', 'T']).next()?;
    let formats = match date.len() {
        8 if date.bytes().all(|b| b.is_ascii_digit()) => &["%Y%m%d"][..],
        _ => &["%Y/%m/%d", "%Y.%m.%d"],
    };
    formats
        .iter()
        .find_map(|format| Date::strptime(format, date).ok())
}

/// Seconds, milliseconds or microseconds since 1970.
fn seconds(text: &str) -> Option<Date> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    let moment = match text.len() {
        9 | 10 => Timestamp::from_second(number),
        12 | 13 => Timestamp::from_millisecond(number),
        16 => Timestamp::from_microsecond(number),
        _ => return None,
    };
    Some(moment.ok()?.to_zoned(TimeZone::UTC).date())
}

/// With the month's English name.
fn words(text: &str) -> Option<Date> {
    let formats = [
        "%b %d, %Y",
        "%B %d, %Y",
        "%d %b %Y",
        "%d %B %Y",
        "%d-%b-%Y",
        "%A, %B %d, %Y",
    ];
    formats.iter().find_map(|format| {
        let parsed = strtime::parse(format, text).ok()?;
        parsed.to_date().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str, order: Option<DateOrder>) -> Result<String, String> {
        Days::new(order).day(text).map(|day| day.to_string())
    }

    #[test]
    fn a_day_may_be_written_in_the_usual_forms() {
        for text in [
            "2025-11-20",
            "2025-11-20T23:59:59Z",
            "2025-11-20T23:59:59.123Z",
            "2025-11-21T01:00:00+02:00",
            "2025-11-20 23:59:59",
            "2025-11-20 23:59:59 UTC",
            "2025-11-20 23:59:59+00",
            "20251120",
            "2025/11/20",
            "2025/11/20 10:00",
            "2025.11.20",
            "20.11.2025",
            "20/11/2025",
            "11/20/2025",
            "Nov 20, 2025",
            "November 20, 2025",
            "20 Nov 2025",
            "Thursday, November 20, 2025",
            "1763596800",
            "1763596800000",
        ] {
            assert_eq!(day(text, None).as_deref(), Ok("2025-11-20"), "{text:?}");
        }
        assert_eq!(day("5/5/2025", None).as_deref(), Ok("2025-05-05"));
        assert_eq!(day("03.04.2025", None).as_deref(), Ok("2025-04-03"));
    }

    #[test]
    fn a_date_that_may_be_two_asks_for_the_order() {
        let error = day("03/04/2025", None).unwrap_err();
        assert!(error.contains("say --date-order dmy or"), "{error}");
        let read = |order| day("03/04/2025", Some(order)).unwrap();
        assert_eq!(read(DateOrder::Dmy), "2025-04-03");
        assert_eq!(read(DateOrder::Mdy), "2025-03-04");
    }

    #[test]
    fn a_day_is_between_1990_and_tomorrow() {
        for text in ["1989-12-31", "0000-01-01", "2226-01-01", "0026-11-20"] {
            let error = day(text, None).unwrap_err();
            assert!(error.contains("no day between 1990-01-01"), "{error}");
        }
        let tomorrow = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let tomorrow = tomorrow.checked_add(1.day()).unwrap().to_string();
        assert_eq!(day(&tomorrow, None), Ok(tomorrow));
        for text in [
            "yesterday",
            "",
            "2025-13-01",
            "2025-02-30",
            "31/02/2025",
            "11",
        ] {
            let error = day(text, None).unwrap_err();
            assert!(error.contains("is no day"), "{text:?}: {error}");
        }
    }
}
