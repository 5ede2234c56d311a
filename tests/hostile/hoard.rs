//! Clients that ask for as much as they may and read nothing of it: what one address can
//! hold. Each asks for a part of everything that there is, a hundred times on each of two
//! hundred connections: over HTTP/2 with a window of 0 or with one of a byte, over HTTP/1.1
//! one request after the other with a receive buffer that is as small as it can be.

use crate::{
    footprint::{Footprint, Watch},
    http2::{END_HEADERS, END_STREAM, HEADERS, field, frame, get, hello},
    support::{Folder, PATIENCE, Server, eventually_within},
};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::timeout,
};

/// Connections that ask, and requests on each: nearly as many as one address may have.
const CONNECTIONS: usize = 200;
const STREAMS: usize = 100;
/// How much of an answer they let come: nothing, or the first byte.
const WINDOWS: [u32; 2] = [0, 1];
/// Slugs that the list of all numbers has.
const SLUGS: usize = 2_000;

/// The memory that one address may take, in KiB: 28 MiB of unread responses, and for each
/// connection a megabyte of what it asks for, all at once. 26 to 165 MiB were seen, in a
/// build that is not optimised, and 1,450 MiB before responses were bounded.
const MAX_KIB: u64 = 28 * 1024 + 1024 * CONNECTIONS as u64;
/// Its descriptors: its connections, and a few files that are read at the moment.
const MAX_DESCRIPTORS: u64 = CONNECTIONS as u64 + 64;

/// What is asked for: a page, files of the content and of the build, lists, a picture.
const PATHS: [&str; 8] = [
    "/posts/one",
    "/media/small.png",
    "/media/large.png",
    "/pkg/view-counter.js",
    "/api/v1/views",
    "/api/v1/openapi.json",
    "/badge/one.svg",
    "/embed.js",
];

fn folder() -> Folder {
    let folder = Folder::new();
    for (file, length) in [
        ("content/small.png", 2_000),
        ("content/large.png", 300_000),
        ("site/pkg/view-counter.js", 300_000),
        ("site/embed.js", 3_000),
    ] {
        folder.write(file, &"x".repeat(length));
    }
    let slugs: Vec<_> = (0..SLUGS).map(|n| format!("slug-{n}")).collect();
    folder.write("slugs.txt", &slugs.join("\n"));
    folder
}

/// What a visitor speaks.
#[derive(Clone, Copy)]
enum Version {
    /// All requests at once, each on a stream of its own.
    Http2,
    /// All requests at once, answered in turn ("pipelining": RFC 9112, 9.3.2).
    Http1,
}

/// Somebody who asks, and whose requests say so.
#[derive(Clone)]
struct Visitor {
    version: Version,
    /// Their address on this machine.
    from: [u8; 4],
    /// The address that a proxy names, if they come through one.
    behind: Option<&'static str>,
    /// A header that is larger than those of browsers.
    large: usize,
}

impl Visitor {
    fn fields(&self) -> Vec<(&'static str, String)> {
        let behind = self
            .behind
            .map(|address| ("x-forwarded-for", address.to_owned()));
        let large = (self.large > 0).then(|| ("x-large", "x".repeat(self.large)));
        behind.into_iter().chain(large).collect()
    }

    /// Asks for everything on one connection, a hundred times, and takes next to nothing of
    /// the answers. `n` tells its connections apart.
    async fn hoards(self, address: String, n: usize) -> TcpStream {
        let window = WINDOWS[n % WINDOWS.len()];
        match self.version {
            Version::Http2 => self.hoards_streams(address, window).await,
            Version::Http1 => self.hoards_in_turn(address).await,
        }
    }

    /// Takes no more than so many bytes of each answer. Waits until no more of them begin.
    async fn hoards_streams(self, address: String, window: u32) -> TcpStream {
        let fields: Vec<u8> = self
            .fields()
            .iter()
            .flat_map(|(name, value)| field(name, value))
            .collect();
        let mut asked = hello(window);
        for (n, path) in PATHS.iter().cycle().take(STREAMS).enumerate() {
            let block = [get(path), fields.clone()].concat();
            let stream = 2 * n as u32 + 1;
            asked.extend(frame(HEADERS, END_HEADERS | END_STREAM, stream, &block));
        }
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let (mut reading, mut writing) = stream.split();
        let mut bytes = [0; 16 * 1024];
        let quiet = Duration::from_secs(2);
        let begins =
            async { while let Ok(Ok(1..)) = timeout(quiet, reading.read(&mut bytes)).await {} };
        let (sent, ()) = tokio::join!(writing.write_all(&asked), begins);
        sent.expect("the server reads what it is asked");
        stream
    }

