//! Spoofed, doubled and broken headers.

use super::*;
use crate::counter::admission::Admission;
use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    http::HeaderValue,
};
use proptest::prelude::*;

const READER: &str = "203.0.113.9";
const PROXY: &str = "10.0.0.1";
/// What a browser adds when a page of the site opens a socket.
const ORIGIN: (&str, &str) = ("origin", "https://blog.example");

fn proxies(trusted: &[&str], header: Option<&'static str>) -> Proxies {
    let trusted = trusted.iter().map(|net| net.parse().unwrap()).collect();
    Proxies::new(trusted, header.map(HeaderName::from_static))
}

fn client(proxies: &Proxies, peer: &str, lines: &[(&'static str, &str)]) -> String {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let peer = SocketAddr::new(peer.parse().unwrap(), 40_000);
    proxies.client(peer, &headers).to_string()
}

/// What one line of `X-Forwarded-For` is worth behind the proxy.
fn forwarded(line: &str) -> String {
    let proxies = proxies(&["10.0.0.0/8"], None);
    client(&proxies, PROXY, &[(FORWARDED_FOR, line)])
}

#[test]
fn without_a_trusted_proxy_the_peer_is_the_client() {
    let none = Proxies::default();
    assert_eq!(client(&none, READER, &[]), READER);
    let spoofed = [(FORWARDED_FOR, "198.51.100.1"), ("x-real-ip", "1.1.1.1")];
    assert_eq!(client(&none, READER, &spoofed), READER);
    let elsewhere = proxies(&["10.0.0.0/8"], None);
    assert_eq!(client(&elsewhere, READER, &spoofed), READER);
}

#[test]
fn a_trusted_proxy_names_the_client() {
    assert_eq!(forwarded(READER), READER);
    assert_eq!(forwarded("203.0.113.9:5123"), READER);
    assert_eq!(forwarded("2001:db8::1"), "2001:db8::1");
    assert_eq!(forwarded("[2001:db8::1]"), "2001:db8::1");
    assert_eq!(forwarded("[2001:db8::1]:443"), "2001:db8::1");
    assert_eq!(forwarded("\t 203.0.113.9  "), READER);
    assert_eq!(forwarded("::ffff:203.0.113.9"), READER);
}

#[test]
fn what_the_client_wrote_itself_is_not_believed() {
    assert_eq!(forwarded("1.1.1.1, 203.0.113.9"), READER);
    assert_eq!(forwarded("127.0.0.1,10.9.9.9 , 203.0.113.9"), READER);
}

#[test]
fn hops_that_are_trusted_are_walked_past() {
    assert_eq!(forwarded("203.0.113.9, 10.1.2.3, 10.3.2.1:80"), READER);
    assert_eq!(forwarded("10.9.9.9, 10.1.2.3"), "10.9.9.9", "all are ours");
}

#[test]
fn several_lines_are_one_list_in_their_order() {
    let proxies = proxies(&["10.0.0.0/8"], None);
    let lines = [(FORWARDED_FOR, "1.1.1.1"), (FORWARDED_FOR, READER)];
    assert_eq!(client(&proxies, PROXY, &lines), READER);
    let lines = [(FORWARDED_FOR, READER), (FORWARDED_FOR, "10.1.1.1")];
    assert_eq!(client(&proxies, PROXY, &lines), READER);
}

#[test]
fn garbage_ends_the_walk() {
    for garbage in ["", ",", "unknown", "203.0.113.9.1", "[::1", "::1]:80", "é"] {
        assert_eq!(forwarded(garbage), PROXY, "{garbage:?}");
    }
    assert_eq!(forwarded("203.0.113.9, unknown, 10.1.2.3"), "10.1.2.3");
    assert_eq!(client(&proxies(&[PROXY], None), PROXY, &[]), PROXY);
}

#[test]
fn a_header_that_is_named_is_the_only_one_that_is_read() {
    let named = proxies(&[PROXY], Some("cf-connecting-ip"));
    let line = ("cf-connecting-ip", READER);
    assert_eq!(client(&named, PROXY, &[line]), READER);
    let both = [(FORWARDED_FOR, "1.1.1.1"), line];
    assert_eq!(client(&named, PROXY, &both), READER);
    assert_eq!(client(&named, READER, &[line]), READER, "not of a proxy");
    assert_eq!(client(&named, PROXY, &[(FORWARDED_FOR, READER)]), PROXY);
    // The client's own line comes first, the proxy's behind it.
    let doubled = [("cf-connecting-ip", "1.1.1.1"), line];
    assert_eq!(client(&named, PROXY, &doubled), READER);
    assert_eq!(client(&named, PROXY, &[("cf-connecting-ip", "x")]), PROXY);
}

#[test]
fn a_peer_over_ipv6_that_is_an_ipv4_one_is_the_same() {
    let proxies = proxies(&["127.0.0.1"], None);
    let line = [(FORWARDED_FOR, READER)];
    assert_eq!(client(&proxies, "::ffff:127.0.0.1", &line), READER);
}

#[test]
fn networks_are_addresses_or_cidr() {
    for text in ["127.0.0.1", "::1", "10.0.0.0/8", " fd00::/8 ", "0.0.0.0/0"] {
        assert!(text.parse::<Network>().is_ok(), "{text}");
    }
    for text in ["", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.1:80"] {
        assert_eq!(text.parse::<Network>(), Err(NetworkError), "{text}");
    }
}

#[test]
fn ipv6_is_limited_by_its_network_and_ipv4_by_its_address() {
    let of = |text: &str| Neighbourhood::from(text.parse::<IpAddr>().unwrap());
    assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:0:0:1"));
    assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
    assert_ne!(of("203.0.113.9"), of("203.0.113.8"));
    assert_eq!(of("::ffff:203.0.113.9"), of("203.0.113.9"));
}

#[test]
fn a_forgotten_proxy_is_told_of_once() {
    let none = Proxies::default();
    let line = [(FORWARDED_FOR, READER)];
    client(&none, READER, &line);
    assert!(
        !none.told.forgotten.load(Ordering::Relaxed),
        "anyone may send it"
    );
    client(&none, "192.168.1.1", &[]);
    assert!(
        !none.told.forgotten.load(Ordering::Relaxed),
        "nothing is forwarded"
    );
    client(&none, "192.168.1.1", &line);
    assert!(
        !none.told.forgotten.load(Ordering::Relaxed),
        "a health check, and no reader"
    );
    client(&none, "192.168.1.1", &[line[0], ORIGIN]);
    assert!(none.told.forgotten.load(Ordering::Relaxed));
}

#[test]
fn a_proxy_that_names_no_reader_is_told_of() {
    for (header, line) in [
        (None, (FORWARDED_FOR, READER)),
        (Some("x-real-ip"), ("x-real-ip", READER)),
    ] {
        let proxies = proxies(&["192.168.1.1"], header);
        let silent = || proxies.told.silent.load(Ordering::Relaxed);
        assert_eq!(client(&proxies, "192.168.1.1", &[line]), READER);
        client(&proxies, READER, &[ORIGIN]);
        assert!(!silent(), "{header:?}");
        assert_eq!(client(&proxies, "192.168.1.1", &[ORIGIN]), "192.168.1.1");
        assert!(silent(), "{header:?}");
    }
}

#[test]
fn what_the_machine_asks_itself_is_no_proxy_that_names_no_reader() {
    let proxies = proxies(&["127.0.0.1"], None);
    let silent = || proxies.told.silent.load(Ordering::Relaxed);
    for origin in [
        None,
        Some("http://127.0.0.1:3000"),
        Some("http://[::1]:3000"),
        Some("http://localhost:3000"),
        Some("null"),
    ] {
        let lines: Vec<_> = origin
            .map(|origin| ("origin", origin))
            .into_iter()
            .collect();
        assert_eq!(client(&proxies, "127.0.0.1", &lines), "127.0.0.1");
        assert!(!silent(), "{origin:?}");
    }
    // The true case is still told of.
    client(&proxies, "127.0.0.1", &[ORIGIN]);
    assert!(silent());
}

#[test]
fn a_network_is_the_same_however_it_is_written() {
    for (mapped, plain) in [
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
    ] {
        assert_eq!(mapped.parse::<Network>(), plain.parse(), "{mapped}");
    }
    assert_ne!("::/0".parse::<Network>(), "0.0.0.0/0".parse());
}

proptest! {
    /// Whatever stands left of what the trusted proxy wrote changes nothing.
    #[test]
    fn nothing_a_stranger_writes_moves_them(line in "[ -~]{0,60}") {
        let line = format!("{line}, {READER}");
        prop_assert_eq!(forwarded(&line), READER);
    }

    #[test]
    fn no_line_panics(line in proptest::collection::vec(any::<u8>(), 0..80)) {
        let proxies = proxies(&["0.0.0.0/0", "::/0"], None);
        if let Ok(value) = HeaderValue::from_bytes(&line) {
            let headers = HeaderMap::from_iter([(HeaderName::from_static(FORWARDED_FOR), value)]);
            proxies.client("10.0.0.1:1".parse().unwrap(), &headers);
        }
    }
}

#[test]
fn requests_without_a_peer_are_told_of_once_and_are_nobody_s() {
    let admission = Admission::default();
    let nameless = || admission.proxies.told.nameless.load(Ordering::Relaxed);
    let mut request = Request::new(Body::empty());
    let peer: SocketAddr = "203.0.113.9:4711".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    let from = admission.from(request.extensions(), request.headers());
    assert_eq!(from, Some(peer.ip().into()));
    assert!(!nameless());
    request.extensions_mut().clear();
    let from = admission.from(request.extensions(), request.headers());
    assert_eq!(from, None);
    assert!(nameless());
}
