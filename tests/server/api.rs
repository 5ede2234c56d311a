//! The numbers as JSON, for programs.

use crate::support::{Folder, Server, counts, eventually, view_id};
use futures_util::future::join_all;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

/// What an answer says in this header.
fn said<'a>(answer: &'a reqwest::Response, name: &str) -> &'a str {
    let value = answer.headers().get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

async fn ask_again(server: &Server, path: &str, tag: &str) -> reqwest::Response {
    let url = format!("http://{}{path}", server.address);
    let request = reqwest::Client::new().get(url);
    let request = request.header(header::IF_NONE_MATCH, tag);
    request.send().await.unwrap()
}

#[tokio::test]
async fn some_posts_are_asked_for_by_name() {
    let folder = Folder::new();
    folder.post("three");
    let server = Server::start(&folder).await;
    let _reader = server.reader("two", &view_id(1)).await;
    let asked = async |query: &str| server.json(&format!("/api/v1/views?{query}")).await;
    let of = |slug: &str, n: u64| json!({"slug": slug, "live": n, "total": n});
    assert_eq!(
        asked("slug=two&slug=one&slug=two").await,
        json!({"views": [of("one", 0), of("two", 1)]})
    );
    // A list of posts may be newer than what is known here.
    assert_eq!(
        asked("slug=one&slug=of%2Ftomorrow").await,
        json!({"views": [of("one", 0)]})
    );
    assert_eq!(asked("slug=of%2Ftomorrow").await, json!({"views": []}));
    let all = asked("").await;
    assert_eq!(all["views"].as_array().unwrap().len(), 3);
    assert_eq!(asked("sluggish=one").await, all, "another parameter");

    let many: String = (0..101).map(|n| format!("slug=p{n}&")).collect();
    for (query, why) in [
        ("slug=", "the slug is empty"),
        ("slug=one&slug=a//b", "empty segment"),
        (many.as_str(), "more than 100 posts"),
    ] {
        let answer = server.get(&format!("/api/v1/views?{query}")).await;
        assert_eq!(answer.status(), 400, "{query}");
        assert!(answer.text().await.unwrap().contains(why), "{query}");
    }
}

#[tokio::test]
async fn what_a_client_has_is_not_sent_again_while_it_is_so() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    for path in [
        "/api/v1/views",
        "/api/v1/views/one",
        "/api/v1/views?slug=one",
        "/api/v1/days/one",
        "/api/v1/openapi.json",
    ] {
        let first = server.get(path).await;
        assert_eq!(said(&first, "cache-control"), "no-cache", "{path}");
        assert_eq!(said(&first, "content-type"), "application/json", "{path}");
        assert_eq!(said(&first, "vary"), "origin", "{path}");
        let tag = said(&first, "etag").to_owned();
        let again = ask_again(&server, path, &tag).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        assert_eq!(said(&again, "etag"), tag, "{path}");
        assert_eq!(said(&again, "cache-control"), "no-cache", "{path}");
        assert_eq!(again.text().await.unwrap(), "", "{path}");

        if path.contains("openapi") {
            continue;
        }
        server.reader("one", "").await.leave().await;
        let gone = async || server.views("one").await.live == 0;
        eventually("it left", gone).await;
        let changed = ask_again(&server, path, &tag).await;
        assert_eq!(changed.status(), StatusCode::OK, "{path}");
        assert_ne!(said(&changed, "etag"), tag, "{path}");
    }
    // An error is not kept.
    let error = server.get("/api/v1/views/three").await;
    assert_eq!(said(&error, "cache-control"), "no-store");
    assert_eq!(said(&error, "etag"), "");
}

