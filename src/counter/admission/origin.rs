//! Origins: whose pages may connect, and read across origins.

use axum::http::{HeaderMap, Uri, header, uri::Authority};
use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
    str::FromStr,
    sync::Once,
};

/// An origin as browsers write it (RFC 6454 §6.2): scheme, host and, if it is
/// not the scheme's own, port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: Scheme,
    host: String,
    port: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn named(name: &str) -> Option<Self> {
        let mut schemes = [Self::Http, Self::Https].into_iter();
        schemes.find(|scheme| scheme.name().eq_ignore_ascii_case(name))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn standard_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// A text is not an [`Origin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an origin is a scheme and a host, like https://blog.example, without a path")]
pub struct OriginError;

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let (scheme, authority) = text.split_once("://").ok_or(OriginError)?;
        let scheme = Scheme::named(scheme).ok_or(OriginError)?;
        Self::at(scheme, authority).ok_or(OriginError)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, host, port } = self;
        write!(f, "{}://{host}", scheme.name())?;
        if *port == scheme.standard_port() {
            Ok(())
        } else {
            write!(f, ":{port}")
        }
    }
}

impl Origin {
    /// Whether the host and port that a request was sent to are this origin's.
    /// The scheme is not known there: a proxy may have taken TLS off.
    pub(crate) fn is_at(&self, authority: &str) -> bool {
        Self::at(self.scheme, authority).is_some_and(|asked| asked == *self)
    }

    /// Whether its host is an address, or names this machine: no name was looked up that
    /// somebody could point elsewhere.
    fn is_without_a_name(&self) -> bool {
        let v6 = self.host.strip_prefix('[');
        let v6 = v6.and_then(|host| host.strip_suffix(']'));
        self.host == "localhost"
            || self.host.parse::<Ipv4Addr>().is_ok()
            || v6.is_some_and(|host| host.parse::<Ipv6Addr>().is_ok())
    }

    /// The origin of this host and, if it is written, port.
    fn at(scheme: Scheme, authority: &str) -> Option<Self> {
        let authority: Authority = authority.parse().ok()?;
        // A name and a password may be before a host, and are no part of an origin.
        if authority.host().is_empty() || authority.as_str().contains('@') {
            return None;
        }
        Some(Self {
            scheme,
            host: authority.host().to_ascii_lowercase(),
            port: match authority.port() {
                Some(port) => port.as_str().parse().ok()?,
                None => scheme.standard_port(),
            },
        })
    }
}

/// Which pages may connect and read across origins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origins {
    /// Pages of the host that the request was sent to. Whoever owns a name can point it at
    /// this server, and then its pages are of that host (DNS rebinding).
    #[default]
    SameHost,
    /// Pages of this site, whatever host the request was sent to; and pages that were
    /// opened by an address of this server or as `localhost`, which nobody can point
    /// elsewhere.
    Site(Origin),
    /// Pages of exactly these origins.
    Listed(Vec<Origin>),
}

impl Origins {
    /// The request's `Origin` header, if its page may connect. A missing one,
    /// `null`, and more than one are not.
    pub(crate) fn admit<'a>(&self, headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
        let mut values = headers.get_all(header::ORIGIN).iter();
        let value = values.next()?.to_str().ok()?;
        let origin: Origin = value.parse().ok()?;
        let is_same = || authority(headers, uri).is_some_and(|asked| origin.is_at(asked));
        let admitted = match self {
            _ if values.next().is_some() => false,
            Self::SameHost => is_same(),
            Self::Site(site) if *site == origin => true,
            Self::Site(site) => match is_same() {
                true if origin.is_without_a_name() => true,
                true => {
                    warn_of_another_name(site, &origin);
                    false
                }
                false => false,
            },
            Self::Listed(list) => list.contains(&origin),
        };
        admitted.then_some(value)
    }
}

/// Logs once that the site's pages are opened at another address than it is said to have:
/// to those readers it shows no live numbers.
fn warn_of_another_name(site: &Origin, opened: &Origin) {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        tracing::warn!(
            %site,
            %opened,
            "pages were opened at another address than --site-url names, and may not connect; \
             if that address is yours, redirect it to the site, or start with --origin and both"
        );
    });
}

