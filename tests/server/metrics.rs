//! What an operator can see, at an address of its own.

use crate::support::{Client, Folder, Server, counts, eventually, view_id};
use std::{collections::HashMap, time::Duration};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;

const CRAWLER: &[(&str, &str)] = &[("user-agent", "GPTBot/1.2")];

struct Watched {
    server: Server,
    metrics: String,
}

impl Watched {
    async fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let mut all = vec!["--metrics-listen", "127.0.0.1:0"];
        all.extend(arguments);
        let mut server = Server::start_with(folder, &all).await;
        let line = server.logs("metrics on ").await;
        let (_, metrics) = line.trim().split_once("metrics on ").unwrap();
        let metrics = metrics.to_owned();
        Self { server, metrics }
    }

    /// Every series and its value.
    async fn series(&self) -> HashMap<String, f64> {
        let answer = reqwest::get(&self.metrics).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(
            answer.headers()["content-type"],
            "text/plain; version=0.0.4"
        );
        let text = answer.text().await.unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| {
                let (name, value) = line.rsplit_once(' ').unwrap();
                (name.to_owned(), value.parse().unwrap())
            })
            .collect()
    }

    async fn value(&self, name: &str) -> f64 {
        let series = self.series().await;
        *series.get(name).unwrap_or_else(|| panic!("no {name}"))
    }

    async fn connect(&self, path: &str, headers: &[(&'static str, &'static str)]) -> Client {
        Client::connect_with(&self.server.address, path, headers).await
    }
}

