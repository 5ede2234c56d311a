//! JSON Feed: <https://www.jsonfeed.org/version/1.1/>.

use super::{Builder, Unreadable};
use serde::Deserialize;
use serde_json::Value;

/// What every version of it begins with.
const VERSION: &str = "jsonfeed.org/version/";

#[derive(Deserialize)]
struct Feed {
    version: String,
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    url: Option<String>,
    /// Any text or, in spite of the specification, a number; in many feeds the address.
    id: Option<Value>,
}

/// Adds the page of each item.
pub(super) fn read(text: &str, to: &mut Builder<'_>) -> Result<(), Unreadable> {
    let feed: Feed = serde_json::from_str(text).map_err(|error| match error.is_data() {
        true => Unreadable::OtherJson,
        false => Unreadable::BrokenJson(error.line()),
    })?;
    if !feed.version.contains(VERSION) {
        return Err(Unreadable::OtherJson);
    }
    to.document.is_feed = true;
    for Item { url, id } in feed.items {
        let id = id.as_ref().and_then(Value::as_str);
        match url.as_deref().or(id.filter(|id| id.contains("://"))) {
            Some(address) => to.page(address),
            None => to
                .document
                .left_out
                .add(|| "an item without url".to_owned()),
        }
    }
    Ok(())
}
