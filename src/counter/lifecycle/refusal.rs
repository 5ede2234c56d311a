//! Why a handshake was refused. Scripts cannot see that of a WebSocket, so the server is asked
//! for the slug's numbers over HTTP.
//!
//! `element/reader.ts` makes the same of the same answers; `element/tests/refusals.json` has
//! them for both.

use super::{Millis, SECOND};
use crate::counter::protocol::Counts;

/// No wait that a server names is longer: a day.
const MAX_WAIT: Millis = 86_400 * SECOND;

/// Why a handshake was refused, as far as the server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The server counts no such slug (its own 404 or 400, not that of a proxy before it).
    Unknown,
    /// Come back after this time (429 or 503 with `Retry-After`).
    Wait(Millis),
    /// The slug has these numbers, so it is the WebSocket that cannot be had.
    Numbers(Counts),
    /// It said something else, or nothing.
    Other,
}

impl Refusal {
    /// The wait that the value of a `Retry-After` names (RFC 9110 §10.2.3). Nothing is made
    /// of its other form, a date, nor of no time at all.
    pub fn named_wait(retry_after: &str) -> Option<Self> {
        let is_number = !retry_after.is_empty() && retry_after.bytes().all(|b| b.is_ascii_digit());
        // What has more digits than that is longer than a day.
        let seconds = retry_after.parse().unwrap_or(Millis::MAX);
        let wait = MAX_WAIT.min(SECOND.saturating_mul(seconds));
        (is_number && wait > 0).then_some(Self::Wait(wait))
    }

    /// What an answer that names no wait says, by its status, whether it has an error in
    /// words, and the numbers in it.
    pub fn answered(status: u16, has_error: bool, counts: Option<Counts>) -> Self {
        match (status, counts) {
            (200..=299, Some(counts)) => Self::Numbers(counts),
            // A proxy before a server that restarts has a 404 of its own.
            (400..=428, _) if has_error => Self::Unknown,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(answer: &Value) -> Refusal {
        let named = answer["retryAfter"].as_str();
        if let Some(wait) = named.and_then(Refusal::named_wait) {
            return wait;
        }
        let body: Value =
            serde_json::from_str(answer["body"].as_str().unwrap()).unwrap_or_default();
        let number = |name: &str| body.get(name)?.as_u64();
        let counts = number("live").zip(number("total"));
        let counts = counts.map(|(live, total)| Counts { live, total });
        let has_error = body.get("error").is_some_and(Value::is_string);
        let status = answer["status"].as_u64().unwrap();
        Refusal::answered(status.try_into().unwrap(), has_error, counts)
    }

    #[test]
    fn each_answer_is_read_as_the_element_reads_it() {
        let table = include_str!("../../../element/tests/refusals.json");
        let table: Vec<Value> = serde_json::from_str(table).unwrap();
        assert!(table.len() > 30);
        for answer in table {
            let made = match read(&answer) {
                Refusal::Unknown => json!("unknown"),
                Refusal::Other => json!("other"),
                Refusal::Wait(wait) => json!(wait),
                Refusal::Numbers(counts) => json!(counts),
            };
            assert_eq!(made, answer["refusal"], "{answer}");
        }
    }
}
