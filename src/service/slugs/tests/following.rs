//! Sources that are read again and again.

use super::{super::*, site_map, slugs, web::Web};
use std::fs;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

const SOON: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(20);

fn sources(all: Vec<Source>, fixed: &[&str]) -> Sources {
    Sources::new(all, Vec::new(), slugs(fixed), SOON)
}

/// Sources that are followed until this is dropped.
struct Followed {
    slugs: Slugs,
    stop: CancellationToken,
}

impl Followed {
    fn begin(sources: Sources) -> Self {
        let slugs: Slugs = sources.slugs().into_iter().collect();
        let stop = CancellationToken::new();
        tokio::spawn(sources.follow(slugs.clone(), stop.clone()));
        Self { slugs, stop }
    }

    async fn until(&self, what: &str, is: impl Fn(&Slugs) -> bool) {
        let seen = async {
            while !is(&self.slugs) {
                sleep(SOON / 4).await;
            }
        };
        let seen = timeout(PATIENCE, seen).await;
        assert!(seen.is_ok(), "never {what}: {:?}", self.slugs.all());
    }

    async fn becomes(&self, names: &[&str]) {
        let expected = slugs(names);
        let is = |slugs: &Slugs| *slugs.all() == expected;
        self.until(&names.join(" "), is).await;
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Waits until this path was asked for so many times more.
async fn asked_again(web: &Web, path: &str, times: usize) {
    let before = web.times_asked(path);
    let asked = async {
        while web.times_asked(path) < before + times {
            sleep(SOON / 4).await;
        }
    };
    timeout(PATIENCE, asked).await.unwrap();
}

#[tokio::test]
async fn a_list_is_read_again_and_the_last_good_one_kept() {
    let (folder, web) = (TempDir::new().unwrap(), Web::serve().await);
    let file = folder.path().join("slugs.txt");
    fs::write(&file, "a").unwrap();
    web.put("/list", "b");
    let all = vec![file.to_str().unwrap().parse().unwrap(), web.source("/list")];
    let mut sources = sources(all, &["post"]);
    sources.begin().await.unwrap();
    assert_eq!(sources.slugs(), slugs(&["a", "post"]));
    let followed = Followed::begin(sources);
    followed.becomes(&["a", "b", "post"]).await;

    fs::write(&file, "a\nc").unwrap();
    followed.becomes(&["a", "b", "c", "post"]).await;
    // Gone, and no list any more: what they said last is kept, and the other goes on.
    fs::remove_file(&file).unwrap();
    web.put("/list", "b\nd");
    followed.becomes(&["a", "b", "c", "d", "post"]).await;
    web.put("/list", "<html>");
    fs::write(&file, "e").unwrap();
    followed.becomes(&["b", "d", "e", "post"]).await;
    web.take("/list");
    fs::write(&file, "f").unwrap();
    followed.becomes(&["b", "d", "f", "post"]).await;
}

#[tokio::test]
async fn what_a_feed_once_named_stays_known() {
    let web = Web::serve().await;
    let feed = |page: &str| {
        format!("<rss><channel><item><link>https://a.example/{page}</link></item></channel></rss>")
    };
    web.put("/feed", feed("one"));
    let followed = Followed::begin(sources(vec![web.source("/feed")], &[]));
    followed.becomes(&["one"]).await;
    web.put("/feed", feed("two"));
    followed.becomes(&["one", "two"]).await;
    asked_again(&web, "/feed", 15).await;
    assert_eq!(*followed.slugs.all(), slugs(&["one", "two"]));
}

#[tokio::test]
async fn after_a_restart_what_was_counted_is_known_to_a_feed_for_good() {
    let (folder, web) = (TempDir::new().unwrap(), Web::serve().await);
    let file = folder.path().join("feed.xml");
    let feed = "<rss><channel><item><link>https://a.example/new</link></item></channel></rss>";
    fs::write(&file, feed).unwrap();
    web.put("/feed", feed);
    for source in [web.source("/feed"), file.to_str().unwrap().parse().unwrap()] {
        let mut sources = sources(vec![source], &[]);
        sources.begin().await.unwrap();
        sources.assume(&slugs(&["old"]));
        let followed = Followed::begin(sources);
        followed.becomes(&["new", "old"]).await;
        sleep(SOON * 5).await;
        assert_eq!(*followed.slugs.all(), slugs(&["new", "old"]));
    }
}

#[tokio::test]
async fn a_part_that_cannot_be_read_forgets_nothing() {
    let web = Web::serve().await;
    web.put("/1", site_map(&["a", "b"]));
    web.put("/2", site_map(&["c"]));
    web.index("/", &["/1", "/2"]);
    let followed = Followed::begin(sources(vec![web.source("/")], &[]));
    followed.becomes(&["a", "b", "c"]).await;
    web.take("/2");
    web.put("/1", site_map(&["a", "d"]));
    followed.becomes(&["a", "b", "c", "d"]).await;
    asked_again(&web, "/2", 15).await;
    assert_eq!(*followed.slugs.all(), slugs(&["a", "b", "c", "d"]));
    web.put("/2", site_map(&["c"]));
    followed.becomes(&["a", "c", "d"]).await;
}

#[tokio::test]
async fn a_list_on_the_web_may_come_up_later() {
    let web = Web::serve().await;
    let mut sources = sources(vec![web.source("/list")], &[]);
    sources.begin().await.unwrap();
    sources.assume(&slugs(&["counted-before"]));
    let first = sources.first_reading();
    let followed = Followed::begin(sources);
    timeout(PATIENCE, first).await.unwrap();
    assert_eq!(*followed.slugs.all(), slugs(&["counted-before"]));
    assert!(!followed.slugs.lists()[0].was_read);
    web.put("/list", "a");
    followed.becomes(&["a"]).await;
    assert!(followed.slugs.lists()[0].was_read);
}

#[tokio::test]
async fn a_server_that_knows_no_page_yet_has_a_problem() {
    let web = Web::serve().await;
    let sources = sources(vec![web.source("/list")], &[]);
    let followed = Followed::begin(sources);
    let is = |slugs: &Slugs| slugs.problem().is_some_and(|why| why.contains("--slugs"));
    followed.until("a problem", is).await;
    web.put("/list", "a");
    followed.becomes(&["a"]).await;
    assert_eq!(followed.slugs.problem(), None);
    // Pages that are there without a list are none.
    assert_eq!(Slugs::default().problem(), None);
}

#[tokio::test]
async fn a_slow_source_does_not_keep_the_others_from_being_read() {
    let web = Web::serve().await;
    web.put_slow("/slow", "slow", Duration::from_secs(600));
    web.put("/quick", "a");
    let all = vec![web.source("/slow"), web.source("/quick")];
    let followed = Followed::begin(sources(all, &[]));
    followed.becomes(&["a"]).await;
    web.put("/quick", "a\nb");
    followed.becomes(&["a", "b"]).await;
    assert_eq!(web.times_asked("/slow"), 1);
}

#[tokio::test]
async fn a_prefix_keeps_the_pages_of_two_sites_apart() {
    let web = Web::serve().await;
    web.put("/a", site_map(&["", "hello"]));
    web.put("/b", site_map(&["", "hello"]));
    let prefixed = format!("blog={}/b", web.address).parse().unwrap();
    let mut sources = sources(vec![web.source("/a"), prefixed], &[]);
    sources.assume(&slugs(&["old", "blog/old"]));
    let followed = Followed::begin(sources);
    let pages = ["blog/hello", "blog/index", "hello", "index"];
    followed.becomes(&pages).await;
    let lists = followed.slugs.lists();
    let lists: Vec<_> = lists.iter().map(|list| (&*list.name, list.pages)).collect();
    assert_eq!(lists, [("127.0.0.1", 2), ("blog", 2)]);
}

#[tokio::test]
async fn there_are_so_many_pages_over_all_sources() {
    let web = Web::serve().await;
    web.put("/a", "a1\na2\na3");
    web.put("/b", "b1\nb2\nb3\na1");
    let mut sources = sources(vec![web.source("/a"), web.source("/b")], &["post"]);
    sources.settings = Arc::new(Settings {
        max_pages: 4,
        ..Settings::default()
    });
    let followed = Followed::begin(sources);
    let is_full = |slugs: &Slugs| slugs.all().len() == 5;
    followed.until("full", is_full).await;
    asked_again(&web, "/a", 2).await;
    asked_again(&web, "/b", 2).await;
    assert_eq!(followed.slugs.all().len(), 5, "4 and the post");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_said_at_once() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("slugs.txt");
    let begin = async || {
        let mut sources = sources(vec![file.to_str().unwrap().parse().unwrap()], &[]);
        sources.begin().await.unwrap_err().to_string()
    };
    let missing = begin().await;
    assert!(missing.contains("slugs.txt: No such file"), "{missing}");
    fs::write(&file, "a\nb//c").unwrap();
    let wrong = begin().await;
    assert!(
        wrong.contains("slugs.txt: line 2: the slug has an empty"),
        "{wrong}"
    );
}
