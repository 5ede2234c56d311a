//! A web server with a few files, which change.

use crate::service::slugs::Source;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

/// Clones are the same server.
#[derive(Clone)]
pub(super) struct Web {
    files: Arc<Mutex<HashMap<String, File>>>,
    asked: Arc<Mutex<Vec<String>>>,
    pub(super) address: Arc<str>,
}

#[derive(Clone)]
struct File {
    head: String,
    body: Vec<u8>,
    after: Duration,
}

impl Web {
    pub(super) async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web = Self {
            files: Arc::default(),
            asked: Arc::default(),
            address: format!("http://{}", listener.local_addr().unwrap()).into(),
        };
        let serving = web.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().answer(stream));
            }
        });
        web
    }

    async fn answer(self, mut stream: TcpStream) {
        let mut head = vec![0; 4096];
        let read = stream.read(&mut head).await.unwrap_or(0);
        let head = String::from_utf8_lossy(&head[..read]).into_owned();
        let path = head.split(' ').nth(1).unwrap_or_default();
        let file = self.files.lock().unwrap().get(path).cloned();
        self.asked.lock().unwrap().push(head);
        let file = file.unwrap_or(File {
            head: "HTTP/1.1 404 Not Found".to_owned(),
            body: Vec::new(),
            after: Duration::ZERO,
        });
        sleep(file.after).await;
        let head = format!(
            "{}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            file.head,
            file.body.len()
        );
        // Whoever asked may have gone.
        let _ = stream
            .write_all(&[head.as_bytes(), &file.body].concat())
            .await;
    }

    fn set(&self, path: &str, head: String, body: Vec<u8>, after: Duration) {
        let file = File { head, body, after };
        self.files.lock().unwrap().insert(path.to_owned(), file);
    }

    pub(super) fn put(&self, path: &str, body: impl Into<Vec<u8>>) {
        self.put_as(path, "", body);
    }

    /// With this header beside those that it has.
    pub(super) fn put_as(&self, path: &str, header: &str, body: impl Into<Vec<u8>>) {
        let header = match header {
            "" => String::new(),
            header => format!("\r\n{header}"),
        };
        let head = format!("HTTP/1.1 200 OK{header}");
        self.set(path, head, body.into(), Duration::ZERO);
    }

    /// The answer comes after this time.
    pub(super) fn put_slow(&self, path: &str, body: impl Into<Vec<u8>>, after: Duration) {
        self.set(path, "HTTP/1.1 200 OK".to_owned(), body.into(), after);
    }

    pub(super) fn redirect(&self, path: &str, to: &str) {
        let head = format!("HTTP/1.1 302 Found\r\nLocation: {to}");
        self.set(path, head, Vec::new(), Duration::ZERO);
    }

    /// A site map index of these, which may be paths of this server.
    pub(super) fn index(&self, path: &str, members: &[&str]) {
        let member = |member: &&str| {
            let host = if member.starts_with('/') {
                &*self.address
            } else {
                ""
            };
            format!("<sitemap><loc>{host}{member}</loc></sitemap>")
        };
        let members: String = members.iter().map(member).collect();
        self.put(path, format!("<sitemapindex>{members}</sitemapindex>"));
    }

    pub(super) fn take(&self, path: &str) {
        self.files.lock().unwrap().remove(path);
    }

    /// The heads of all requests so far.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// How often this path was asked for.
    pub(super) fn times_asked(&self, path: &str) -> usize {
        let start = format!("GET {path} ");
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|head| head.starts_with(&start)).count()
    }

    pub(super) fn source(&self, path: &str) -> Source {
        format!("{}{path}", self.address).parse().unwrap()
    }
}
