//! HTTP/2 frames that cost the client next to nothing (RFC 9113 §10.5).

use crate::{
    http2::{
        ACK, CONTINUATION, END_STREAM, HEADERS, PING, PRIORITY, RST_STREAM, SETTINGS,
        WINDOW_UPDATE, asks, flood, flood_unread, frame, get, hello,
    },
    siege::Siege,
    support::PATIENCE,
};
use std::time::Duration;
use tokio::{task::JoinSet, time::timeout};

/// How many of each kind.
const EACH: u64 = 4;
/// Frames that are sent at once.
const AT_ONCE: u32 = 100;
/// Longer than a client may ask for nothing.
const LASTS: Duration = Duration::from_secs(15);

/// The most by which a window can grow (RFC 9113 §6.9).
const LARGEST: [u8; 4] = 0x7fff_ffff_u32.to_be_bytes();
/// The field `x: y`, in no table (RFC 7541 §6.2.2).
const FIELD: &[u8] = &[0, 1, b'x', 1, b'y'];

/// What is sent from which stream on.
type Again = fn(u32) -> Vec<u8>;

/// One kind of flood.
#[derive(Clone)]
struct Flood {
    what: &'static str,
    begin: Vec<u8>,
    again: Again,
    ends: Ends,
}

/// How it ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// It is told that this is wrong.
    Told,
    /// With the time that there is to ask for something.
    Cut,
    /// With the time that there is to take an answer: it takes none.
    CutUnread,
    /// When the client has had enough: it asks for something now and then.
    Never,
}

fn kinds() -> Vec<Flood> {
    let hello = hello(65_535);
    let headers_begun = frame(HEADERS, END_STREAM, 1, &get("/"));
    let asked = [hello.clone(), asks(1, "/readyz")].concat();
    let flood = |what, begin: &[u8], ends, again| Flood {
        what,
        begin: begin.to_vec(),
        again,
        ends,
    };
    vec![
        // CVE-2023-44487.
        flood("streams reset at once", &hello, Ends::Told, |stream| {
            [asks(stream, "/"), frame(RST_STREAM, 0, stream, &[0; 4])].concat()
        }),
        // CVE-2025-8671: made to reset them itself, by a window that overflows.
        flood(
            "streams that the server resets",
            &hello,
            Ends::Told,
            |stream| [asks(stream, "/"), frame(WINDOW_UPDATE, 0, stream, &LARGEST)].concat(),
        ),
        // CVE-2024-27316.
        flood(
            "headers without end",
            &[hello.clone(), headers_begun].concat(),
            Ends::Told,
            |_| frame(CONTINUATION, 0, 1, FIELD),
        ),
        flood("PING", &asked, Ends::Cut, |_| frame(PING, 0, 0, &[0; 8])),
        flood("PING answers", &asked, Ends::Cut, |_| {
            frame(PING, ACK, 0, &[0; 8])
        }),
        flood("SETTINGS", &asked, Ends::Cut, |_| {
            frame(SETTINGS, 0, 0, &[])
        }),
        flood("PRIORITY", &asked, Ends::Cut, |stream| {
            frame(PRIORITY, 0, stream, &[0; 5])
        }),
        // CVE-2019-9512 and CVE-2019-9515: each is to be answered, and the answers
        // are left to pile up.
        flood("PING unread", &asked, Ends::CutUnread, |_| {
            frame(PING, 0, 0, &[0; 8])
        }),
        flood("SETTINGS unread", &asked, Ends::CutUnread, |_| {
            frame(SETTINGS, 0, 0, &[])
        }),
        flood(
            "PING and a request now and then",
            &asked,
            Ends::Never,
            |stream| match stream % 2_000 {
                1 => asks(stream, "/readyz"),
                _ => frame(PING, 0, 0, &[0; 8]),
            },
        ),
    ]
}

impl Flood {
    /// One connection, from its beginning to its end.
    async fn comes(&self, address: &str) {
        let Self { what, begin, .. } = self;
        let again = self.again;
        let mut stream = 1;
        let many = || {
            let from = stream;
            stream += 2 * AT_ONCE;
            (from..stream)
                .step_by(2)
                .flat_map(|stream| again(stream + 2))
                .collect()
        };
        let end = match self.ends {
            Ends::Never => {
                // However it ends: what is asked of it is that it stays small.
                let _ = timeout(LASTS, flood(address, begin, many)).await;
                return;
            }
            Ends::CutUnread => timeout(3 * PATIENCE, flood_unread(address, begin, many))
                .await
                .map(|()| None),
            Ends::Told | Ends::Cut => timeout(3 * PATIENCE, flood(address, begin, many)).await,
        };
        let reason = end.unwrap_or_else(|_| panic!("{what}: it goes on"));
        // 0 is no error (RFC 9113 §7).
        let told = reason.is_some_and(|reason| reason != 0);
        assert!(told || self.ends != Ends::Told, "{what}: {reason:?}");
    }
}

#[tokio::test]
async fn a_flood_of_http2_frames_comes_to_an_end() {
    let mut siege = Siege::begin("HTTP/2 floods").await;
    let mut clients = JoinSet::new();
    let mut made = 0;
    for kind in kinds() {
        for _ in 0..EACH {
            let (address, kind) = (siege.server.address.clone(), kind.clone());
            let over = siege.over();
            made += 1;
            clients.spawn(async move {
                while !over.is_cancelled() {
                    kind.comes(&address).await;
                }
            });
        }
    }
    siege.goes_on().await;
    siege.ends(clients).await;
    siege.lifted(made, 512).await;
}
