//! Reads JSON by the browser's own parser, which no page has to load.

use crate::counter::protocol::Counts;
use js_sys::{JSON, Number, Reflect};
use wasm_bindgen::JsValue;

/// The value that this text is; `undefined`, which has no fields, if it is no JSON.
pub(super) fn parse(text: &str) -> JsValue {
    JSON::parse(text).unwrap_or(JsValue::UNDEFINED)
}

/// The numbers of a slug that are among the fields of this value.
pub(super) fn counts(value: &JsValue) -> Option<Counts> {
    Some(Counts {
        live: whole_number(value, "live")?,
        total: whole_number(value, "total")?,
    })
}

/// The field of this name, if it is a whole number that no bit of is lost, and not negative.
pub(super) fn whole_number(value: &JsValue, name: &str) -> Option<u64> {
    let number = field(value, name)?.as_f64()?;
    let is_exact = (0.0..=Number::MAX_SAFE_INTEGER).contains(&number) && number.fract() == 0.0;
    is_exact.then_some(number as u64)
}

/// The field of this name. `None` if the value is no object.
pub(super) fn field(value: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(value, &JsValue::from_str(name)).ok()
}
