//! What an operator can see, at an address of its own.

use crate::support::{Client, Folder, Lock, Server, counts, eventually, view_id};
use futures_util::future::join_all;
use regex::Regex;
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
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

    /// The names of all series, sorted.
    async fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.series().await.into_keys().collect();
        names.sort();
        names
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
    let before = watched.names().await;
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
        ("/api/v1/connect/one", "origin", "https://elsewhere.example"),
        ("/api/v1/connect/one", "origin", "https://nowhere.example"),
        ("/api/v1/connect/three", "user-agent", "Somebody/1.0"),
        ("/api/v1/connect/four", "user-agent", "Somebody else/2.0"),
        ("/api/v1/connect/a//b", "user-agent", ""),
        ("/api/v1/connect/one?v=1", "user-agent", ""),
    ];
    for (path, name, value) in refused {
        let headers = &[(name, value)];
        let refused = Client::try_connect_with(&watched.server.address, path, headers).await;
        assert!(refused.is_err(), "{path}");
    }

    let series = watched.series().await;
    for (name, value) in [
        ("viewcounter_readers", 1.0),
        ("viewcounter_visitors", 1.0),
        ("viewcounter_sockets", 5.0),
        ("viewcounter_watchers", 4.0),
        ("viewcounter_hubs", 1.0),
        ("viewcounter_views_total", 1.0),
        ("viewcounter_handshakes_total{outcome=\"accepted\"}", 5.0),
        (
            "viewcounter_handshakes_total{outcome=\"origin_refused\"}",
            2.0,
        ),
        (
            "viewcounter_handshakes_total{outcome=\"slug_unknown\"}",
            2.0,
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
        (
            concat!(
                "viewcounter_build_info{version=\"",
                env!("CARGO_PKG_VERSION"),
                "\"}"
            ),
            1.0,
        ),
    ] {
        assert_eq!(series.get(name), Some(&value), "{name}");
    }
    assert!(series["viewcounter_sockets_limit"] > 100.0);
    assert!(series["process_resident_memory_bytes"] > 1e6);
    assert!(series["process_open_fds"] > 5.0);
    assert!(series["process_max_fds"] > 5.0);
    assert!(series["process_start_time_seconds"] > 1.7e9);

    reader.leave().await;
    eventually("left", async || {
        watched
            .value("viewcounter_sockets_ended_total{reason=\"left\"}")
            .await
            == 1.0
    })
    .await;
    assert_eq!(watched.value("viewcounter_readers").await, 0.0);
    // What a stranger sends makes no new series.
    assert_eq!(watched.names().await, before);
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
async fn what_the_limits_refuse_is_seen() {
    let folder = Folder::new();
    let limits = [
        ["--limits", "on"],
        ["--trusted-proxies", "127.0.0.1"],
        ["--handshake-burst", "3"],
        ["--handshakes-per-second", "1"],
        ["--sockets-per-address", "2"],
        ["--max-sockets", "16"],
        ["--pages-per-address", "1"],
    ];
    let watched = Watched::start(&folder, limits.as_flattened()).await;
    let refused = async |outcome: &str| {
        let name = format!("viewcounter_handshakes_total{{outcome=\"{outcome}\"}}");
        watched.value(&name).await >= 1.0
    };
    let mut readers = Vec::new();
    let mut enter = async |slug: &str, from: &str| {
        let path = format!("/api/v1/connect/{slug}");
        let headers = [("x-forwarded-for", from)];
        let address = &watched.server.address;
        let entered = Client::try_connect_with(address, &path, &headers).await;
        readers.extend(entered.ok());
    };
    // Two get in, and the others are too many until they are too fast.
    eventually("too fast", async || {
        enter("one", "203.0.113.1").await;
        refused("too_fast").await
    })
    .await;
    assert!(refused("too_many_open").await);
    // Others fill what one post may have, and then all there is.
    for n in 2..=16 {
        enter("one", &format!("203.0.113.{n}")).await;
    }
    assert!(refused("slug_full").await && !refused("full").await);
    enter("two", "203.0.113.17").await;
    enter("two", "203.0.113.18").await;
    assert!(refused("full").await);

    let http2 = reqwest::Client::builder()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    // How many come together is the machine's.
    eventually("a page is refused", async || {
        let pages = (0..20).map(|_| {
            let page = http2.get(watched.server.url("/nothing"));
            page.header("x-forwarded-for", "203.0.113.1").send()
        });
        join_all(pages).await;
        let of_address = "viewcounter_pages_refused_total{reason=\"address_limit\"}";
        watched.value(of_address).await >= 1.0
    })
    .await;
}

#[tokio::test]
async fn connections_beyond_what_an_address_may_have_are_seen() {
    let folder = Folder::new();
    // Four for each socket.
    let limits = ["--limits", "on", "--sockets-per-address", "1"];
    let watched = Watched::start(&folder, &limits).await;
    let connect = || TcpStream::connect(&watched.server.address);
    let _connections = join_all((0..7).map(|_| connect())).await;
    eventually("three are refused", async || {
        watched.value("viewcounter_connections_refused_total").await == 3.0
    })
    .await;
}

#[tokio::test]
async fn the_pages_there_are_and_the_age_of_their_lists_are_seen() {
    let folder = Folder::new();
    folder.write("slugs.txt", "noon\ndusk\n");
    folder.write("more/slugs.txt", "dawn\n");
    let site = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = site.local_addr().unwrap();
    let list = format!("http://me:secret@{address}/key?key=hidden");
    let told = ["--slugs", "slugs.txt", "--slugs", "more/slugs.txt"];
    let told = [&told[..], &["--slugs", &list]].concat();
    let watched = Watched::start(&folder, &told).await;
    let series = watched.series().await;
    assert_eq!(series["viewcounter_pages"], 5.0, "with two posts");
    for (name, pages) in [("slugs.txt", 2.0), ("slugs.txt#2", 1.0), ("127.0.0.1", 0.0)] {
        let of = |metric: &str| series[&format!("viewcounter_list_{metric}{{list=\"{name}\"}}")];
        assert_eq!(of("pages"), pages, "{name}");
        assert!(of("age_seconds") >= 0.0);
    }
    let shown = format!("{series:?}");
    assert!(
        !shown.contains("secret") && !shown.contains("key"),
        "{shown}"
    );
    // It was never read, so it grows from the start.
    let name = "viewcounter_list_age_seconds{list=\"127.0.0.1\"}";
    eventually("it grows old", async || watched.value(name).await > 2.0).await;
}

/// An alert on a name that is not there never rings.
#[tokio::test]
async fn every_metric_that_alerts_and_docs_name_is_there() {
    let folder = Folder::new();
    folder.write("slugs.txt", "noon\n");
    let watched = Watched::start(&folder, &["--slugs", "slugs.txt"]).await;
    let answer = reqwest::get(&watched.metrics).await.unwrap();
    let there = answer.text().await.unwrap();
    let alerts = include_str!("../../deploy/alerts.yml");
    let docs = include_str!("../../docs/deploy.md");

    let name = Regex::new("(?:viewcounter|process)_[a-z_]+").unwrap();
    let names: BTreeSet<_> = [alerts, docs]
        .iter()
        .flat_map(|text| name.find_iter(text))
        .map(|name| name.as_str())
        .collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        assert!(there.contains(&format!("# TYPE {name} ")), "{name}");
    }

    // By label, as PromQL has them.
    let selector = Regex::new("([a-z_]+)\\{([a-z]+)=~?\"([a-z_|]+)\"").unwrap();
    let mut selected = 0;
    for found in selector.captures_iter(alerts) {
        let (_, [name, label, values]) = found.extract();
        for value in values.split('|') {
            let series = format!("{name}{{{label}=\"{value}\"}}");
            assert!(there.contains(&series), "{series}");
            selected += 1;
        }
    }
    assert!(selected >= 5, "only {selected} values were found");

    // And in the table, in code quotes behind the names that have them.
    for row in docs
        .lines()
        .filter(|row| row.starts_with("| `viewcounter_"))
    {
        let label = ["outcome", "reason"]
            .into_iter()
            .find(|label| row.contains(&format!("`{label}`")));
        let Some(label) = label else { continue };
        let mut words = row.split('`').skip(1).step_by(2);
        let name = words.next().unwrap();
        for value in words.filter(|word| *word != label && !word.starts_with("viewcounter_")) {
            let series = format!("{name}{{{label}=\"{value}\"}}");
            assert!(there.contains(&series), "{series}");
        }
    }
}

