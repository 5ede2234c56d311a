//! Asks the server why it refused a handshake: scripts cannot see that of a WebSocket, and
//! can of a request.

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
    if let Some(wait) = retry_after(&response) {
        return Some(Refusal::Wait(wait));
    }
    let body = JsFuture::from(response.json().ok()?).await.ok()?;
    let field = |name: &str| Reflect::get(&body, &JsValue::from_str(name)).ok();
    let number = |name: &str| Some(field(name)?.as_f64()? as u64);
    match response.status() {
        // A proxy before a server that restarts has a 404 of its own.
        400..=428 if field("error")?.is_string() => Some(Refusal::Unknown),
        200 => Some(Refusal::Numbers(Counts {
            live: number("live")?,
            total: number("total")?,
        })),
        _ => None,
    }
}

/// The time in `Retry-After` (RFC 9110 §10.2.3), in milliseconds. Its other form, a date, is
/// not what a counter's server sends.
fn retry_after(response: &Response) -> Option<u64> {
    let header = response.headers().get("retry-after").ok()??;
    let seconds: u32 = header.trim().parse().ok()?;
    Some(u64::from(seconds) * 1000)
}
