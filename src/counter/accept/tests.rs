//! How long a connection lives, by a clock that jumps: nothing here waits.

#[cfg(target_os = "linux")]
mod accepting;
mod ahead;

use super::*;
use axum::{body::Bytes, http::StatusCode, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    task::JoinHandle,
    time::{Instant, sleep},
};

const SECOND: Duration = Duration::from_secs(1);
/// What is promised, whatever the server's own constants say.
const TEN_SECONDS: Duration = Duration::from_secs(10);
const HALF_A_MINUTE: Duration = Duration::from_secs(30);
const FIVE_MINUTES: Duration = Duration::from_secs(300);
/// What a pipe holds, more than any of these tests but one has under way.
const PIPE: usize = 64 * 1024;

/// A server of one connection.
struct Served {
    client: DuplexStream,
    serving: JoinHandle<()>,
    places: Arc<Semaphore>,
    since: Instant,
}

/// `/` answers at once, `/never` begins to; `/hold` holds the connection for ten
/// hours, as a socket does.
fn app() -> Router {
    Router::new()
        .route("/", get(async || "here"))
        .route("/large", get(async || vec![b'x'; 4 * PIPE]))
        .route(
            "/never",
            get(async || {
                Body::from_stream(futures_util::stream::pending::<Result<Bytes, Infallible>>())
            }),
        )
        .route(
            "/hold",
            get(async |request: Request| {
                let held = request.extensions().get::<Place>().map(Place::hold);
                tokio::spawn(async move {
                    sleep(36_000 * SECOND).await;
                    drop(held);
                });
                StatusCode::NO_CONTENT
            }),
        )
}

async fn served() -> Served {
    let (client, server) = duplex(PIPE);
    served_over(client, server).await
}

async fn served_over(client: DuplexStream, server: impl Transport) -> Served {
    let places = Arc::new(Semaphore::new(1));
    let place = Arc::clone(&places).acquire_owned().await.unwrap();
    let connection = Connection {
        app: app(),
        stop: CancellationToken::new(),
        activity: Activity::begin(place),
        guest: Arc::new(()),
        peer: ConnectInfo(([127, 0, 0, 1], 1).into()),
    };
    Served {
        client,
        serving: tokio::spawn(connection.serve(server)),
        places,
        since: Instant::now(),
    }
}

impl Served {
    async fn ask(&mut self, path: &str) {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        self.client.write_all(request.as_bytes()).await.unwrap();
    }

    /// The answer's head and as much of its body as this.
    async fn answered(&mut self, end: &str) {
        let mut answer = Vec::new();
        while !answer.ends_with(end.as_bytes()) {
            answer.push(self.client.read_u8().await.unwrap());
        }
        assert!(answer.starts_with(b"HTTP/1.1 20"), "{answer:?}");
    }

    /// Waits until the server ends the connection; returns how long that took.
    async fn ended(mut self) -> Duration {
        let mut rest = Vec::new();
        let _ = self.client.read_to_end(&mut rest).await;
        self.serving.await.unwrap();
        let lived = self.since.elapsed();
        // And its place is free again.
        let _free = self.places.acquire().await.unwrap();
        lived
    }
}

