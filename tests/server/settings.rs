//! Settings as people write them: what is clear is accepted, and every error says what to
//! write instead.

use crate::support::{Folder, Server};

const LOCAL: [(&str, &str); 2] = [
    ("VIEW_COUNTER_LISTEN", "127.0.0.1:0"),
    ("VIEW_COUNTER_DATABASE", "views.db"),
];

/// A server whose settings come from these variables alone.
async fn start(folder: &Folder, variables: &[(&str, &str)]) -> Server {
    Server::start_in(folder, &[&LOCAL, variables].concat(), &["serve"]).await
}

/// What the program complains of.
async fn refusal(folder: &Folder, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let (status, out, error) = folder.run_with(variables, arguments).await;
    assert!(!status.success(), "{arguments:?}");
    assert_eq!(out, "");
    error
}

#[tokio::test]
async fn an_empty_variable_counts_as_unset() {
    let folder = Folder::new();
    let empty = [
        "SITE_URL",
        "ORIGIN",
        "SLUGS",
        "SAVE",
        "DRAFTS",
        "MAX_SOCKETS",
        "TRUSTED_PROXIES",
        "CONTENT",
    ];
    let names = empty.map(|name| format!("VIEW_COUNTER_{name}"));
    let variables: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    let server = start(&folder, &variables).await;
    assert_eq!(server.get("/posts/one").await.status(), 200);
}

#[tokio::test]
async fn what_is_meant_is_accepted() {
    let folder = Folder::new();
    folder.write(
        "content/posts/draft.md",
        "+++\ntitle = \"Draft\"\ndate = 2026-11-20\ndescription = \"x\"\ndraft = true\n+++\nx\n",
    );
    let server = start(
        &folder,
        &[
            ("VIEW_COUNTER_LISTEN", "localhost:0"),
            ("VIEW_COUNTER_SITE_URL", "https://bücher.example/"),
            (
                "VIEW_COUNTER_ORIGIN",
                "https://a.example/, https://b.example",
            ),
            ("VIEW_COUNTER_DRAFTS", "1"),
        ],
    )
    .await;
    let html = server.text("/posts/draft").await;
    let canonical = "href=\"https://xn--bcher-kva.example/posts/draft\" rel=\"canonical\"";
    assert!(html.contains(canonical), "{html}");
    for (origin, status) in [
        ("https://a.example", 426),
        ("https://b.example", 426),
        ("https://c.example", 403),
    ] {
        let request = reqwest::Client::new().get(server.url("/api/v1/connect/one"));
        let answer = request.header("origin", origin).send().await.unwrap();
        assert_eq!(answer.status(), status, "{origin}");
    }
    for (value, status) in [("yes", 200), ("true", 200), ("0", 404), ("no", 404)] {
        let server = start(&folder, &[("VIEW_COUNTER_DRAFTS", value)]).await;
        assert_eq!(server.get("/posts/draft").await.status(), status, "{value}");
    }
}

#[tokio::test]
async fn an_error_names_the_variable_that_the_value_came_from() {
    let folder = Folder::new();
    let variables = [("VIEW_COUNTER_LISTEN", "nowhere")];
    let error = refusal(&folder, &variables, &["serve"]).await;
    assert!(
        error.contains("invalid value 'nowhere' for 'VIEW_COUNTER_LISTEN'"),
        "{error}"
    );
    // What is given goes.
    let error = refusal(&folder, &variables, &["serve", "--listen", "3000"]).await;
    assert!(
        error.contains("invalid value '3000' for '--listen <ADDR>'"),
        "{error}"
    );
    let error = refusal(&folder, &[("VIEW_COUNTER_DRAFTS", "maybe")], &["serve"]).await;
    assert!(error.contains("'VIEW_COUNTER_DRAFTS'"), "{error}");
}

#[tokio::test]
async fn a_wrong_value_is_said_with_what_to_write_instead() {
    let folder = Folder::new();
    for (arguments, instead) in [
        (&["serve", "--listen", "8080"][..], "127.0.0.1:8080"),
        (&["serve", "--listen", ":3000"], "0.0.0.0:3000"),
        (&["serve", "--metrics-listen", "9464"], "127.0.0.1:9464"),
        (&["serve", "--port", "3000"], "--listen 127.0.0.1:3000"),
        (&["serve", "--max-sockets", "0"], "at least 1"),
        (
            &["serve", "--handshake-burst", "1,000"],
            "write the digits alone: 1000",
        ),
        (
            &["serve", "--origin", "https://a.example/blog"],
            "write https://a.example",
        ),
        (
            &["serve", "--site-url", "a.example"],
            "write https://a.example",
        ),
        (&["set", "one", "-5", "--why", "x"], "0 views or more"),
        (
            &["set", "one", "1,204", "--why", "x"],
            "write the digits alone: 1204",
        ),
        (
            &["set", "one", "5", "--why", "x", "--day", "20.11.2026"],
            "like 2026-11-20",
        ),
        (&["days", "--since", "yesterday"], "like 2026-11-20"),
    ] {
        let error = refusal(&folder, &[], arguments).await;
        assert!(error.contains(instead), "{arguments:?}: {error}");
        assert!(!error.contains("use '-- -5'"), "{error}");
    }
}
