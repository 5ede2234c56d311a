//! Asks the server why it refused a handshake: scripts cannot see that of a
//! WebSocket, and can of a request.

use crate::counter::lifecycle::Answer;
use leptos::prelude::window;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// What the slug's numbers, under this path, are answered with.
pub(super) async fn ask(path: &str) -> Answer {
    // Without a network, and from a server that this page may not read.
    let Ok(response) = JsFuture::from(window().fetch_with_str(path)).await else {
        return Answer::Other;
    };
    let Ok(response) = response.dyn_into::<Response>() else {
        return Answer::Other;
    };
    match response.status() {
        404 => Answer::Unknown,
        429 | 503 => retry_after(&response).map_or(Answer::Other, Answer::Wait),
        _ => Answer::Other,
    }
}

/// The seconds of `Retry-After` (RFC 9110 §10.2.3). Its other form, a date, is
/// not what a counter's server sends.
fn retry_after(response: &Response) -> Option<Duration> {
    let header = response.headers().get("retry-after").ok()??;
    let seconds: u32 = header.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.into()))
}