fn within_a_second_of(expected: Duration, lived: Duration) -> bool {
    (expected..expected + SECOND).contains(&lived)
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
const PING: &[u8] = &[0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

#[tokio::test(start_paused = true)]
async fn who_asks_for_nothing_has_ten_seconds() {
    let settled = [PREFACE, SETTINGS].concat();
    for sent in [
        &b""[..],
        b"G",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"PRI * HTTP/2",
        PREFACE,
        &settled,
    ] {
        let mut served = served().await;
        served.client.write_all(sent).await.unwrap();
        let lived = served.ended().await;
        assert!(
            within_a_second_of(TEN_SECONDS, lived),
            "{sent:?}: {lived:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_only_seems_alive_has_no_more_time() {
    for (begin, again) in [
        (&b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "[..], &b"x"[..]),
        (&[PREFACE, SETTINGS].concat(), PING),
        (&[PREFACE, SETTINGS].concat(), SETTINGS),
    ] {
        let mut served = served().await;
        served.client.write_all(begin).await.unwrap();
        let (mut reading, mut writing) = tokio::io::split(served.client);
        let dripping = tokio::spawn(async move {
            while writing.write_all(again).await.is_ok() {
                sleep(SECOND).await;
            }
        });
        let mut rest = Vec::new();
        let _ = reading.read_to_end(&mut rest).await;
        served.serving.await.unwrap();
        dripping.abort();
        let lived = served.since.elapsed();
        assert!(
            within_a_second_of(TEN_SECONDS, lived),
            "{again:?}: {lived:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn who_takes_what_it_is_sent_now_and_then_has_no_more_time() {
    // After ten seconds one of them takes what it is sent, and the other does not.
    for blocked_first in [true, false] {
        let activity = Activity::begin(());
        let since = Instant::now();
        let now_and_then = async {
            let mut blocked = blocked_first;
            loop {
                activity.blocked(blocked);
                sleep(SECOND * 3 / 10).await;
                blocked = !blocked;
            }
        };
        tokio::select! {
            () = now_and_then => {}
            overdue = activity.overdue() => assert_eq!(overdue, Overdue::Cut),
        }
        let lived = since.elapsed();
        assert!(within_a_second_of(TEN_SECONDS, lived), "{lived:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_answer_gives_ten_seconds_more() {
    let mut served = served().await;
    for _ in 0..4 {
        served.ask("/").await;
        served.answered("here").await;
        sleep(TEN_SECONDS - SECOND).await;
    }
    let lived = served.ended().await;
    let expected = 3 * (TEN_SECONDS - SECOND) + TEN_SECONDS;
    assert!(within_a_second_of(expected, lived), "{lived:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_end_is_cut_after_five_minutes() {
    let mut served = served().await;
    served.ask("/never").await;
    let lived = served.ended().await;
    assert!(within_a_second_of(FIVE_MINUTES, lived), "{lived:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_taken_a_byte_at_a_time_is_cut_after_five_minutes() {
    let mut served = served().await;
    served.ask("/large").await;
    let mut taken = 0;
    // Each byte is within the time for which a peer may take nothing.
    while served.client.read_u8().await.is_ok() {
        taken += 1;
        if !served.serving.is_finished() {
            sleep(HALF_A_MINUTE - SECOND).await;
        }
    }
    assert!(taken > PIPE / 2, "what was written is read");
    let lived = served.since.elapsed();
    let most = FIVE_MINUTES + HALF_A_MINUTE;
    assert!((FIVE_MINUTES..most).contains(&lived), "{lived:?}");
    served.serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_takes_is_cut_when_writing_stops() {
    let mut served = served().await;
    served.ask("/large").await;
    while !served.serving.is_finished() {
        sleep(SECOND).await;
    }
    let lived = served.since.elapsed();
    assert!(
        (HALF_A_MINUTE..HALF_A_MINUTE + 2 * SECOND).contains(&lived),
        "{lived:?}"
    );
}

/// A client that speaks HTTP/2 and answers pings as long as it is connected.
struct Http2 {
    client: h2::client::SendRequest<Bytes>,
    connection: JoinHandle<Result<(), h2::Error>>,
    serving: JoinHandle<()>,
    since: Instant,
}

impl Http2 {
    async fn connect() -> Self {
        Self::with_window(65_535).await
    }

    /// One that lets so many bytes of each answer come.
    async fn with_window(window: u32) -> Self {
        let served = served().await;
        let mut builder = h2::client::Builder::new();
        builder.initial_window_size(window);
        let (client, connection) = builder.handshake(served.client).await.unwrap();
        Self {
            client,
            connection: tokio::spawn(connection),
            serving: served.serving,
            since: served.since,
        }
    }

    async fn ask(&mut self, path: &str) -> http::Response<h2::RecvStream> {
        let uri = format!("http://x{path}");
        let request = http::Request::get(uri).body(()).unwrap();
        let mut client = self.client.clone().ready().await.unwrap();
        let (answer, _) = client.send_request(request, true).unwrap();
        answer.await.unwrap()
    }

    /// Waits until the server has told it to go.
    async fn told(&mut self) -> Duration {
        (&mut self.connection).await.unwrap().unwrap();
        self.since.elapsed()
    }
}

#[tokio::test(start_paused = true)]
async fn over_http2_too_each_answer_gives_ten_seconds_more() {
    let mut http2 = Http2::connect().await;
    for _ in 0..4 {
        assert_eq!(http2.ask("/").await.status(), 200);
        sleep(TEN_SECONDS - SECOND).await;
    }
    let lived = http2.told().await;
    let expected = 3 * (TEN_SECONDS - SECOND) + TEN_SECONDS;
    assert!(within_a_second_of(expected, lived), "{lived:?}");
    http2.serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn over_http2_a_client_that_will_not_go_is_cut() {
    // A request for `/`, by the first entries of the static table (RFC 7541).
    let get = [0, 0, 6, 1, 5, 0, 0, 0, 1, 0x82, 0x84, 0x86, 0x41, 1, b'x'];
    let mut served = served().await;
    let asks = [PREFACE, SETTINGS, &get].concat();
    served.client.write_all(&asks).await.unwrap();
    let lived = served.ended().await;
    assert!(within_a_second_of(2 * TEN_SECONDS, lived), "{lived:?}");
}

/// What the library holds of it is not taken yet: the client has no room, or less
/// than the four bytes.
#[tokio::test(start_paused = true)]
async fn over_http2_too_an_answer_that_is_not_taken_is_cut_after_five_minutes() {
    for window in [0, 1, 3] {
        let mut http2 = Http2::with_window(window).await;
        let _unread = http2.ask("/").await;
        http2.serving.await.unwrap();
        let lived = http2.since.elapsed();
        // It was told to go, and that takes a while.
        let expected = FIVE_MINUTES + 15 * SECOND;
        assert!(within_a_second_of(expected, lived), "{window}: {lived:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn over_http2_a_socket_is_not_touched() {
    let mut http2 = Http2::connect().await;
    assert_eq!(http2.ask("/hold").await.status(), 204);
    let lived = http2.told().await;
    let expected = 36_000 * SECOND + TEN_SECONDS;
    assert!(within_a_second_of(expected, lived), "{lived:?}");
}

#[tokio::test(start_paused = true)]
async fn over_http2_an_answer_beside_a_socket_has_five_minutes_and_the_socket_stays() {
    let mut http2 = Http2::with_window(0).await;
    assert_eq!(http2.ask("/hold").await.status(), 204);
    sleep(1_000 * SECOND).await;
    for path in ["/never", "/", "/large"] {
        let asked = Instant::now();
        let mut untaken = http2.ask(path).await;
        let end = untaken.body_mut().data().await;
        assert!(end.is_none_or(|data| data.is_err()), "{path}");
        let lived = asked.elapsed();
        assert!(within_a_second_of(FIVE_MINUTES, lived), "{path}: {lived:?}");
        assert!(!http2.serving.is_finished(), "the socket is still there");
    }
    // Answers that are taken are not touched.
    sleep(1_000 * SECOND).await;
    assert_eq!(http2.ask("/hold").await.status(), 204);
}
