//! Whose address a request comes from: the peer's, or, behind a proxy that is
//! trusted, the one that the proxy names.
//!
//! What a header says is anyone's to write. It is believed only where a trusted
//! proxy wrote it, and a list of hops only from its right end as far as trusted
//! proxies wrote it.

use axum::http::{HeaderMap, HeaderName, Uri, header};
use ipnet::IpNet;
use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The prefix of IPv4 addresses among those of IPv6, in bits (RFC 4291 §2.5.5.2).
const V4_IN_V6: u8 = 96;
/// Each proxy appends the address that it was asked from.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// Headers by which a proxy that is not known yet gives itself away.
const SIGNS_OF_A_PROXY: [&str; 5] = [
    FORWARDED_FOR,
    "forwarded",
    "x-real-ip",
    "cf-connecting-ip",
    "true-client-ip",
];

/// Where a reader is, as far as limits go: an IPv4 address, or the /64 network
/// of an IPv6 address. The latter is what one household or server is given, and
/// it can use any address in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Neighbourhood(IpAddr);

impl From<IpAddr> for Neighbourhood {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(v4) => IpAddr::V4(v4),
            IpAddr::V6(v6) => {
                let network = v6.to_bits() >> 64 << 64;
                IpAddr::V6(Ipv6Addr::from_bits(network))
            }
        })
    }
}

/// One address, or a network in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// A text is not a [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address or a network, like 127.0.0.1, 10.0.0.0/8 or fd00::/8")]
pub struct NetworkError;

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let text = text.trim();
        let net = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address.to_canonical()),
            Err(_) => canonical(text.parse().map_err(|_| NetworkError)?),
        };
        Ok(Self(net))
    }
}

/// A network of IPv4 addresses that is written as one of IPv6, as what it is: every
/// address that is looked up here is written so too.
fn canonical(net: IpNet) -> IpNet {
    let mapped = match net {
        IpNet::V6(v6) => v6.network().to_ipv4_mapped(),
        IpNet::V4(_) => None,
    };
    let v4 = mapped.zip(net.prefix_len().checked_sub(V4_IN_V6));
    let v4 = v4.and_then(|(network, prefix)| IpNet::new(network.into(), prefix).ok());
    v4.unwrap_or(net)
}

/// Which proxies are believed, and in which header. Clones share what was told of
/// them. By default none is.
///
/// ```
/// use view_counter::{Admission, Proxies};
///
/// // nginx on the same machine, with its `proxy_add_x_forwarded_for`.
/// let proxies = Proxies::new(vec!["127.0.0.1".parse()?], None);
/// let admission = Admission { proxies, ..Admission::default() };
/// # Ok::<(), view_counter::NetworkError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    trusted: Vec<Network>,
    header: Option<HeaderName>,
    told: Arc<Told>,
}

/// What was said in the log, once.
#[derive(Debug, Default)]
struct Told {
    forgotten: AtomicBool,
    silent: AtomicBool,
    nameless: AtomicBool,
}

impl Proxies {
    /// Believes proxies in these networks. They name the client in
    /// `X-Forwarded-For`, or alone in the `header` that they overwrite in every
    /// request, such as `X-Real-IP` or `CF-Connecting-IP`.
    pub fn new(trusted: Vec<Network>, header: Option<HeaderName>) -> Self {
        Self {
            trusted,
            header,
            told: Arc::default(),
        }
    }

