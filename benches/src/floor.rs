//! What no server can go below: `write` to every socket, one after the other.
//!
//! It speaks just enough of the protocol for the same client: one slug, nothing
//! checked, nothing stored, and frames as seldom as ours sends them.

use anyhow::Result;
use std::{
    collections::BTreeMap,
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    time::sleep,
};

#[derive(Default)]
struct Room {
    /// In the order in which they joined, as the servers that are measured keep them: what
    /// the kernel has in its caches depends on it.
    sockets: BTreeMap<u64, Arc<TcpStream>>,
    total: u64,
}

impl Room {
    fn frame(&self) -> Vec<u8> {
        let (live, total) = (self.sockets.len(), self.total);
        let text = format!(r#"{{"live":{live},"total":{total}}}"#);
        let mut frame = vec![0x81, u8::try_from(text.len()).unwrap_or(125)];
        frame.extend(text.bytes());
        frame
    }
}

type Shared = Arc<(Mutex<Room>, Notify)>;

/// Serves until it is killed. All are written to at most once in a `window`.
pub async fn serve(port: u16, window: Duration) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
    let listener = TcpListener::bind(address).await?;
    let room = Shared::default();
    tokio::spawn(tell(Arc::clone(&room), window));
    announce();
    for id in 0.. {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(attend(stream, id, Arc::clone(&room)));
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "how servers say that they are ready")]
fn announce() {
    println!("listening");
}

async fn tell(room: Shared, window: Duration) {
    let (room, changed) = &*room;
    loop {
        changed.notified().await;
        {
            let room = lock(room);
            let frame = room.frame();
            for socket in room.sockets.values() {
                let _ = rustix::io::write(&**socket, &frame);
            }
        }
        sleep(window).await;
    }
}

async fn attend(mut stream: TcpStream, id: u64, room: Shared) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut request = [0; 2048];
    let mut read = 0;
    while !request[..read].ends_with(b"\r\n\r\n") {
        match stream.read(&mut request[read..]).await? {
            0 => return Ok(()),
            more => read += more,
        }
    }
    let answer = b"HTTP/1.1 101 Switching Protocols\r\n\
        Connection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    stream.write_all(answer).await?;
    let (room, changed) = &*room;
    let stream = Arc::new(stream);
    {
        let mut room = lock(room);
        room.total += 1;
        room.sockets.insert(id, Arc::clone(&stream));
        rustix::io::write(&*stream, &room.frame())?;
    }
    changed.notify_one();
    // Whatever it sends, it has left or leaves now.
    loop {
        stream.readable().await?;
        match stream.try_read(&mut request) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            _ => break,
        }
    }
    lock(room).sockets.remove(&id);
    changed.notify_one();
    Ok(())
}

fn lock(room: &Mutex<Room>) -> std::sync::MutexGuard<'_, Room> {
    room.lock().unwrap_or_else(PoisonError::into_inner)
}
