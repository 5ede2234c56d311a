//! What a client says that it accepts: `Accept-Encoding`.

use axum::http::{HeaderMap, header};

/// How much the client likes a content coding, from 0 to 1; none if it does not
/// speak of it (RFC 9110 §12.5.3).
pub(crate) fn weight(headers: &HeaderMap, coding: &str) -> Option<f32> {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    let texts = lines.filter_map(|line| line.to_str().ok());
    let mut any = None;
    for item in texts.flat_map(|text| text.split(',')) {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let is_any = name == "*" && coding != "identity";
        if !is_any && !name.eq_ignore_ascii_case(coding) {
            continue;
        }
        let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        // What cannot be understood is not taken for a wish.
        let quality = quality.map_or(1.0, |quality| quality.parse().unwrap_or(0.0));
        if !is_any {
            return Some(quality);
        }
        any = Some(quality);
    }
    any
}

/// Whether the client likes this coding at least as much as what is not coded.
pub(crate) fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let plain = weight(headers, "identity").unwrap_or(0.0);
    weight(headers, coding).is_some_and(|weight| weight > 0.0 && weight >= plain)
}

/// Those of these codings that the client likes at least as much as what is not coded,
/// the best first; of two that it likes as much, the one that comes first here.
pub(crate) fn liked<const N: usize>(
    headers: &HeaderMap,
    codings: [&'static str; N],
) -> impl Iterator<Item = &'static str> {
    let plain = weight(headers, "identity").unwrap_or(0.0);
    let mut liked = codings.map(|coding| (coding, weight(headers, coding).unwrap_or(0.0)));
    liked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let is_liked = move |weight: f32| weight > 0.0 && weight >= plain;
    let liked = liked
        .into_iter()
        .filter(move |(_, weight)| is_liked(*weight));
    liked.map(|(coding, _)| coding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn sent(values: &[&'static str]) -> HeaderMap {
        let value = |value: &&'static str| {
            let value = HeaderValue::from_static(value);
            (header::ACCEPT_ENCODING, value)
        };
        values.iter().map(value).collect()
    }

    #[test]
    fn a_coding_is_accepted_if_it_is_liked_as_much_as_none() {
        for (values, accepted) in [
            (&["gzip, deflate, br, zstd"][..], true),
            (&["br", "gzip"], true),
            (&["GZIP;q=0.001"], true),
            (&["*"], true),
            (&["gzip, identity"], true),
            (&["gzip;q=0.5, identity"], false),
            (&["gzip;q=0, *"], false),
            (&["*;q=0"], false),
            (&["identity"], false),
            (&["xgzip"], false),
            (&["gzip;q=much"], false),
            (&["gzip;q=NaN"], false),
            (&[""], false),
            (&[], false),
        ] {
            let headers = sent(values);
            assert_eq!(accepts(&headers, "gzip"), accepted, "{values:?}");
        }
    }
}
