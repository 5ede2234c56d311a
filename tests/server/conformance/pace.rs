//! Bytes are a stream: where TCP cuts them means nothing, nor how slowly they
//! come. A reader who stops in the middle is gone like one who vanished.

use super::{Answer::Numbers, Stage, pong};
use crate::support::{
    counts,
    raw::{CONTINUATION, PING, TEXT, bytes, close, frame},
};
use std::time::Duration;
use tokio::time::{sleep, timeout};

#[tokio::test]
async fn frames_are_understood_one_byte_at_a_time() {
    let mut stage = Stage::set().await;
    let mut reader = stage.enters().await;
    let all = bytes(&[
        frame(TEXT, "?"),
        frame(TEXT, [b'x'; 126]).unfinished(),
        frame(PING, "still there?"),
        frame(CONTINUATION, "€"),
    ]);
    for byte in all {
        reader.send(&[byte]).await;
        // Long enough to be a segment of its own.
        sleep(Duration::from_millis(1)).await;
    }
    let answers = [Numbers, pong("still there?"), Numbers];
    stage.answered("bytes", &mut reader, &answers).await;
    stage.leaves("bytes", reader).await;
    stage.strike().await;
}

#[tokio::test]
async fn many_frames_in_one_segment_are_answered_in_order() {
    let mut stage = Stage::set().await;
    let mut frames = Vec::new();
    let mut answers = Vec::new();
    for n in 0..7u8 {
        frames.extend([frame(TEXT, "?"), frame(PING, [n])]);
        answers.extend([Numbers, pong([n])]);
    }
    stage.answers("at once", &bytes(&frames), &answers).await;
    stage.strike().await;
}

#[tokio::test]
async fn a_reader_that_ends_the_connection_anywhere_is_gone() {
    let mut stage = Stage::set().await;
    let text = frame(TEXT, "how many?").bytes();
    let begun = frame(TEXT, "how ").unfinished().bytes();
    for sent in [&[][..], &text[..1], &text[..5], &text[..8], &begun] {
        let mut reader = stage.enters().await;
        reader.send(sent).await;
        drop(reader);
        stage.left("half a frame, and the end").await;
    }
    let mut reader = stage.enters().await;
    reader.send(&close(1000, "").bytes()).await;
    drop(reader);
    stage.left("a close, and the end").await;
    stage.strike().await;
}

/// Within the 40 s of every reader who vanishes: half a frame is no sign of life
/// that lasts.
#[tokio::test]
async fn a_reader_that_stops_within_a_frame_is_gone_within_forty_seconds() {
    let mut stage = Stage::set().await;
    let text = frame(TEXT, "how many?").bytes();
    let mut reader = stage.enters().await;
    reader.send(&text[..8]).await;
    let silent = async {
        let ping = reader.next_within(Duration::from_secs(40)).await;
        assert_eq!(ping.map(|ping| ping.opcode), Some(PING));
        assert_eq!(reader.next().await, None);
    };
    // Who reads on answers pings meanwhile.
    let gone = counts(1, stage.views);
    let good = async {
        let mut seen = None;
        while seen != Some(gone) {
            seen = stage.good.frame_if_open().await;
            assert!(seen.is_some(), "who answered is dropped");
        }
    };
    timeout(Duration::from_secs(40), async {
        tokio::join!(silent, good)
    })
    .await
    .expect("it is gone in time");
    stage.strike().await;
}
