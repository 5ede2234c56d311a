//! A log that nobody takes, and what is in it.

use crate::support::{
    Folder, Lock, PATIENCE, Page, Server, SmallDisk, Stored, counts, eventually, program,
};
use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{io::pipe, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpStream,
    process::Command,
    time::{sleep, timeout},
};

const SERVE: [&str; 5] = ["serve", "--listen", "127.0.0.1:0", "--database", "views.db"];

/// A pipe that nobody reads from.
fn closed_pipe() -> Stdio {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    writer.into()
}

async fn is_degraded(server: &Server) -> bool {
    server.json("/healthz").await["status"] == "degraded"
}

#[tokio::test]
async fn a_server_whose_log_nobody_reads_saves_and_stops_as_any() {
    let folder = Folder::new();
    let mut command = program(&folder);
    // A setting that it warns of, too.
    command.env("RUST_LOG", "info,view_counter=loud");
    command.args(SERVE).stderr(closed_pipe());
    let server = Server::start_as(command).await;
    let _page = Page::open(&server, "one", 1).await;
    let lock = Lock::take(&folder).await;
    eventually("the failing save is told", async || {
        is_degraded(&server).await
    })
    .await;
    lock.release().await;
    eventually("saved", async || {
        Stored::read(&folder.database()).await.total("one") == 1
    })
    .await;
    Page::open(&server, "one", 2).await.leave().await;
    server.stop().await;
    assert_eq!(Stored::read(&folder.database()).await.total("one"), 2);
}

#[tokio::test]
async fn a_server_whose_log_nobody_reads_accepts_again_when_it_has_files() {
    let folder = Folder::new();
    let mut command = program(&folder);
    command.args(SERVE).stderr(closed_pipe());
    let server = Server::start_as(command).await;
    // The soft limit alone, which may be raised again.
    allow_files(&server, 8).await;
    let waiting = TcpStream::connect(&server.address).await.unwrap();
    // Meanwhile it cannot be accepted, which is warned of.
    sleep(Duration::from_millis(300)).await;
    allow_files(&server, 1_000).await;
    drop(waiting);
    let mut page = Page::open(&server, "one", 1).await;
    page.sees(counts(1, 1)).await;
    server.stop().await;
}

async fn allow_files(server: &Server, files: u32) {
    let status = Command::new("prlimit")
        .args(["--pid", &server.pid().to_string()])
        .arg(format!("--nofile={files}:"))
        .status();
    assert!(status.await.unwrap().success());
}

#[tokio::test]
async fn a_server_whose_log_is_on_a_full_disk_saves_and_stops_as_any() {
    let folder = Folder::new();
    let (server, disk) = SmallDisk::start_with(&folder, "2>> disk/log").await;
    let _page = Page::open(&server, "one", 1).await;
    disk.fill_with_log();
    eventually("the failing save is told", async || {
        is_degraded(&server).await
    })
    .await;
    disk.make_room();
    eventually("saved", async || disk.stored().await.total("one") == 1).await;
    Page::open(&server, "one", 2).await.leave().await;
    server.stop().await;
    assert_eq!(disk.stored().await.total("one"), 2);
    assert!(disk.text("log").contains("everything is saved"));
}

#[tokio::test]
async fn a_server_whose_address_nobody_reads_serves_and_says_it_in_the_log() {
    let folder = Folder::new();
    let mut command = program(&folder);
    let mut child = command.args(SERVE).stdout(closed_pipe()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = async {
        while let Some(line) = log.next_line().await.unwrap() {
            if let Some((_, address)) = line.split_once("listening on http://") {
                return address.split(',').next().unwrap().to_owned();
            }
        }
        panic!("it ended");
    };
    let address = timeout(PATIENCE, address).await.expect("it starts");
    let ready = reqwest::get(format!("http://{address}/readyz")).await;
    assert!(ready.unwrap().status().is_success());
}

#[tokio::test]
async fn a_log_level_that_is_none_is_said() {
    let folder = Folder::new();
    let wrong = [("RUST_LOG", "info,view_counter=loud")];
    let mut server = Server::start_in(&folder, &wrong, &SERVE).await;
    server.logs("RUST_LOG is not understood").await;
    // Logged at the default level.
    server.logs("starting").await;
    server.stop().await;
}

#[tokio::test]
async fn pages_while_the_database_cannot_be_read_are_two_lines_of_the_log() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let options = SqliteConnectOptions::new().filename(folder.database());
    let mut database = options.connect().await.unwrap();
    execute(&mut database, "ALTER TABLE totals RENAME TO moved").await;
    eventually("it cannot be read", async || {
        server.get("/api/v1/views/one").await.status() == 503
    })
    .await;
    for _ in 0..10 {
        for page in ["/", "/posts/one", "/posts/two"] {
            assert_eq!(server.get(page).await.status(), 200, "{page}");
        }
    }
    execute(&mut database, "ALTER TABLE moved RENAME TO totals").await;
    eventually("it can be read", async || {
        server.get("/api/v1/views/one").await.status() == 200
    })
    .await;
    server.signal("TERM");
    let (status, log) = server.ended().await;
    assert!(status.success(), "{log}");
    assert!(!log.contains("without numbers"), "{log}");
    // That corrections cannot be read is another condition, of the same table.
    let told: Vec<_> = log
        .lines()
        .filter(|line| line.contains("totals can") && !line.contains("corrections"))
        .collect();
    assert_eq!(told.len(), 2, "{log}");
    assert!(told[0].contains("totals cannot be read"), "{log}");
    assert!(told[1].contains("totals can be read again"), "{log}");
}

async fn execute(database: &mut SqliteConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(database).await.unwrap();
}