#[tokio::test]
async fn readers_watchers_and_what_became_of_handshakes_are_seen() {
    let folder = Folder::new();
    let watched = Watched::start(&folder, &["--respect-gpc"]).await;
    let path = |query: &str| format!("/api/v1/connect/one{query}");

    let mut reader = watched.connect(&path(&view_id(1)), &[]).await;
    reader.sees(counts(1, 1)).await;
    let mut watchers = Vec::new();
    for (query, headers) in [
        ("?watch=1", &[][..]),
        ("?gpc=1", &[]),
        ("?webdriver=1", &[]),
        ("", CRAWLER),
    ] {
        let mut watcher = watched.connect(&path(query), headers).await;
        watcher.sees(counts(1, 1)).await;
        watchers.push(watcher);
    }
    let refused = [
        ("/api/v1/connect/one", "https://elsewhere.example"),
        ("/api/v1/connect/three", ""),
        ("/api/v1/connect/a//b", ""),
        ("/api/v1/connect/one?v=1", ""),
    ];
    for (path, origin) in refused {
        let headers = [("origin", origin)];
        let headers = if origin.is_empty() { &[][..] } else { &headers };
        let refused = Client::try_connect_with(&watched.server.address, path, headers).await;
        assert!(refused.is_err(), "{path}");
    }

    let series = watched.series().await;
    for (name, value) in [
        ("viewcounter_readers", 1.0),
        ("viewcounter_watchers", 4.0),
        ("viewcounter_hubs", 1.0),
        ("viewcounter_views_total", 1.0),
        ("viewcounter_unsaved_views", 1.0),
        ("viewcounter_handshakes_total{outcome=\"accepted\"}", 5.0),
        (
            "viewcounter_handshakes_total{outcome=\"origin_refused\"}",
            1.0,
        ),
        (
            "viewcounter_handshakes_total{outcome=\"slug_unknown\"}",
            1.0,
        ),
        (
            "viewcounter_handshakes_total{outcome=\"slug_malformed\"}",
            1.0,
        ),
        ("viewcounter_handshakes_total{outcome=\"malformed\"}", 1.0),
        ("viewcounter_handshakes_total{outcome=\"too_fast\"}", 0.0),
        (
            "viewcounter_uncounted_handshakes_total{reason=\"asked\"}",
            1.0,
        ),
        (
            "viewcounter_uncounted_handshakes_total{reason=\"privacy\"}",
            1.0,
        ),
        (
            "viewcounter_uncounted_handshakes_total{reason=\"webdriver\"}",
            1.0,
        ),
        (
            "viewcounter_uncounted_handshakes_total{reason=\"crawler\"}",
            1.0,
        ),
        (
            "viewcounter_uncounted_handshakes_total{reason=\"quota\"}",
            0.0,
        ),
        ("viewcounter_frames_sent_total", 5.0),
        ("viewcounter_build_info{version=\"0.1.0\"}", 1.0),
    ] {
        assert_eq!(series.get(name), Some(&value), "{name}");
    }
    assert!(series["viewcounter_sockets_limit"] > 100.0);
    assert!(series["process_resident_memory_bytes"] > 1e6);
    assert!(series["process_open_fds"] > 5.0);
    assert!(series["process_max_fds"] > 5.0);
    assert!(series["process_start_time_seconds"] > 1.7e9);

    // What a stranger sends makes no new series.
    let before: Vec<_> = sorted(series.into_keys());
    reader.leave().await;
    eventually("left", async || {
        watched
            .value("viewcounter_sockets_ended_total{reason=\"left\"}")
            .await
            == 1.0
    })
    .await;
    assert_eq!(sorted(watched.series().await.into_keys()), before);
    assert_eq!(watched.value("viewcounter_readers").await, 0.0);
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[tokio::test]
async fn why_sockets_end_is_seen() {
    let folder = Folder::new();
    let watched = Watched::start(&folder, &[]).await;
    let ended = async |reason: &str| {
        let name = format!("viewcounter_sockets_ended_total{{reason=\"{reason}\"}}");
        watched.value(&name).await
    };
    let _older = watched.server.reader("one", &view_id(1)).await;
    let _newer = watched.server.reader("one", &view_id(1)).await;
    eventually("replaced", async || ended("replaced").await == 1.0).await;
    let mut flood = watched.server.reader("one", &view_id(2)).await;
    for _ in 0..30 {
        flood.try_send(Message::text("?")).await;
    }
    eventually("a flood", async || ended("misbehaved").await == 1.0).await;
    drop(watched.server.reader("one", &view_id(3)).await);
    eventually("vanished", async || ended("vanished").await == 1.0).await;
}

#[tokio::test]
async fn views_beyond_what_an_address_may_add_are_seen() {
    let folder = Folder::new();
    let limits = ["--limits", "on", "--views-per-hour", "1"];
    let watched = Watched::start(&folder, &limits).await;
    let mut readers = Vec::new();
    for n in 1..=3 {
        let mut reader = watched.server.reader("one", &view_id(n)).await;
        reader.sees(counts(n.into(), 1)).await;
        readers.push(reader);
    }
    let quota = "viewcounter_uncounted_handshakes_total{reason=\"quota\"}";
    assert_eq!(watched.value(quota).await, 2.0);
    assert_eq!(watched.value("viewcounter_views_total").await, 1.0);
}

#[tokio::test]
async fn saves_and_what_waits_for_them_are_seen() {
    let folder = Folder::new();
    let watched = Watched::start(&folder, &[]).await;
    let _reader = watched.server.reader("one", "").await;
    sleep(Duration::from_millis(50)).await;
    assert_eq!(watched.value("viewcounter_unsaved_views").await, 1.0);
    assert!(watched.value("viewcounter_unsaved_age_seconds").await >= 0.05);
    assert_eq!(
        watched
            .value("viewcounter_save_duration_seconds_count")
            .await,
        0.0
    );
    eventually("saved", async || {
        watched.value("viewcounter_unsaved_views").await == 0.0
    })
    .await;
    let series = watched.series().await;
    assert_eq!(series["viewcounter_unsaved_age_seconds"], 0.0);
    assert_eq!(series["viewcounter_save_duration_seconds_count"], 1.0);
    assert!(series["viewcounter_save_duration_seconds_sum"] > 0.0);
    assert_eq!(series["viewcounter_save_failures_total"], 0.0);
}

#[tokio::test]
async fn readers_cannot_see_them() {
    let folder = Folder::new();
    let watched = Watched::start(&folder, &[]).await;
    let answer = watched.server.get("/metrics").await;
    assert_eq!(answer.status(), 404);
    assert!(!answer.text().await.unwrap().contains("viewcounter_readers"));

    let elsewhere = watched.metrics.replace("/metrics", "/posts/one");
    let answer = reqwest::get(&elsewhere).await.unwrap();
    assert_eq!(answer.status(), 404);
    let body = answer.text().await.unwrap();
    assert_eq!(body, r#"{"error":"the metrics are at /metrics"}"#);
}

#[tokio::test]
async fn an_address_for_metrics_that_is_none_is_refused() {
    let folder = Folder::new();
    let (status, _, error) = folder.run(&["serve", "--metrics-listen", "9464"]).await;
    assert!(!status.success());
    assert!(
        error.contains("not an address and port like 127.0.0.1:9464"),
        "{error}"
    );
}
