//! Asks the server why it refused a handshake.

use super::json;
use crate::counter::lifecycle::Refusal;
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// What the server says when it is asked for the slug's numbers, under this path.
pub(super) async fn probe(path: &str) -> Refusal {
    // `None` without a network, and from a server that this page may not read.
    answer(path).await.unwrap_or(Refusal::Other)
}

async fn answer(path: &str) -> Option<Refusal> {
    let response = JsFuture::from(window().fetch_with_str(path)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    let named = response.headers().get("retry-after").ok()?;
    if let Some(wait) = named.as_deref().and_then(Refusal::named_wait) {
        return Some(wait);
    }
    let body = JsFuture::from(response.json().ok()?).await.ok()?;
    let has_error = json::field(&body, "error").is_some_and(|error| error.is_string());
    let counts = json::counts(&body);
    Some(Refusal::answered(response.status(), has_error, counts))
}
