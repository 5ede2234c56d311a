//! The signals that a server is sent by people, terminals and systems.

use crate::support::{Folder, Page, Server, Stored, child, counts};
use futures_util::future::join_all;

#[tokio::test]
async fn every_signal_that_asks_for_an_end_is_a_stop_that_saves() {
    let stops = ["TERM", "INT", "HUP", "QUIT"].map(async |signal| {
        let folder = Folder::new();
        // Whoever runs the tests may have them ignore signals, as `nohup` does, and the
        // server would take that over.
        let mut command = child("env", &folder);
        command.args(["--default-signal", env!("CARGO_BIN_EXE_view-counter")]);
        command.args(["serve", "--listen", "127.0.0.1:0", "--database", "views.db"]);
        let server = Server::start_as(command).await;
        let _page = Page::open(&server, "one", 1).await;
        server.signal(signal);
        let (status, log) = server.ended().await;
        assert!(status.success(), "{signal}: {status}: {log}");
        let said = format!("signal=\"SIG{signal}\"");
        assert!(log.contains(&said), "{log}");
        assert_eq!(Stored::read(&folder.database()).await.total("one"), 1);
    });
    join_all(stops).await;
}

#[tokio::test]
async fn signals_that_ask_for_nothing_are_ignored() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut page = Page::open(&server, "one", 1).await;
    for signal in ["USR1", "USR2", "ALRM", "XFSZ", "PIPE"] {
        server.signal(signal);
    }
    let _other = Page::open(&server, "one", 2).await;
    page.sees(counts(2, 2)).await;
    server.stop().await;
    assert_eq!(Stored::read(&folder.database()).await.total("one"), 2);
}

/// As `nohup` starts a program.
#[tokio::test]
async fn a_server_that_is_to_outlive_its_terminal_does() {
    let folder = Folder::new();
    let mut command = child("/bin/sh", &folder);
    command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]);
    command.arg(env!("CARGO_BIN_EXE_view-counter"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--database", "views.db"]);
    let server = Server::start_as(command).await;
    server.signal("HUP");
    let mut page = Page::open(&server, "one", 1).await;
    page.sees(counts(1, 1)).await;
    server.signal("TERM");
    let (status, log) = server.ended().await;
    assert!(status.success(), "{log}");
    assert!(!log.contains("SIGHUP"), "{log}");
}
