//! The real program as a child process.

use super::{Client, PATIENCE};
use std::{
    fs,
    path::PathBuf,
    process::{ExitStatus, Stdio},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStderr, Command},
    sync::mpsc,
    time::timeout,
};
use view_counter::counter::protocol::Counts;

/// A temporary folder with a database and a small site of the posts `one` and
/// `two`. It outlives the servers that are started on it.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        folder.write(
            "content/site.toml",
            r#"
title = "Test site"
description = "A site for tests"
author = "A. Tester"
language = "en"
[[navigation]]
label = "About"
href = "/about"
"#,
        );
        folder.write(
            "content/about.md",
            "+++\ntitle = \"About\"\ndescription = \"About it\"\n+++\nAbout this site.\n",
        );
        for slug in ["one", "two"] {
            folder.post(slug);
        }
        folder
    }

    /// Adds a post.
    pub(crate) fn post(&self, slug: &str) {
        self.write(
            &format!("content/posts/{slug}.md"),
            &format!(
                "+++\ntitle = \"Post {slug}\"\ndate = 2026-11-20\n\
                 description = \"The post {slug}\"\ntags = [\"Testing\"]\n+++\n\
                 ## A section\n\nBody of {slug}.\n"
            ),
        );
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path("views.db")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The program with these arguments, to be run in this folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self);
        command.args(arguments);
        command
    }

    /// The program with these arguments, run in this folder to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> (ExitStatus, String, String) {
        self.run_with(&[], arguments).await
    }

    /// The same with these environment variables.
    pub(crate) async fn run_with(
        &self,
        variables: &[(&str, &str)],
        arguments: &[&str],
    ) -> (ExitStatus, String, String) {
        let mut command = program(self);
        output_of(command.envs(variables.iter().copied()).args(arguments)).await
    }
}

/// What a command printed on both streams, when it has ended by itself.
pub(crate) async fn output_of(command: &mut Command) -> (ExitStatus, String, String) {
    let output = timeout(PATIENCE, command.output())
        .await
        .expect("the program ends by itself")
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status, text(output.stdout), text(output.stderr))
}

/// The program, as a command that is not started yet.
pub(crate) fn program(folder: &Folder) -> Command {
    child(env!("CARGO_BIN_EXE_view-counter"), folder)
}

/// Another program as tests start them: in this folder, with no environment,
/// killed when dropped.
pub(crate) fn child(executable: &str, folder: &Folder) -> Command {
    let mut command = Command::new(executable);
    command
        .current_dir(folder.0.path())
        .env_clear()
        .env("NO_COLOR", "1")
        // All clients of a test come from one address.
        .env("VIEW_COUNTER_LIMITS", "off")
        // Many servers run at once; those that are asked for numbers say so.
        .env("VIEW_COUNTER_METRICS_LISTEN", "off")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// What a server says on standard error, taken from it as it comes: it would wait
/// for whoever leaves 64 KiB of it in the pipe.
struct Log(mpsc::UnboundedReceiver<Vec<u8>>);

impl Log {
    fn of(stderr: ChildStderr) -> Self {
        let (found, lines) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut stderr = BufReader::new(stderr);
            loop {
                let mut line = Vec::new();
                let read = stderr.read_until(b'\n', &mut line).await.unwrap();
                // Goes on to the end also when nobody asks any more.
                let _ = found.send(line);
                if read == 0 {
                    return;
                }
            }
        });
        Self(lines)
    }

    /// Of a server that writes it elsewhere.
    fn none() -> Self {
        Self(mpsc::unbounded_channel().1)
    }

    /// The next line, with its end; none after the last.
    async fn line(&mut self) -> Option<String> {
        let line = self.0.recv().await?;
        Some(String::from_utf8(line).unwrap())
    }

    /// All that is left, when there is no more to come.
    async fn rest(&mut self) -> String {
        let mut rest = String::new();
        while let Some(line) = self.line().await {
            rest.push_str(&line);
        }
        rest
    }
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    log: Log,
    pub(crate) address: String,
    http: reqwest::Client,
}

impl Server {
    /// A server on this folder, when it is ready.
    pub(crate) async fn start(folder: &Folder) -> Self {
        Self::start_with(folder, &[]).await
    }

