//! `view-counter totals`.

use crate::support::{Folder, Server, eventually, view_id};

#[tokio::test]
async fn totals_are_printed_while_the_server_runs() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let totals = async |option: &[&str]| {
        let mut arguments = vec!["totals", "--database", "views.db"];
        arguments.extend(option);
        let (status, out, error) = folder.run(&arguments).await;
        assert!(status.success(), "{error}");
        out
    };
    assert_eq!(totals(&[]).await, "no views yet\n");
    for n in 0..3 {
        server.reader("two", &view_id(n)).await.leave().await;
    }
    server.reader("one", &view_id(0)).await.leave().await;
    eventually("saved", async || totals(&["--csv"]).await.contains("one")).await;
    assert_eq!(totals(&["--csv"]).await, "slug,total\ntwo,3\none,1\n");
    assert_eq!(
        totals(&["--json"]).await,
        "{\"views\":[{\"slug\":\"two\",\"total\":3},{\"slug\":\"one\",\"total\":1}]}\n"
    );
    assert_eq!(
        totals(&[]).await,
        "views  post\n    3  two\n    1  one\n    4  in all\n"
    );
}

#[tokio::test]
async fn totals_of_no_database_are_an_error_and_make_none() {
    let folder = Folder::new();
    let (status, out, error) = folder.run(&["totals", "--database", "none.db"]).await;
    assert!(!status.success());
    assert_eq!(out, "");
    assert!(error.contains("none.db cannot be opened"), "{error}");
    assert!(!folder.path("none.db").exists());
}