/// The host and port that the client asked for: `:authority` in HTTP/2, the
/// `Host` header in HTTP/1.1.
fn authority<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(header::HOST)?.to_str().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(host: &str, origins: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        for origin in origins {
            headers.append(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        headers
    }

    fn admits(origins: &Origins, host: &str, origin: &[&str]) -> bool {
        let headers = headers(host, origin);
        origins.admit(&headers, &Uri::from_static("/x")).is_some()
    }

    #[test]
    fn without_a_list_the_page_must_come_from_the_same_host_and_port() {
        let same = |host, origin| admits(&Origins::SameHost, host, &[origin]);
        assert!(same("blog.example", "https://blog.example"));
        assert!(same("BLOG.example:443", "https://blog.example"));
        assert!(same("127.0.0.1:3000", "http://127.0.0.1:3000"));
        assert!(same("[::1]:3000", "http://[::1]:3000"));
        assert!(!same("127.0.0.1:3000", "http://127.0.0.1:3001"));
        assert!(!same("127.0.0.1:3000", "http://127.0.0.1"));
        assert!(!same("blog.example", "https://blog.example:8443"));
        assert!(!same("blog.example", "https://evil.example"));
        assert!(!same("blog.example", "https://blog.example.evil.example"));
        assert!(!same("", "https://blog.example"));
    }

    #[test]
    fn with_a_site_its_origin_counts_and_not_the_host_that_was_asked() {
        let site = Origins::Site("https://blog.example".parse().unwrap());
        let of_site = |host: &str, origin: &str| admits(&site, host, &[origin]);
        assert!(of_site("blog.example", "https://blog.example"));
        // A proxy wrote another host.
        assert!(of_site("127.0.0.1:3000", "https://blog.example"));
        for (host, origin) in [
            // A name that was pointed here.
            ("evil.example", "https://evil.example"),
            ("evil.example:3000", "http://evil.example:3000"),
            ("localhost.evil.example", "http://localhost.evil.example"),
            ("127.0.0.1.evil.example", "http://127.0.0.1.evil.example"),
            ("blog.example", "http://blog.example"),
            ("blog.example", "https://evil.example"),
            ("127.0.0.1:3000", "https://evil.example"),
            ("127.0.0.1:3000", "http://127.0.0.1:3001"),
        ] {
            assert!(!of_site(host, origin), "{origin} at {host}");
        }
        // Who operates it looks at it on its own machine.
        for host in [
            "127.0.0.1:3000",
            "192.168.1.5",
            "[::1]:3000",
            "localhost:3000",
        ] {
            let origin = format!("http://{host}");
            assert!(admits(&site, host, &[&origin]), "{host}");
        }
    }

    #[test]
    fn over_http2_the_authority_is_asked() {
        let uri = Uri::from_static("http://blog.example/x");
        let headers = headers("evil.example", &["https://blog.example"]);
        assert!(Origins::SameHost.admit(&headers, &uri).is_some());
        let uri = Uri::from_static("http://other.example/x");
        assert!(Origins::SameHost.admit(&headers, &uri).is_none());
    }

    #[test]
    fn a_list_is_exact() {
        let list = Origins::Listed(vec!["https://blog.example".parse().unwrap()]);
        assert!(admits(&list, "counts.example", &["https://blog.example"]));
        for other in [
            "http://blog.example",
            "https://www.blog.example",
            "https://blog.example:8443",
            "https://counts.example",
        ] {
            assert!(!admits(&list, "counts.example", &[other]), "{other}");
        }
    }

    #[test]
    fn a_missing_a_null_a_doubled_and_a_broken_origin_are_refused() {
        let list = Origins::Listed(vec!["https://blog.example".parse().unwrap()]);
        for origins in [&Origins::SameHost, &list] {
            for sent in [
                &[][..],
                &["null"],
                &[""],
                &["https://"],
                &["blog.example"],
                &["https://blog.example/"],
                &["https://blog.example", "https://blog.example"],
            ] {
                assert!(!admits(origins, "blog.example", sent), "{sent:?}");
            }
        }
    }
}
