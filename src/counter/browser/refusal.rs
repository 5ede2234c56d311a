//! Asks the server why it refused a handshake.

use super::{json, routes};
use crate::counter::lifecycle::Refusal;
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
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
    // What is no JSON has no fields.
    let body = JsFuture::from(response.json().ok()?)
        .await
        .unwrap_or_default();
    let error = json::field(&body, "error").filter(JsValue::is_string);
    let refusal = Refusal::answered(response.status(), error.is_some(), json::counts(&body));
    routes::explain(response.status(), error);
    Some(refusal)
}
