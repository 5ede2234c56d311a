//! The closing handshake: RFC 6455 §5.5.1 and §7.

use super::Stage;
use crate::support::raw::{BINARY, CLOSE, PING, Received, TEXT, bytes, close, frame};
use view_counter::counter::protocol::close_code;

#[tokio::test]
async fn a_close_is_answered_with_its_code_and_reason() {
    let mut stage = Stage::set().await;
    let longest = "x".repeat(123);
    let codes = [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000, 4999,
    ];
    let mut closes: Vec<_> = codes.map(|code| close(code, "")).into();
    closes.push(frame(CLOSE, ""));
    closes.push(close(1000, "until tomorrow, Ωραία"));
    closes.push(close(1000, &longest));
    for sent in closes {
        let mut reader = stage.enters().await;
        reader.send(&sent.bytes()).await;
        let echo = Received {
            opcode: CLOSE,
            payload: sent.payload().to_vec(),
        };
        assert_eq!(reader.next().await, Some(echo));
        // The server ends the connection, and does not wait for us (§7.1.1).
        assert_eq!(reader.next().await, None);
        stage.left("closed").await;
    }
    stage.strike().await;
}

#[tokio::test]
async fn a_close_with_a_code_that_none_may_send_breaks_the_protocol() {
    let mut stage = Stage::set().await;
    // 1014 was registered after RFC 6455, for gateways: no page sends it.
    let codes = [
        0, 1, 999, 1004, 1005, 1006, 1014, 1015, 1016, 1100, 2000, 2999, 5000, 0xffff,
    ];
    for code in codes {
        let bytes = close(code, "").bytes();
        stage
            .breaks(&format!("code {code}"), &bytes, close_code::PROTOCOL)
            .await;
    }
    let half = frame(CLOSE, [3]).bytes();
    stage
        .breaks("half a code", &half, close_code::PROTOCOL)
        .await;
    stage.strike().await;
}

#[tokio::test]
async fn the_reason_of_a_close_is_utf_8() {
    let mut stage = Stage::set().await;
    for reason in [&b"\xff"[..], b"bye \xe2\x82"] {
        let bytes = close(1000, reason).bytes();
        stage.breaks("a reason", &bytes, close_code::INVALID).await;
    }
    stage.strike().await;
}

#[tokio::test]
async fn what_comes_after_a_close_is_not_heeded() {
    let mut stage = Stage::set().await;
    for (what, after) in [
        ("a text", frame(TEXT, "?")),
        ("a ping", frame(PING, "?")),
        ("another close", close(1001, "")),
        ("a broken frame", frame(TEXT, "?").unmasked()),
        ("half a message", frame(TEXT, "?").unfinished()),
    ] {
        let bytes = bytes(&[close(1000, ""), after]);
        stage.breaks(what, &bytes, 1000).await;
    }
    // Also within a message.
    let within = bytes(&[frame(TEXT, "?").unfinished(), close(1000, "")]);
    stage.breaks("within a message", &within, 1000).await;
    stage.strike().await;
}

#[tokio::test]
async fn the_connection_ends_after_the_servers_close_was_answered_or_not() {
    let mut stage = Stage::set().await;
    for answer in [
        bytes(&[close(close_code::UNSUPPORTED, "")]),
        bytes(&[frame(CLOSE, "")]),
        // What was under way when the close came.
        bytes(&[frame(TEXT, "?"), frame(PING, "?"), close(1000, "")]),
        Vec::new(),
    ] {
        let mut reader = stage.enters().await;
        reader.send(&frame(BINARY, "?").bytes()).await;
        let said = reader.next().await.and_then(|said| said.code());
        assert_eq!(said, Some(close_code::UNSUPPORTED));
        // Gone for the others before it answers.
        stage.left("closed by the server").await;
        reader.send(&answer).await;
        assert_eq!(reader.next().await, None, "nothing after a close");
    }
    stage.strike().await;
}
