//! Single frames: RFC 6455 §5.2, §5.3 and §5.5.

use super::{Answer::Numbers, Stage, pong};
use crate::support::raw::{BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, bytes, close, frame};
use view_counter::counter::protocol::close_code;

#[tokio::test]
async fn a_client_masks_every_frame() {
    let mut stage = Stage::set().await;
    for (what, frame) in [
        ("a text", frame(TEXT, "?")),
        ("an empty text", frame(TEXT, "")),
        ("a ping", frame(PING, "?")),
        ("a pong", frame(PONG, "")),
        ("a close", close(1000, "")),
    ] {
        let bytes = frame.unmasked().bytes();
        stage.breaks(what, &bytes, close_code::PROTOCOL).await;
    }
    stage.strike().await;
}

#[tokio::test]
async fn reserved_bits_break_the_protocol() {
    let mut stage = Stage::set().await;
    for bit in [0x40, 0x20, 0x10] {
        for opcode in [TEXT, BINARY, CLOSE, PING, PONG] {
            let what = format!("bit {bit:#x} of opcode {opcode}");
            let bytes = frame(opcode, "").with_bits(bit).bytes();
            stage.breaks(&what, &bytes, close_code::PROTOCOL).await;
        }
    }
    stage.strike().await;
}

#[tokio::test]
async fn reserved_opcodes_break_the_protocol() {
    let mut stage = Stage::set().await;
    for opcode in (3..=7).chain(0xb..=0xf) {
        for payload in ["", "?"] {
            let what = format!("opcode {opcode:#x}");
            let bytes = frame(opcode, payload).bytes();
            stage.breaks(&what, &bytes, close_code::PROTOCOL).await;
        }
    }
    stage.strike().await;
}

#[tokio::test]
async fn a_control_frame_is_whole_and_at_most_125_bytes() {
    let mut stage = Stage::set().await;
    for opcode in [CLOSE, PING, PONG] {
        let what = format!("a fragment of opcode {opcode}");
        let fragment = frame(opcode, "").unfinished().bytes();
        stage.breaks(&what, &fragment, close_code::PROTOCOL).await;
        let what = format!("126 bytes of opcode {opcode}");
        let large = frame(opcode, [b'x'; 126]).bytes();
        stage.breaks(&what, &large, close_code::PROTOCOL).await;
        // Above what any frame may have it is that which is told. No reader can
        // tell the difference, and nothing is read for it.
        let what = format!("513 bytes of opcode {opcode}");
        let huge = frame(opcode, "").announcing(513).bytes();
        stage.breaks(&what, &huge, close_code::TOO_BIG).await;
    }
    stage.strike().await;
}

#[tokio::test]
async fn a_ping_is_answered_with_its_payload_and_a_pong_with_nothing() {
    let mut stage = Stage::set().await;
    let longest: Vec<u8> = (0..125).collect();
    for payload in [&b""[..], b"?", b"\0\xff\xfe", &longest] {
        let bytes = frame(PING, payload).bytes();
        stage.answers("a ping", &bytes, &[pong(payload)]).await;
        let bytes = frame(PONG, payload).bytes();
        stage.answers("a pong", &bytes, &[]).await;
    }
    let text_after_pong = bytes(&[frame(PONG, "?"), frame(TEXT, "?")]);
    stage
        .answers("a text after a pong", &text_after_pong, &[Numbers])
        .await;
    stage.strike().await;
}

#[tokio::test]
async fn a_frame_that_is_too_large_is_refused_for_what_it_announces() {
    let mut stage = Stage::set().await;
    let largest = frame(TEXT, [b'x'; 512]).bytes();
    stage.answers("512 bytes", &largest, &[Numbers]).await;
    // Of these no byte ever comes. Memory for the larger ones could not be had.
    // The last two have the bit set that must be 0 (§5.2): no reader can tell 1002
    // from 1009 there either.
    for announced in [513, 0xffff, 0x1_0000, 1 << 40, 1 << 63, u64::MAX] {
        for opcode in [TEXT, BINARY, CONTINUATION] {
            let what = format!("{announced} bytes of opcode {opcode}");
            let head = frame(opcode, "").announcing(announced).bytes();
            stage.is_closed_for(&what, &head, close_code::TOO_BIG).await;
        }
    }
    stage.strike().await;
}

/// RFC 6455 §5.2 wants the shortest form of whoever sends, and does not say what
/// the other side does if it is not. The WebSocket library takes any. It is left
/// at that: what is meant is not in doubt, and the size is bounded all the same.
#[tokio::test]
async fn a_length_that_is_written_longer_than_it_must_be_is_understood() {
    let mut stage = Stage::set().await;
    for payload in ["", "?"] {
        let in_16_bits = frame(TEXT, payload).length_in_16_bits().bytes();
        stage.answers("16 bits", &in_16_bits, &[Numbers]).await;
        let in_64_bits = frame(TEXT, payload).length_in_64_bits().bytes();
        stage.answers("64 bits", &in_64_bits, &[Numbers]).await;
        let ping = frame(PING, payload).length_in_64_bits().bytes();
        stage.answers("a ping", &ping, &[pong(payload)]).await;
    }
    stage.strike().await;
}
