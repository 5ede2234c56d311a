//! Asks the server why it refused a handshake.

use crate::counter::{lifecycle::Refusal, protocol::Counts};
use js_sys::Reflect;
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
    let body = JsFuture::from(response.json().ok()?).await.ok()?;
    let field = |name: &str| Reflect::get(&body, &JsValue::from_str(name)).ok();
    let number = |name: &str| Some(field(name)?.as_f64()? as u64);
    let counts = number("live").zip(number("total"));
    let counts = counts.map(|(live, total)| Counts { live, total });
    let has_error = field("error").is_some_and(|error| error.is_string());
    Some(Refusal::answered(response.status(), has_error, counts))
}