    /// Takes nothing of the answers, and waits until no more of the questions are taken.
    async fn hoards_in_turn(self, address: String) -> TcpStream {
        let fields: String = self
            .fields()
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let socket = TcpSocket::new_v4().unwrap();
        // The kernel makes it as large as the least that there is.
        socket.set_recv_buffer_size(1).unwrap();
        let address = address.parse().unwrap();
        let mut stream = socket.connect(address).await.unwrap();
        let quiet = Duration::from_secs(2);
        for path in PATHS.iter().cycle().take(STREAMS) {
            let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{fields}\r\n");
            match timeout(quiet, stream.write_all(request.as_bytes())).await {
                Ok(sent) => sent.expect("the server keeps the connection"),
                Err(_) => break,
            }
        }
        stream
    }

    /// Everything is answered.
    async fn is_served(&self, server: &Server) {
        let client = reqwest::Client::builder();
        let client = client.local_address(std::net::IpAddr::from(self.from));
        let client = client.build().unwrap();
        for path in PATHS {
            let mut request = client.get(server.url(path));
            for (name, value) in self.fields() {
                request = request.header(name, value);
            }
            let response = timeout(PATIENCE, request.send()).await;
            let response = response.expect("others are served").unwrap();
            assert_eq!(response.status(), 200, "{path}");
            response.bytes().await.unwrap();
        }
    }
}

/// One visitor holds as much as there is to be had, and another is served meanwhile.
async fn is_bounded(what: &str, settings: &[&str], hoarder: Visitor, other: Visitor) {
    let folder = folder();
    let own = [
        "--limits",
        "on",
        "--site-root",
        "site",
        "--slugs",
        "slugs.txt",
    ];
    let server = Server::start_with(&folder, &[&own, settings].concat()).await;
    // What is made once is there.
    other.is_served(&server).await;
    let before = Footprint::of(&server);
    let watch = Watch::over(&server);
    let mut coming = JoinSet::new();
    for n in 0..CONNECTIONS {
        let (address, hoarder) = (server.address.clone(), hoarder.clone());
        coming.spawn(hoarder.hoards(address, n));
    }
    let held = timeout(6 * PATIENCE, coming.join_all()).await;
    let held = held.expect("all have asked");
    other.is_served(&server).await;
    let most = watch.most();
    drop(watch);
    let memory = most.memory.saturating_sub(before.memory);
    let descriptors = most.descriptors.saturating_sub(before.descriptors);
    println!(
        "{what}: {CONNECTIONS} connections with {STREAMS} unread answers each took {memory} KiB \
         and {descriptors} descriptors"
    );
    assert!(memory <= MAX_KIB, "{memory} KiB");
    assert!(descriptors <= MAX_DESCRIPTORS, "{descriptors} descriptors");
    drop(held);
    eventually_within(2 * PATIENCE, "all descriptors are given back", async || {
        // Its own connection, and what the database opens now and then.
        Footprint::of(&server).descriptors <= before.descriptors + 8
    })
    .await;
    server.stop().await;
}

#[tokio::test]
async fn what_one_address_holds_unread_is_bounded_and_others_are_served() {
    use Version::{Http1, Http2};
    let at = |last| Visitor {
        version: Http2,
        from: [127, 0, 0, last],
        behind: None,
        large: 0,
    };
    let behind = |version, address, large| Visitor {
        version,
        from: [127, 0, 0, 1],
        behind: Some(address),
        large,
    };
    let trusted = ["--trusted-proxies", "127.0.0.1"];
    let other = |version| behind(version, "203.0.113.8", 4_000);
    is_bounded("hoards", &[], at(1), at(2)).await;
    let hoarder = behind(Http2, "203.0.113.7", 4_000);
    is_bounded("hoards through a proxy", &trusted, hoarder, other(Http2)).await;
    let hoarder = behind(Http1, "203.0.113.7", 4_000);
    is_bounded("hoards in turn", &trusted, hoarder, other(Http1)).await;
}