    pub(crate) async fn start_with(folder: &Folder, arguments: &[&str]) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0", "--database", "views.db"];
        all.extend(arguments);
        Self::start_in(folder, &[], &all).await
    }

    pub(crate) async fn start_in(
        folder: &Folder,
        environment: &[(&str, &str)],
        arguments: &[&str],
    ) -> Self {
        let mut command = program(folder);
        command.envs(environment.iter().copied()).args(arguments);
        Self::start_as(command).await
    }

    /// A server that may have so many files open, when it is ready.
    pub(crate) async fn start_with_files(folder: &Folder, files: u64, arguments: &[&str]) -> Self {
        let limited = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
        let mut command = child("/bin/sh", folder);
        command.args(["-c", &limited, env!("CARGO_BIN_EXE_view-counter")]);
        command.args(["serve", "--listen", "127.0.0.1:0", "--database", "views.db"]);
        command.args(arguments);
        Self::start_as(command).await
    }

    /// The server that this command starts, when it is ready.
    pub(crate) async fn start_as(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut log = child.stderr.take().map_or_else(Log::none, Log::of);
        let mut first_line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        timeout(PATIENCE, stdout.read_line(&mut first_line))
            .await
            .expect("it says that it is ready")
            .unwrap();
        let Some(address) = first_line.trim().strip_prefix("listening on http://") else {
            let text = timeout(PATIENCE, log.rest()).await;
            panic!("not ready: {first_line:?}, log: {text:?}");
        };
        Self {
            address: address.to_owned(),
            child,
            log,
            http: reqwest::Client::new(),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        let request = self.http.get(self.url(path));
        timeout(PATIENCE, request.send()).await.unwrap().unwrap()
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        self.get(path).await.text().await.unwrap()
    }

    pub(crate) async fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(&self.text(path).await).unwrap()
    }

    /// What `/api/v1/views/SLUG` says.
    pub(crate) async fn views(&self, slug: &str) -> Counts {
        let json = self.json(&format!("/api/v1/views/{slug}")).await;
        assert_eq!(json["slug"], slug);
        serde_json::from_value(json).unwrap()
    }

    /// A reader of this slug, connected.
    pub(crate) async fn reader(&self, slug: &str, query: &str) -> Client {
        Client::connect(&self.address, &format!("/api/v1/connect/{slug}{query}")).await
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// How many files and connections it has open.
    pub(crate) fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.pid());
        fs::read_dir(folder).unwrap().count()
    }

    /// How many of these are sockets: the database opens a file more now and then.
    pub(crate) fn sockets(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.pid());
        let targets = fs::read_dir(folder)
            .unwrap()
            // One may be closed meanwhile.
            .filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
        targets
            .filter(|target| target.to_string_lossy().starts_with("socket:"))
            .count()
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-s", name, &pid])
            .status();
        assert!(sent.unwrap().success());
    }

    /// The next line of its log that has this in it.
    pub(crate) async fn logs(&mut self, text: &str) -> String {
        let found = async {
            while let Some(line) = self.log.line().await {
                if line.contains(text) {
                    return line;
                }
            }
            panic!("the log ended without {text:?}");
        };
        let found = timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("nothing in the log says {text:?}"))
    }

    /// Waits until it ends by itself; returns how, and what was not read of its
    /// log yet.
    pub(crate) async fn ended(mut self) -> (ExitStatus, String) {
        let mut log = String::new();
        let ended = async {
            while let Some(line) = self.log.line().await {
                log.push_str(&line);
            }
            self.child.wait().await.unwrap()
        };
        match timeout(2 * PATIENCE, ended).await {
            Ok(status) => (status, log),
            Err(_) => panic!("it does not end; its log: {log}"),
        }
    }

    /// Stops it while something else happens, which ends before it does.
    pub(crate) async fn stop_during(self, other: impl Future<Output = ()>) -> (ExitStatus, String) {
        self.signal("TERM");
        tokio::join!(self.ended(), other).0
    }

    pub(crate) async fn stop(self) {
        self.signal("TERM");
        let (status, log) = self.ended().await;
        assert!(status.success(), "{log}");
    }
}