    /// The address that a request comes from, which reached us from `peer`.
    #[doc(hidden)]
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.ip().to_canonical();
        if !self.trusts(peer) {
            self.tell_of_a_forgotten_proxy(peer, headers);
            return peer;
        }
        let client = match &self.header {
            Some(name) => named(headers, name),
            None => Some(self.behind(peer, headers)).filter(|client| *client != peer),
        };
        client.unwrap_or_else(|| {
            self.warn_of_a_proxy_without_its_header(peer, headers);
            peer
        })
    }

    /// Whether this is the address of a proxy that is believed.
    #[doc(hidden)]
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted.iter().any(|net| net.0.contains(&address))
    }

    /// Walks from the right, from the hop that is nearest to us, as long as
    /// trusted proxies wrote what is read.
    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        let mut nearest = peer;
        for hop in hops {
            // What a trusted proxy did not understand is no reason to believe
            // what stands left of it.
            let Some(address) = hop_address(hop) else {
                return nearest;
            };
            nearest = address;
            if !self.trusts(address) {
                return nearest;
            }
        }
        nearest
    }

    /// Says once that whoever serves does not say where requests come from. Limits of one
    /// address then hold for nobody.
    pub(super) fn warn_of_requests_without_a_peer(&self) {
        if !self.told.nameless.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "requests come without their peer's address, so nothing limits what one address \
                 may do; serve with view_counter::serve, or with axum::serve(listener, \
                 app.into_make_service_with_connect_info::<SocketAddr>())"
            );
        }
    }

    /// Says once that a proxy seems to be in front which is not trusted. All of
    /// its readers would share one address, and its limits.
    fn tell_of_a_forgotten_proxy(&self, peer: IpAddr, headers: &HeaderMap) {
        if !is_local(peer) || self.told.forgotten.load(Ordering::Relaxed) {
            return;
        }
        let Some(header) = sign_of_a_proxy(headers).filter(|_| origin_host(headers).is_some())
        else {
            return;
        };
        if !self.told.forgotten.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                header,
                "a proxy seems to be in front and is not trusted: all its readers share the \
                 limits of one address; if it is yours, start with --trusted-proxies {peer}"
            );
        }
    }

    /// Says once that a trusted proxy names no reader: all of its readers share one
    /// address too. Not of what this machine asks itself, where that is trusted: a health
    /// check, or its owner who looks at the site without the proxy.
    fn warn_of_a_proxy_without_its_header(&self, peer: IpAddr, headers: &HeaderMap) {
        let is_of_a_reader = || origin_host(headers).is_some_and(|host| !is_this_machine(&host));
        if self.told.silent.load(Ordering::Relaxed) || !is_of_a_reader() {
            return;
        }
        if !self.told.silent.swap(true, Ordering::Relaxed) {
            let header = self
                .header
                .as_ref()
                .map_or(FORWARDED_FOR, HeaderName::as_str);
            let sent = sign_of_a_proxy(headers).unwrap_or("none of its kind");
            tracing::warn!(
                %peer,
                header,
                sent,
                "a reader came through a trusted proxy that does not say in this header where \
                 readers are, so they share the limits of one address; have the proxy set it, or \
                 name the header that it does set with --client-address-header"
            );
        }
    }
}

/// The header by which a proxy gives itself away, if there is one.
fn sign_of_a_proxy(headers: &HeaderMap) -> Option<&'static str> {
    let mut signs = SIGNS_OF_A_PROXY.into_iter();
    signs.find(|name| headers.contains_key(*name))
}

/// The host of the page that asks, which a browser names whenever it opens a socket. What
/// looks whether the server is well names none: it is no reader.
fn origin_host(headers: &HeaderMap) -> Option<String> {
    let origin = headers.get(header::ORIGIN)?.to_str().ok()?;
    let origin: Uri = origin.parse().ok()?;
    // `null` alone would be a host.
    origin.scheme()?;
    Some(origin.host()?.to_ascii_lowercase())
}

/// Whether this host of an address means the machine that asks.
pub(crate) fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// The address in a header of its own. Of several lines the last is taken: a
/// proxy that adds instead of overwriting adds behind what the client sent.
fn named(headers: &HeaderMap, name: &HeaderName) -> Option<IpAddr> {
    hop_address(headers.get_all(name).iter().next_back()?.as_bytes())
}

/// An address as proxies write it: bare, with a port, or in brackets.
fn hop_address(hop: &[u8]) -> Option<IpAddr> {
    let hop = str::from_utf8(hop).ok()?.trim();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']'));
    let address = match bare {
        Some(v6) => IpAddr::V6(v6.parse().ok()?),
        None => match hop.parse::<SocketAddr>() {
            Ok(with_port) => with_port.ip(),
            Err(_) => hop.parse().ok()?,
        },
    };
    Some(address.to_canonical())
}

/// Whether a peer is of this machine or its own network, as proxies mostly are:
/// from elsewhere anyone may send such a header.
fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests;
