//! What crosses a room's socket: each message is one JSON text.
//!
//! The messages are those of the reference chat, whose client works unchanged, and what this
//! project adds to them: `id`, `since`, `client`, and the types `deleted` and `error`. Unknown
//! fields are ignored.

use crate::counter::protocol::parse_bits;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fmt, str::FromStr};

/// The most bytes that a message from a page has.
pub const MAX_MESSAGE_BYTES: usize = 4 * 1024;

/// Names a message of a room. The first is 1, each is one more than the one before, and none is
/// used a second time.
pub type MessageId = u64;

/// What a page sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum PageMessage {
    /// Enters the room. It is the first message; until then nothing is sent to the page.
    Join {
        /// The name that the reader chose.
        name: String,
        /// The last message that the page has. Only what came after it is sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<MessageId>,
    },
    /// Says something.
    #[serde(alias = "message")]
    Chat {
        /// The text.
        message: String,
        /// Which sending this is: one that is sent again is stored once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<ClientId>,
    },
    /// Takes another name.
    UpdateName {
        /// The name that the reader chose.
        name: String,
    },
}

/// Why what a page sent is no [`PageMessage`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageMessageError {
    /// The text is not JSON.
    #[error("this is not JSON; send one JSON object")]
    NotJson,
    /// It is JSON, and no message.
    #[error("{0}")]
    NotAMessage(String),
}

impl PageMessage {
    /// Reads a text that a page sent.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PageMessageError> {
        use PageMessageError::{NotAMessage, NotJson};
        let value: Value = serde_json::from_str(text).map_err(|_| NotJson)?;
        let Some(object) = value.as_object() else {
            return Err(NotAMessage(
                "a message is a JSON object with a `type`; send one".to_owned(),
            ));
        };
        let kind = object.get("type").and_then(Value::as_str);
        let fields = match kind {
            Some("join") => "`name`, a text; and `since`, the number of a message, or nothing",
            Some("chat" | "message") => {
                "`message`, a text; and `client`, 32 hexadecimal digits, or nothing"
            }
            Some("update-name") => "`name`, a text",
            _ => {
                return Err(NotAMessage(
                    "no message has this `type`; send join, chat or update-name".to_owned(),
                ));
            }
        };
        serde_json::from_value(value)
            .map_err(|_| NotAMessage(format!("this message needs {fields}; send it again")))
    }
}

/// What a page is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum RoomMessage {
    /// Somebody said something.
    Chat {
        /// Which message this is.
        id: MessageId,
        /// The text.
        message: String,
        /// The name of whoever said it.
        from: String,
        /// When it was stored, in milliseconds since 1970, by the server's clock.
        timestamp: i64,
        /// What its sender named it by; nobody else is told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<ClientId>,
    },
    /// Something happened in the room, in a sentence.
    System {
        /// The sentence.
        message: String,
        /// When, in milliseconds since 1970.
        timestamp: i64,
    },
    /// Who is in the room now.
    Users {
        /// Their names, in the order in which they came.
        users: Vec<String>,
    },
    /// The last message was neither shown nor stored.
    RateLimit {
        /// How long to wait before the next, in seconds.
        #[serde(rename = "retryAfter")]
        retry_after: f64,
    },
    /// A message is to be shown no longer. A client that does not know this type shows the
    /// sentence.
    Deleted {
        /// Which message.
        id: MessageId,
        /// What happened, in a sentence.
        message: String,
        /// When, in milliseconds since 1970.
        timestamp: i64,
    },
    /// What the page sent was refused.
    Error {
        /// What was wrong and what to do, in a sentence.
        message: String,
        /// When, in milliseconds since 1970.
        timestamp: i64,
        /// Which sending was refused, if it was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<ClientId>,
    },
}

