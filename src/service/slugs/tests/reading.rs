//! One reading of a source, with the site maps that it names.

use super::{
    super::{
        reading::{Extent, Reading, Settings, SourceError, read, read_on},
        *,
    },
    site_map, slugs,
    web::Web,
};
use flate2::{Compression, write::GzEncoder};
use std::{fs, io::Write, thread};
use tempfile::TempDir;
use tokio::net::TcpListener;

async fn reading_with(settings: Settings, source: Source) -> Result<Reading, SourceError> {
    let read = read(&Arc::new(source), &Arc::new(settings), Extent::Whole).await;
    read.map(|reading| reading.unwrap())
}

async fn reading(source: Source) -> Reading {
    reading_with(Settings::default(), source).await.unwrap()
}

async fn error(source: Source) -> String {
    let read = reading_with(Settings::default(), source).await;
    read.unwrap_err().to_string()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[tokio::test]
async fn site_maps_name_others_to_a_depth_of_three_and_each_is_read_once() {
    let web = Web::serve().await;
    web.index("/", &["/1", "/a", "/", "/1"]);
    web.index("/1", &["/2", "/", "/b"]);
    web.index("/2", &["/3", "/1", "/c"]);
    web.put("/a", site_map(&["a"]));
    web.put("/b", site_map(&["b"]));
    web.put("/c", site_map(&["c"]));
    web.put("/3", site_map(&["d"]));
    let whole = reading(web.source("/")).await;
    assert_eq!(whole.slugs, slugs(&["a", "b", "c", "d"]));
    assert!(whole.is_complete(), "{}", whole.problems);
    assert_eq!(web.asked().len(), 7, "each once");

    web.index("/3", &["/4", "/5"]);
    let deep = reading(web.source("/")).await;
    assert_eq!(deep.slugs, slugs(&["a", "b", "c"]));
    assert!(!deep.is_complete());
    let said = deep.problems.to_string();
    assert!(said.contains("/4\" at a depth of 4"), "{said}");
    assert_eq!(web.times_asked("/4"), 0);
}

#[tokio::test]
async fn a_bad_site_map_loses_only_itself_and_is_named() {
    let (folder, web) = (TempDir::new().unwrap(), Web::serve().await);
    let file = folder.path().join("index.xml");
    web.put("/good", site_map(&["a"]));
    web.put("/page", "<html>");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let away = listener.local_addr().unwrap();
    drop(listener);
    for (address, said, why) in [
        (format!("{}/none", web.address), "/none\": ", "404"),
        (
            format!("{}/page", web.address),
            "/page\": ",
            "it is a web page",
        ),
        (format!("http://{away}/x"), "/x\": ", "refused"),
        // Not for whoever reads the log to be sent to their terminal.
        ("&#27;[2J".to_owned(), "\"\\u{1b}[2J\", ", "no address"),
        (
            "relative.xml".to_owned(),
            "\"relative.xml\", ",
            "no address",
        ),
    ] {
        let named = format!(
            "<sitemap><loc>{address}</loc></sitemap><sitemap><loc>{}/good</loc></sitemap>",
            web.address
        );
        fs::write(&file, format!("<sitemapindex>{named}</sitemapindex>")).unwrap();
        let source: Source = file.to_str().unwrap().parse().unwrap();
        let read = reading(source).await;
        assert_eq!(read.slugs, slugs(&["a"]));
        assert!(!read.is_complete());
        let problems = read.problems.to_string();
        assert!(
            problems.contains(said) && problems.contains(why),
            "{problems}"
        );
    }
    let bad: Vec<String> = (0..9).map(|n| format!("/bad{n}")).collect();
    let bad: Vec<&str> = bad.iter().map(String::as_str).collect();
    web.index("/all", &bad);
    let said = error(web.source("/all")).await;
    assert!(said.ends_with("; and 6 more"), "{said}");
}

#[tokio::test]
async fn a_site_map_does_not_say_what_else_the_server_asks_for() {
    let web = Web::serve().await;
    let other = Web::serve().await;
    other.put("/map", site_map(&["secret"]));
    web.put("/good", site_map(&["a"]));
    web.redirect("/away", &format!("{}/map", other.address));
    web.redirect("/twice", "/away");
    web.redirect("/around", "/good");
    web.redirect("/loop", "/loop");
    let elsewhere = format!("{}/map", other.address);
    web.index("/", &["/around", &elsewhere, "/away", "/twice", "/loop"]);
    let read = reading(web.source("/")).await;
    assert_eq!(read.slugs, slugs(&["a"]));
    assert_eq!(read.problems.count, 4);
    let said = read.problems.to_string();
    assert_eq!(said.matches("is of another site").count(), 3, "{said}");
    assert!(other.asked().is_empty(), "another port is another site");

    // Whoever runs the server names a source, and that may be elsewhere by now.
    other.index("/", &["/map"]);
    web.redirect("/moved", &other.address);
    assert_eq!(
        reading(web.source("/moved")).await.slugs,
        slugs(&["secret"])
    );
}

#[tokio::test]
async fn a_packed_list_is_unpacked_and_bounded() {
    let web = Web::serve().await;
    let packed = gzip(site_map(&["a"]).as_bytes());
    web.put("/map.xml.gz", packed.clone());
    web.put_as("/map.xml", "Content-Encoding: gzip", packed.clone());
    web.put_as("/twice.gz", "Content-Encoding: gzip", gzip(&packed));
    for path in ["/map.xml.gz", "/map.xml", "/twice.gz"] {
        assert_eq!(reading(web.source(path)).await.slugs, slugs(&["a"]));
    }
    let bomb = gzip(&vec![b'a'; 60 << 20]);
    assert!(bomb.len() < 1 << 20);
    web.put("/bomb.gz", bomb.clone());
    web.put_as("/bomb", "Content-Encoding: gzip", bomb);
    for path in ["/bomb.gz", "/bomb"] {
        let said = error(web.source(path)).await;
        assert!(said.ends_with("it has more than 50 MiB"), "{said}");
    }
}

#[tokio::test]
async fn http_may_say_the_encoding_that_the_list_does_not() {
    let web = Web::serve().await;
    let header = "Content-Type: text/plain; charset=\"ISO-8859-1\"";
    web.put_as("/list", header, *b"caf\xe9");
    assert_eq!(reading(web.source("/list")).await.slugs, slugs(&["café"]));
}

#[tokio::test]
async fn all_documents_of_a_source_have_one_deadline() {
    let web = Web::serve().await;
    let paths: Vec<String> = (0..20).map(|n| format!("/{n}")).collect();
    for path in &paths {
        let never = Duration::from_secs(600);
        web.put_slow(path, site_map(&[]), never);
    }
    web.put("/good", site_map(&["a"]));
    let mut members = vec!["/good"];
    members.extend(paths.iter().map(String::as_str));
    web.index("/", &members);
    // Without the deadline it would take 20 s.
    let settings = Settings {
        timeout: Duration::from_secs(2),
        request_timeout: Duration::from_secs(1),
        ..Settings::default()
    };
    let read = reading_with(settings, web.source("/")).await.unwrap();
    assert_eq!(read.slugs, slugs(&["a"]));
    let said = read.problems.to_string();
    assert!(said.contains("did not answer within 1 s"), "{said}");
    let asked = paths.iter().map(|path| web.times_asked(path));
    assert!(asked.sum::<usize>() <= 3, "{:?}", web.asked());
}

#[tokio::test]
async fn a_limit_that_is_reached_is_said_with_numbers() {
    let web = Web::serve().await;
    web.put("/1", site_map(&["a", "b", "c"]));
    web.put("/2", site_map(&["b", "c", "d"]));
    web.put("/3", site_map(&["e"]));
    web.index("/", &["/1", "/2", "/3"]);
    let settings = Settings {
        max_documents: 3,
        max_pages: 3,
        ..Settings::default()
    };
    let read = reading_with(settings, web.source("/")).await.unwrap();
    assert_eq!((read.slugs.len(), read.beyond), (3, 1));
    let said = read.problems.to_string();
    let expected = "1 site maps are not read, since a list has 3 documents at most";
    assert_eq!(said, expected);
}

#[tokio::test]
async fn what_a_source_is_asked_with_stays_there() {
    let (web, other) = (Web::serve().await, Web::serve().await);
    web.index("/index", &["/map"]);
    web.put("/map", site_map(&["a"]));
    web.redirect("/away", &format!("{}/map", other.address));
    let with = |path: &str| {
        let address = web.address.replace("http://", "http://me:secret@");
        format!("{address}{path}?key=hidden")
            .parse::<Source>()
            .unwrap()
    };
    web.index("/index?key=hidden", &["/map"]);
    assert_eq!(reading(with("/index")).await.slugs, slugs(&["a"]));
    let asked = web.asked();
    let authorized = asked.iter().filter(|head| {
        let head = head.to_lowercase();
        head.contains("authorization: basic bwu6c2vjcmv0\r\n")
    });
    assert_eq!(authorized.count(), 2, "{asked:?}");
    web.redirect("/away?key=hidden", &format!("{}/map", other.address));
    let said = error(with("/away")).await;
    assert!(
        !said.contains("secret") && !said.contains("hidden"),
        "{said}"
    );
    let head = other.asked().concat().to_lowercase();
    assert!(head.contains("get /map") && !head.contains("authorization"));
}

#[tokio::test]
async fn a_source_without_a_thread_to_read_it_is_an_error() {
    let web = Web::serve().await;
    web.put("/list", "a");
    let source = Arc::new(web.source("/list"));
    let settings = Arc::new(Settings::default());
    // No machine has so much room for a stack.
    let thread = thread::Builder::new().stack_size(1 << 48);
    let read = read_on(thread, &source, &settings, Extent::Whole).await;
    let said = read.unwrap_err().to_string();
    assert!(said.contains("there is no thread to read it"), "{said}");
    assert_eq!(reading(web.source("/list")).await.slugs, slugs(&["a"]));
}

#[tokio::test]
async fn a_list_of_nothing_but_what_is_left_out_says_why() {
    let web = Web::serve().await;
    web.put("/map", site_map(&["?p=1", "?p=2"]));
    let said = error(web.source("/map")).await;
    assert!(said.contains("its 2 entries are left out"), "{said}");
    assert!(said.contains("its query names the page"), "{said}");
    web.put("/empty", "<urlset></urlset>");
    let said = error(web.source("/empty")).await;
    assert!(said.ends_with("it names no page"), "{said}");
}

#[tokio::test]
async fn a_file_that_is_too_long_is_not_read_to_its_end() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("slugs.txt");
    fs::File::create(&file).unwrap().set_len(1 << 40).unwrap();
    let said = error(file.to_str().unwrap().parse().unwrap()).await;
    assert!(said.ends_with("it has more than 50 MiB"), "{said}");
}
