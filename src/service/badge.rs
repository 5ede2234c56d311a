//! A page's numbers as a picture, for where no script runs: a README, a feed, a mail. It
//! shows, and never counts.

mod drawing;

use crate::{
    counter::{
        protocol::Counts,
        route::{ApiError, Counter, decoded},
        wording::grouped,
    },
    web::{
        caching::{FOR_HALF_A_MINUTE, with_caching},
        headers,
        held_file::{HeldFile, Representation},
    },
};
use axum::{
    extract::{
        Path, Query, Request, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{HeaderValue, StatusCode},
    response::Response,
};
use drawing::{Badge, Colour};
use icu_decimal::{DecimalFormatter, input::Decimal};
use icu_locale_core::Locale;
use serde::Deserialize;

/// Where badges are. The slug may have `.svg` at its end, which is taken off.
pub(crate) const PATH: &str = "/badge/{*slug}";

/// The most characters that a badge has beside its number.
const LABEL_MOST: usize = 60;
/// What the number is on, if nobody says: white on it has a contrast of 6.5 to 1.
const GREEN: Colour = Colour([0x1b, 0x6e, 0x43]);

/// How it is to look.
#[derive(Debug, Deserialize)]
pub(crate) struct Look {
    show: Option<String>,
    label: Option<String>,
    /// The label where the number is 1.
    one: Option<String>,
    color: Option<String>,
    /// The language that writes the number (BCP 47).
    lang: Option<String>,
}

/// The badge of a page that is counted.
pub(crate) async fn badge(
    State(counter): State<Counter>,
    slug: Result<Path<String>, PathRejection>,
    look: Result<Query<Look>, QueryRejection>,
    request: Request,
) -> Result<Response, ApiError> {
    let text = decoded(slug)?;
    let slug = counter.slug(text.strip_suffix(".svg").unwrap_or(&text))?;
    let Query(look) = look.map_err(|why| ApiError::new(why.status(), why.body_text()))?;
    let drawing = look.badge(counter.counts(&slug).await?)?.svg();
    let media_type = HeaderValue::from_static("image/svg+xml");
    let held = HeldFile::new(media_type, Representation::hashed(drawing));
    let answer = held.answer(request.method(), request.headers());
    let mut response = with_caching(FOR_HALF_A_MINUTE, answer);
    headers::mark_as_file(response.headers_mut());
    Ok(response)
}

impl Look {
    fn badge(self, counts: Counts) -> Result<Badge, ApiError> {
        let wrong = |sentence: &str| ApiError::new(StatusCode::BAD_REQUEST, sentence);
        let (label, number) = match self.show.as_deref() {
            None | Some("total") if counts.total == 1 => ("view", counts.total),
            None | Some("total") => ("views", counts.total),
            Some("live") => ("reading now", counts.live),
            Some(_) => return Err(wrong("`show` is `total` or `live`")),
        };
        let named = match number {
            1 => self.one.or(self.label),
            _ => self.label,
        };
        let label = named.unwrap_or_else(|| label.to_owned());
        if label.chars().count() > LABEL_MOST || label.chars().any(char::is_control) {
            return Err(wrong(
                "`label` or `one` has more than 60 characters, or one that is none; use a shorter one",
            ));
        }
        let colour = match self.color.as_deref().map(str::parse) {
            None => GREEN,
            Some(Ok(colour)) => colour,
            Some(Err(())) => {
                return Err(wrong(
                    "`color` is three or six hexadecimal digits, such as `1b6e43`",
                ));
            }
        };
        Ok(Badge {
            label,
            number: match self.lang {
                None => grouped(number),
                Some(lang) => written(number, &lang).ok_or_else(|| {
                    wrong("`lang` is the name of a language, such as `de` or `pt-BR`")
                })?,
            },
            colour,
        })
    }
}

/// The number as this language writes it; `None` if that is no name of a language.
fn written(number: u64, lang: &str) -> Option<String> {
    let locale: Locale = lang.parse().ok()?;
    let formatter = DecimalFormatter::try_new(locale.into(), Default::default()).ok()?;
    Some(formatter.format(&Decimal::from(number)).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_its_language_does() {
        for (lang, text) in [
            ("en", "1,234,567"),
            ("de", "1.234.567"),
            ("fr", "1\u{202f}234\u{202f}567"),
            ("hi", "12,34,567"),
            ("xx", "1,234,567"),
        ] {
            assert_eq!(written(1_234_567, lang).as_deref(), Some(text), "{lang}");
        }
        for wrong in ["", "no such language", "d", "../de"] {
            assert_eq!(written(1, wrong), None, "{wrong}");
        }
    }
}