#[tokio::test]
async fn saves_and_what_waits_for_them_are_seen() {
    let folder = Folder::new();
    let watched = Watched::start(&folder, &[]).await;
    // Nothing is saved before that was looked at, however slow the machine is.
    let lock = Lock::take(&folder).await;
    let mut reader = watched.server.reader("one", "").await;
    reader.sees(counts(1, 1)).await;
    sleep(Duration::from_millis(50)).await;
    let series = watched.series().await;
    assert_eq!(series["viewcounter_unsaved_views"], 1.0);
    assert!(series["viewcounter_unsaved_age_seconds"] >= 0.05);
    assert_eq!(series["viewcounter_save_duration_seconds_count"], 0.0);
    lock.release().await;
    eventually("saved", async || {
        watched.value("viewcounter_unsaved_views").await == 0.0
    })
    .await;
    let series = watched.series().await;
    assert_eq!(series["viewcounter_unsaved_age_seconds"], 0.0);
    assert_eq!(series["viewcounter_save_duration_seconds_count"], 1.0);
    assert!(series["viewcounter_save_duration_seconds_sum"] > 0.0);
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
    assert!(error.contains("write 127.0.0.1:9464"), "{error}");
}

#[tokio::test]
async fn idle_clients_do_not_keep_the_metrics_away() {
    let folder = Folder::new();
    let watched = Watched::start(&folder, &[]).await;
    let address = watched.metrics.strip_prefix("http://").unwrap();
    let address = address.strip_suffix("/metrics").unwrap();
    let mut idle = Vec::new();
    for _ in 0..20 {
        idle.push(TcpStream::connect(address).await.unwrap());
    }
    // Before an idle connection ends by itself.
    let read = tokio::time::timeout(Duration::from_secs(8), watched.value("viewcounter_readers"));
    assert_eq!(read.await.expect("the metrics at once"), 0.0);
}

#[tokio::test]
async fn metrics_are_for_names_of_this_machine() {
    let folder = Folder::new();
    let watched = Watched::start(&folder, &[]).await;
    for (host, status) in [
        ("localhost:9464", 200),
        ("127.0.0.1:9464", 200),
        ("evil.example:9464", 421),
    ] {
        let request = reqwest::Client::new().get(&watched.metrics);
        let response = request.header("host", host).send().await.unwrap();
        assert_eq!(response.status(), status, "{host}");
        let text = response.text().await.unwrap();
        assert_eq!(
            text.contains("viewcounter_readers"),
            status == 200,
            "{host}"
        );
        assert!(status == 200 || text.contains("--metrics-listen"), "{text}");
    }
}