impl RoomMessage {
    /// The JSON text.
    pub fn to_json(&self) -> String {
        // Its keys are texts and its numbers finite, so it has one.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Names a sending: 128 random bits, written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientId(u128);

impl ClientId {
    /// The id made of these bits; they must be random.
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The bits, the highest first.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

/// A text is not a [`ClientId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a client id is 32 hexadecimal digits")]
pub struct ClientIdError;

impl FromStr for ClientId {
    type Err = ClientIdError;

    fn from_str(text: &str) -> Result<Self, ClientIdError> {
        parse_bits(text).map(Self).ok_or(ClientIdError)
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Serialize for ClientId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClientId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CLIENT: &str = "00ff00000000000000000000000000ab";

    #[test]
    fn what_the_published_client_sends_is_understood() {
        let parse = |text: &str| PageMessage::parse(text).unwrap();
        assert_eq!(
            parse(r#"{"type":"join","name":"Ann"}"#),
            PageMessage::Join {
                name: "Ann".to_owned(),
                since: None
            }
        );
        let chat = PageMessage::Chat {
            message: "hi".to_owned(),
            client: None,
        };
        for kind in ["chat", "message"] {
            let text =
                format!(r#"{{"type":"{kind}","message":"hi","timestamp":253402300799999,"x":[]}}"#);
            assert_eq!(parse(&text), chat);
        }
        assert_eq!(
            parse(r#"{"type":"update-name","name":"Ben"}"#),
            PageMessage::UpdateName {
                name: "Ben".to_owned()
            }
        );
    }

    #[test]
    fn what_this_project_adds_is_understood() {
        let parse = |text: &str| PageMessage::parse(text).unwrap();
        assert_eq!(
            parse(r#"{"type":"join","name":"Ann","since":7}"#),
            PageMessage::Join {
                name: "Ann".to_owned(),
                since: Some(7)
            }
        );
        let text = format!(r#"{{"type":"chat","message":"hi","client":"{CLIENT}"}}"#);
        let PageMessage::Chat { client, .. } = parse(&text) else {
            panic!("a chat message")
        };
        assert_eq!(client.map(|client| client.to_string()), Some(CLIENT.into()));
    }

    #[test]
    fn what_is_no_message_is_told_what_is_wrong() {
        let deep = "[".repeat(2_000) + &"]".repeat(2_000);
        for not_json in ["", "hi", "{", r#"{"type":"join","name":"\ud800"}"#, &deep] {
            let parsed = PageMessage::parse(not_json);
            assert_eq!(parsed, Err(PageMessageError::NotJson), "{not_json}");
        }
        let sentences = [
            ("1", "JSON object"),
            ("[]", "JSON object"),
            ("{}", "no message has this `type`"),
            (r#"{"type":"leave"}"#, "no message has this `type`"),
            (r#"{"type":7}"#, "no message has this `type`"),
            (r#"{"type":"join"}"#, "needs `name`"),
            (r#"{"type":"join","name":7}"#, "needs `name`"),
            (
                r#"{"type":"join","name":"Ann","since":-1}"#,
                "`since`, the number",
            ),
            (r#"{"type":"chat"}"#, "needs `message`"),
            (
                r#"{"type":"chat","message":"hi","client":"7"}"#,
                "32 hexadecimal digits",
            ),
        ];
        for (text, sentence) in sentences {
            let error = PageMessage::parse(text).unwrap_err().to_string();
            assert!(error.contains(sentence), "{text}: {error}");
        }
    }

    #[test]
    fn messages_are_written_as_the_published_client_reads_them() {
        let timestamp = 1_000;
        let message = "hi".to_owned();
        let from = "Ann".to_owned();
        let chat = RoomMessage::Chat {
            id: 7,
            message: message.clone(),
            from,
            timestamp,
            client: None,
        };
        let system = RoomMessage::System { message, timestamp };
        let users = RoomMessage::Users {
            users: vec!["Ann".to_owned()],
        };
        let limit = RoomMessage::RateLimit { retry_after: 0.5 };
        let texts = [
            (
                chat,
                r#"{"type":"chat","id":7,"message":"hi","from":"Ann","timestamp":1000}"#,
            ),
            (
                system,
                r#"{"type":"system","message":"hi","timestamp":1000}"#,
            ),
            (users, r#"{"type":"users","users":["Ann"]}"#),
            (limit, r#"{"type":"rate-limit","retryAfter":0.5}"#),
        ];
        for (message, text) in texts {
            assert_eq!(message.to_json(), text);
            assert_eq!(serde_json::from_str::<RoomMessage>(text).unwrap(), message);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_message_or_an_error(text in "\\PC{0,80}") {
            let _ = PageMessage::parse(&text);
        }

        #[test]
        fn a_message_survives_its_text(message in "\\PC{0,80}", bits in any::<u128>()) {
            let sent = PageMessage::Chat { message, client: Some(ClientId::from_bits(bits)) };
            let text = serde_json::to_string(&sent).unwrap();
            prop_assert_eq!(PageMessage::parse(&text), Ok(sent));
        }
    }
}
