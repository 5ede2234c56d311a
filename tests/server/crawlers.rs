//! Who is not counted, because nobody reads; and `view-counter agent`, which
//! says so of a user agent.

use crate::support::{Client, Folder, Server, counts, eventually, view_id};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0";
const FETCHER: &str = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)";
const HEADLESS: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36";

async fn connect(server: &Server, user_agent: &'static str, query: &str) -> Client {
    let path = format!("/api/v1/connect/one{query}");
    Client::connect_with(&server.address, &path, &[("user-agent", user_agent)]).await
}

#[tokio::test]
async fn a_crawler_sees_the_numbers_and_is_in_neither() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut watcher = server.reader("one", "?watch=1").await;
    watcher.sees(counts(0, 0)).await;
    let mut crawlers = Vec::new();
    for (n, user_agent) in (1..).zip([FETCHER, HEADLESS, "curl/8.14.1"]) {
        let mut crawler = connect(&server, user_agent, &view_id(n)).await;
        assert_eq!(crawler.frame().await, counts(0, 0), "{user_agent}");
        crawlers.push(crawler);
    }
    let mut reader = connect(&server, BROWSER, &view_id(9)).await;
    assert_eq!(reader.frame().await, counts(1, 1));
    for crawler in &mut crawlers {
        assert_eq!(crawler.frame().await, counts(1, 1), "it is told live");
    }
    assert_eq!(
        watcher.frame().await,
        counts(1, 1),
        "the first change it saw"
    );
    for crawler in crawlers {
        crawler.leave().await;
    }
    assert_eq!(server.views("one").await, counts(1, 1));
}

#[tokio::test]
async fn a_browser_and_a_client_without_a_name_count() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let mut browser = connect(&server, BROWSER, &view_id(1)).await;
    assert_eq!(browser.frame().await, counts(1, 1));
    let mut plain = server.reader("one", "").await;
    assert_eq!(plain.frame().await, counts(2, 2));
}

#[tokio::test]
async fn a_page_that_a_program_drives_watches() {
    let folder = Folder::new();
    let server = Server::start(&folder).await;
    let driven = format!("{}&webdriver=1", view_id(1));
    let mut page = connect(&server, BROWSER, &driven).await;
    assert_eq!(page.frame().await, counts(0, 0));
    let mut reader = connect(&server, BROWSER, &view_id(2)).await;
    assert_eq!(reader.frame().await, counts(1, 1));
    assert_eq!(page.frame().await, counts(1, 1));
    page.leave().await;
    reader.leave().await;
    eventually("left", async || server.views("one").await == counts(0, 1)).await;
    let odd = format!("{}&webdriver=0", view_id(3));
    let mut reader = connect(&server, BROWSER, &odd).await;
    assert_eq!(reader.frame().await, counts(1, 2), "only 1 says so");
}

#[tokio::test]
async fn agent_says_what_a_user_agent_is_taken_for() {
    let folder = Folder::new();
    let agent = async |arguments: &[&str]| {
        let (status, out, error) = folder.run(&[&["agent"], arguments].concat()).await;
        assert!(status.success(), "{error}");
        out
    };
    assert_eq!(
        agent(&["Googlebot/2.1"]).await,
        "\"Googlebot/2.1\"\nis a crawler: it watches and is not counted\n\
         pattern: Googlebot\\/\nsee: http://www.google.com/bot.html\n"
    );
    assert_eq!(
        agent(&["--json", "Googlebot/2.1"]).await,
        "{\"counted\":false,\"pattern\":\"Googlebot\\\\/\",\"url\":\"http://www.google.com/bot.html\"}\n"
    );
    let reader = agent(&[BROWSER]).await;
    assert_eq!(reader, format!("{BROWSER:?}\nis a reader: it is counted\n"));
    assert_eq!(agent(&["--json", BROWSER]).await, "{\"counted\":true}\n");
    assert_eq!(
        agent(&["\u{1b}[2J\r\u{202e}x"]).await,
        "\"\\u{1b}[2J\\r\\u{202e}x\"\nis a reader: it is counted\n",
        "nothing that a terminal obeys"
    );
}