#[tokio::test]
async fn days_add_up_to_what_is_shown_also_before_it_is_saved() {
    let folder = Folder::new();
    Server::start(&folder).await.stop().await;
    let database = ["--database", "views.db"];
    let set = [
        "set",
        "one",
        "7",
        "--day",
        "2026-01-31",
        "--new",
        "--why",
        "so",
    ];
    let (status, _, error) = folder.run(&[&set[..], &database].concat()).await;
    assert!(status.success(), "{error}");

    let server = Server::start(&folder).await;
    let days = async |query: &str| server.json(&format!("/api/v1/days/one{query}")).await;
    let old = json!({"day": "2026-01-31", "views": 7});
    assert_eq!(days("").await, json!({"slug": "one", "days": [old]}));
    for n in 1..=3 {
        let _ = server.reader("one", &view_id(n)).await.frame().await;
    }
    assert_eq!(server.views("one").await.total, 10);
    let both = days("").await;
    assert_eq!(both["days"][0], old);
    // The third came before midnight or after it.
    let since: Vec<&Value> = both["days"].as_array().unwrap().iter().skip(1).collect();
    let views = since.iter().map(|day| day["views"].as_u64().unwrap());
    assert_eq!(views.sum::<u64>(), 3, "{both}");

    assert_eq!(days("?until=2026-01-31").await["days"], json!([old]));
    assert_eq!(days("?since=2026-02-01").await["days"], json!(since));
    assert_eq!(days("?until=2026-01-30").await["days"], json!([]));
    for (path, status, why) in [
        ("/api/v1/days/one?since=now", 400, "days such as 2026-11-20"),
        (
            "/api/v1/days/three",
            404,
            "`three` is not counted: no post has this slug",
        ),
        ("/api/v1/days/a//b", 400, "empty segment"),
        ("/api/v1/days/%ff", 400, "not UTF-8"),
        ("/api/v1/days", 404, "/api/v1/days/SLUG"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status(), status, "{path}");
        assert!(answer.text().await.unwrap().contains(why), "{path}");
    }
}

#[tokio::test]
async fn pages_that_may_connect_may_read_all_of_it() {
    let folder = Folder::new();
    let site = "https://blog.example";
    let server = Server::start_with(&folder, &["--origin", site]).await;
    for path in ["/api/v1/views", "/api/v1/days/one", "/api/v1/openapi.json"] {
        let url = format!("http://{}{path}", server.address);
        let from = async |origin: &str| {
            let request = reqwest::Client::new().get(&url);
            request.header(header::ORIGIN, origin).send().await.unwrap()
        };
        let answer = from(site).await;
        assert_eq!(said(&answer, "access-control-allow-origin"), site, "{path}");
        assert_eq!(
            said(&answer, "access-control-expose-headers"),
            "retry-after,etag",
            "{path}"
        );
        let answer = from("https://other.example").await;
        assert_eq!(said(&answer, "access-control-allow-origin"), "", "{path}");
    }
}

#[tokio::test]
async fn who_asks_for_all_numbers_at_once_gets_the_same_list_and_others_their_answers() {
    let folder = Folder::new();
    let pages: String = (0..20_000).map(|n| format!("page-{n:05}\n")).collect();
    folder.write("pages.txt", &pages);
    let server = Server::start_with(&folder, &["--slugs", "pages.txt"]).await;
    let mut reader = server.reader("page-00007", &view_id(1)).await;
    reader.sees(counts(1, 1)).await;
    let lists = join_all((0..32).map(|_| server.text("/api/v1/views")));
    let others = async {
        for _ in 0..32 {
            assert_eq!(server.views("page-00007").await, counts(1, 1));
        }
    };
    let (lists, ()) = tokio::join!(lists, others);
    let all: Value = serde_json::from_str(&lists[0]).unwrap();
    let views = all["views"].as_array().unwrap();
    assert_eq!(views.len(), 20_002);
    assert!(views.contains(&json!({"slug": "page-00007", "live": 1, "total": 1})));
    assert!(views.contains(&json!({"slug": "page-19999", "live": 0, "total": 0})));
    assert!(lists.iter().all(|list| *list == lists[0]));
    // As new as the question.
    let mut second = server.reader("page-00007", &view_id(2)).await;
    second.sees(counts(2, 2)).await;
    let all = server.json("/api/v1/views").await;
    let views = all["views"].as_array().unwrap();
    assert!(views.contains(&json!({"slug": "page-00007", "live": 2, "total": 2})));
}

#[tokio::test]
async fn a_page_shows_the_api_being_used() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let page = server.get("/api").await;
    assert_eq!(page.status(), 200);
    assert_eq!(said(&page, "cache-control"), "no-cache");
    assert!(said(&page, "content-security-policy").contains("script-src 'self'"));
    let tag = said(&page, "etag").to_owned();
    assert_eq!(ask_again(&server, "/api", &tag).await.status(), 304);
    let html = page.text().await.unwrap();
    // Relative: a proxy may have the server under a path of another site.
    for path in ["api/page.js", "api/page.css", "api/v1/openapi.json"] {
        assert!(html.contains(&format!("\"{path}\"")), "{path}");
        assert_eq!(
            server.get(&format!("/{path}")).await.status(),
            200,
            "{path}"
        );
    }
    assert!(
        !html.contains("src=\"/") && !html.contains("href=\"/"),
        "{html}"
    );
    assert_eq!(server.views("one").await, counts(0, 0));
}
