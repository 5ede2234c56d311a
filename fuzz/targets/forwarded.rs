//! Any forwarded headers: whoever is not trusted moves nothing, and a trusted proxy
//! can always be read past.

#![no_main]

use arbitrary::Arbitrary;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use std::net::{IpAddr, SocketAddr};
use view_counter::counter::address::{Network, Neighbourhood, Proxies};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    peer: IpAddr,
    trusted: Vec<&'a str>,
    own_header: bool,
    lines: Vec<&'a [u8]>,
}

fuzz_target!(|input: Input| {
    let trusted: Vec<Network> = input
        .trusted
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
    let name = if input.own_header {
        HeaderName::from_static("x-real-ip")
    } else {
        HeaderName::from_static("x-forwarded-for")
    };
    let mut headers = HeaderMap::new();
    for line in &input.lines {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(&name, value);
        }
    }
    let named = input.own_header.then(|| name.clone());
    let peer = SocketAddr::new(input.peer, 1);

    let nobody = Proxies::new(Vec::new(), named.clone());
    let canonical = |ip: IpAddr| Neighbourhood::from(ip);
    assert_eq!(
        canonical(nobody.client(peer, &headers)),
        canonical(input.peer),
        "nobody is trusted"
    );
    let proxies = Proxies::new(trusted, named);
    let client = proxies.client(peer, &headers);
    if input.own_header {
        let mut more = headers.clone();
        more.append("x-forwarded-for", HeaderValue::from_static("198.51.100.7"));
        assert_eq!(proxies.client(peer, &more), client, "another header counts");
    }
    // What a trusted proxy writes comes last, and is believed whatever stands before.
    let reader = IpAddr::from([203, 0, 113, 9]);
    if proxies.trusts(input.peer) && !proxies.trusts(reader) {
        headers.append(&name, HeaderValue::from_static("203.0.113.9"));
        assert_eq!(proxies.client(peer, &headers), reader, "the proxy's own line");
    }
});
