//! What becomes of errors where connections are accepted, and of a listener that is full.

use super::*;

/// What accepting connections has to say, one after the other.
struct Accepts(std::sync::Mutex<std::vec::IntoIter<io::Result<DuplexStream>>>);

impl Incoming for Accepts {
    type Stream = DuplexStream;

    async fn next(&self) -> io::Result<(DuplexStream, SocketAddr)> {
        let next = self.0.lock().unwrap().next();
        let accepted = match next {
            Some(accepted) => accepted?,
            None => std::future::pending().await,
        };
        Ok((accepted, ([127, 0, 0, 1], 1).into()))
    }
}

/// How long a client waits for its answer if this error comes, so many times, before its
/// connection.
async fn answered_after(code: i32, times: usize) -> Duration {
    let (mut client, server) = duplex(PIPE);
    let errors = (0..times).map(|_| Err(io::Error::from_raw_os_error(code)));
    let accepts: Vec<_> = errors.chain([Ok(server)]).collect();
    let began = Instant::now();
    let room = Room::new(1, WhenFull::Wait);
    let accepts = Accepts(std::sync::Mutex::new(accepts.into_iter()));
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve_in(room, accepts, app(), |_| Some(()), stop.clone()));
    client
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let waited = began.elapsed();
    stop.cancel();
    serving.await.unwrap();
    waited
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_was_aborted_keeps_nobody_waiting() {
    assert_eq!(
        answered_after(libc::ECONNABORTED, 1_000).await,
        Duration::ZERO
    );
    // Of descriptors there may be more in a moment, and not before.
    let waited = answered_after(libc::EMFILE, 10).await;
    assert!(within_a_second_of(SECOND, waited), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn where_the_oldest_make_room_a_few_idle_clients_keep_nobody_away() {
    let (mut idle, servers): (Vec<_>, Vec<_>) = (0..20).map(|_| duplex(PIPE)).unzip();
    let accepts: Vec<_> = servers.into_iter().map(Ok).collect();
    let accepts = Accepts(std::sync::Mutex::new(accepts.into_iter()));
    let room = Room::new(8, WhenFull::EndTheOldest(VecDeque::new()));
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve_in(room, accepts, app(), |_| Some(()), stop.clone()));
    let began = Instant::now();
    // Those that came first were closed for those that came last, which are served.
    let ended = idle[0].read(&mut [0]).await;
    assert!(ended.is_ok_and(|read| read == 0));
    for client in &mut idle[12..] {
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        assert_eq!(client.read_u8().await.unwrap(), b'H');
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
    stop.cancel();
    drop(idle);
    serving.await.unwrap();
}
