//! Messages of one or more frames: RFC 6455 §5.4, §5.6 and §8.1.

use super::{Answer::Numbers, Stage, pong};
use crate::support::raw::{BINARY, CONTINUATION, PING, PONG, TEXT, bytes, frame};
use view_counter::counter::protocol::close_code;

#[tokio::test]
async fn fragments_are_one_message_with_control_frames_between_them() {
    let mut stage = Stage::set().await;
    let begun = frame(TEXT, "how ").unfinished();
    let more = frame(CONTINUATION, "many ").unfinished();
    let ended = frame(CONTINUATION, "are we?");
    let nothing = frame(CONTINUATION, "").unfinished();
    for (what, frames, answers) in [
        (
            "three fragments",
            vec![begun.clone(), more.clone(), ended.clone()],
            vec![Numbers],
        ),
        (
            "a ping between fragments",
            vec![
                begun.clone(),
                frame(PING, "1"),
                more,
                frame(PING, "2"),
                ended.clone(),
            ],
            vec![pong("1"), pong("2"), Numbers],
        ),
        (
            "a pong between fragments",
            vec![begun.clone(), frame(PONG, "1"), ended],
            vec![Numbers],
        ),
        (
            "empty fragments at the end",
            vec![begun, nothing.clone(), frame(CONTINUATION, "")],
            vec![Numbers],
        ),
        (
            "nothing but empty fragments",
            vec![
                frame(TEXT, "").unfinished(),
                nothing,
                frame(CONTINUATION, ""),
            ],
            vec![Numbers],
        ),
        (
            "one message after another",
            vec![
                frame(TEXT, "1").unfinished(),
                frame(CONTINUATION, ""),
                frame(TEXT, "2"),
            ],
            vec![Numbers, Numbers],
        ),
    ] {
        stage.answers(what, &bytes(&frames), &answers).await;
    }
    stage.strike().await;
}

#[tokio::test]
async fn fragments_out_of_order_break_the_protocol() {
    let mut stage = Stage::set().await;
    let begun = frame(TEXT, "?").unfinished();
    for (what, frames) in [
        ("an end of nothing", vec![frame(CONTINUATION, "?")]),
        (
            "a middle of nothing",
            vec![frame(CONTINUATION, "").unfinished()],
        ),
        (
            "a text within a message",
            vec![begun.clone(), frame(TEXT, "?")],
        ),
        (
            "the begin of a text within a message",
            vec![begun.clone(), begun.clone()],
        ),
        ("a binary within a text", vec![begun, frame(BINARY, "?")]),
    ] {
        let bytes = bytes(&frames);
        stage.breaks(what, &bytes, close_code::PROTOCOL).await;
    }
    stage.strike().await;
}

#[tokio::test]
async fn text_is_utf_8_whichever_way_it_is_cut() {
    let mut stage = Stage::set().await;
    let euro = "€".as_bytes();
    let cut = |text: &[u8], at| {
        let (begin, end) = text.split_at(at);
        bytes(&[frame(TEXT, begin).unfinished(), frame(CONTINUATION, end)])
    };
    for at in 0..=3 {
        stage.answers("cut", &cut(euro, at), &[Numbers]).await;
    }
    let whole = frame(TEXT, "κόσμε\0\u{ffff}\u{10ffff}").bytes();
    stage.answers("whole", &whole, &[Numbers]).await;

    for (what, text) in [
        ("a byte that none begins with", &b"\xff"[..]),
        ("a continuation alone", b"a\x80"),
        ("a character cut short", b"\xe2\x82"),
        ("an overlong slash", b"\xc0\xaf"),
        ("half of a surrogate pair", b"\xed\xa0\x80"),
        ("above the last character", b"\xf4\x90\x80\x80"),
    ] {
        let whole = frame(TEXT, text).bytes();
        stage.breaks(what, &whole, close_code::INVALID).await;
        stage.breaks(what, &cut(text, 1), close_code::INVALID).await;
    }
    // Cut within a character, with another one where its rest should be.
    let torn = bytes(&[
        frame(TEXT, &euro[..2]).unfinished(),
        frame(CONTINUATION, "?"),
    ]);
    stage.breaks("torn", &torn, close_code::INVALID).await;
    // It is known before the message is over.
    let begun = frame(TEXT, b"\xff").unfinished().bytes();
    stage.breaks("not over", &begun, close_code::INVALID).await;
    stage.strike().await;
}

#[tokio::test]
async fn binary_messages_are_refused() {
    let mut stage = Stage::set().await;
    for (what, frames) in [
        ("some", vec![frame(BINARY, [0, 1, 0xff])]),
        ("none", vec![frame(BINARY, "")]),
        (
            "in fragments",
            vec![frame(BINARY, "1").unfinished(), frame(CONTINUATION, "2")],
        ),
    ] {
        let bytes = bytes(&frames);
        stage.breaks(what, &bytes, close_code::UNSUPPORTED).await;
    }
    stage.strike().await;
}

#[tokio::test]
async fn fragments_together_are_no_larger_than_a_message() {
    let mut stage = Stage::set().await;
    let begun = frame(TEXT, [b'x'; 300]).unfinished();
    let fits = bytes(&[begun.clone(), frame(CONTINUATION, [b'x'; 212])]);
    stage.answers("512 bytes", &fits, &[Numbers]).await;
    let large = bytes(&[begun, frame(CONTINUATION, [b'x'; 213]).unfinished()]);
    stage.breaks("513 bytes", &large, close_code::TOO_BIG).await;
    stage.strike().await;
}
