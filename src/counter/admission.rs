//! Who may connect: the origin a browser names, the slugs there are, and what
//! one address may ask for; and who of them only watches.

mod origin;
mod slugs;

pub use origin::{Origin, OriginError, Origins};
pub use slugs::{ListStatus, Slugs};

use super::{
    address::{Neighbourhood, Proxies},
    crawler,
    limits::Limits,
    protocol::{Slug, SlugError},
};
use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, header},
};
use std::net::{IpAddr, SocketAddr};

/// Why a slug is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlugRefused {
    /// It is none.
    #[error(transparent)]
    Malformed(#[from] SlugError),
    /// It is one, but not of a post there is.
    #[error(
        "no post has this slug; check the spelling, or publish the post first; and if the server has a list of pages, see that it is in it"
    )]
    Unknown,
}

/// What a page says of itself in its handshake's query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageSays {
    /// It is to be in neither number (`watch=1`).
    pub watch: bool,
    /// Its browser asks not to be tracked (`gpc=1`); not every browser adds a
    /// header that says so.
    pub gpc: bool,
    /// A program drives its browser (`webdriver=1`).
    pub webdriver: bool,
}

/// Why a socket sees the numbers and is in neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watches {
    /// It asked to: a dashboard, or a browser that its owner left out.
    Asked,
    /// Its browser asks for privacy, and this server heeds that.
    LeftOut,
    /// A program drives its browser.
    Webdriver,
    /// Its user agent is a crawler's, by the list of [`crawler`].
    Crawler,
}

/// What is needed to decide who may connect.
/// By default pages of the same host, no slug, and limits that suit a blog.
#[derive(Clone, Debug, Default)]
pub struct Admission {
    /// Pages that may.
    pub origins: Origins,
    /// Slugs that there are.
    pub slugs: Slugs,
    /// Whether readers whose browser asks not to be tracked only watch.
    pub respect_gpc: bool,
    /// What one address may ask for, and how many sockets there may be.
    pub limits: Limits,
    /// Whom to believe about where a request comes from.
    pub proxies: Proxies,
}

impl Admission {
    /// The slug that this text names, if it is one that is counted.
    ///
    /// # Errors
    /// Says whether it is malformed or unknown.
    pub(crate) fn slug(&self, text: &str) -> Result<Slug, SlugRefused> {
        let slug: Slug = text.parse()?;
        if self.slugs.contains(&slug) {
            Ok(slug)
        } else {
            Err(SlugRefused::Unknown)
        }
    }

    /// Where a request comes from. None if whoever serves does not say: limits of
    /// one address then hold for nobody.
    pub(crate) fn from(
        &self,
        extensions: &Extensions,
        headers: &HeaderMap,
    ) -> Option<Neighbourhood> {
        let Some(ConnectInfo(peer)) = extensions.get::<ConnectInfo<SocketAddr>>() else {
            self.proxies.warn_of_requests_without_a_peer();
            return None;
        };
        Some(self.proxies.client(*peer, headers).into())
    }

    /// Where a connection comes from whose requests were not read yet. None if a
    /// trusted proxy makes it, for whomever.
    pub(crate) fn peer(&self, peer: IpAddr) -> Option<Neighbourhood> {
        (!self.proxies.trusts(peer)).then(|| peer.into())
    }

    /// Why this handshake's socket only watches; none if it is a reader's. Of
    /// several reasons it is the one that comes first in [`Watches`].
    ///
    /// A handshake without a user agent is a reader's: that is a plain client.
    pub(crate) fn watches(&self, headers: &HeaderMap, page: PageSays) -> Option<Watches> {
        let set = |name| headers.get(name).is_some_and(|value| value == "1");
        if page.watch {
            Some(Watches::Asked)
        } else if self.respect_gpc && (page.gpc || set("sec-gpc") || set("dnt")) {
            Some(Watches::LeftOut)
        } else if page.webdriver {
            Some(Watches::Webdriver)
        } else {
            is_crawler(headers).then_some(Watches::Crawler)
        }
    }

    /// Whether nobody reads what this handshake's socket is sent: it is a crawler's, or a
    /// program drives its browser.
    pub(crate) fn is_automated(&self, headers: &HeaderMap, page: PageSays) -> bool {
        page.webdriver || is_crawler(headers)
    }
}

fn is_crawler(headers: &HeaderMap) -> bool {
    let user_agent = headers.get(header::USER_AGENT);
    user_agent.is_some_and(|value| crawler::find(value.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_browser_that_asks_for_privacy_is_left_out_if_the_server_heeds_it() {
        let asks = |name: &'static str, value: &'static str, says_so, respect_gpc| {
            let admission = Admission {
                respect_gpc,
                ..Admission::default()
            };
            let headers = [(name.parse().unwrap(), HeaderValue::from_static(value))];
            let page = PageSays {
                gpc: says_so,
                ..PageSays::default()
            };
            admission.watches(&headers.into_iter().collect(), page) == Some(Watches::LeftOut)
        };
        assert!(asks("sec-gpc", "1", false, true));
        assert!(asks("dnt", "1", false, true));
        assert!(asks("x-other", "1", true, true));
        assert!(!asks("sec-gpc", "1", true, false), "off by default");
        assert!(!asks("dnt", "0", false, true), "it consents");
        assert!(!asks("x-other", "1", false, true));
    }

    #[test]
    fn a_watcher_watches_for_the_first_reason_there_is() {
        let why = |user_agent: &[u8], query: &str| {
            let admission = Admission {
                respect_gpc: true,
                ..Admission::default()
            };
            let user_agent = HeaderValue::from_bytes(user_agent).unwrap();
            let headers = [(header::USER_AGENT, user_agent)];
            let page = PageSays {
                watch: query.contains("watch"),
                gpc: query.contains("gpc"),
                webdriver: query.contains("driver"),
            };
            admission.watches(&headers.into_iter().collect(), page)
        };
        assert_eq!(
            why(b"curl/8.14.1", "watch gpc driver"),
            Some(Watches::Asked)
        );
        assert_eq!(why(b"curl/8.14.1", "gpc driver"), Some(Watches::LeftOut));
        assert_eq!(why(b"curl/8.14.1", "driver"), Some(Watches::Webdriver));
        assert_eq!(why(b"curl/8.14.1", ""), Some(Watches::Crawler));
        assert_eq!(
            why(b"GPTBot \xff\xfe", ""),
            Some(Watches::Crawler),
            "no UTF-8"
        );
        assert_eq!(why(b"Mozilla/5.0", ""), None);
    }

    #[test]
    fn a_client_without_a_user_agent_is_a_reader() {
        let watches = Admission::default().watches(&HeaderMap::new(), PageSays::default());
        assert_eq!(watches, None);
    }

    #[test]
    fn a_slug_that_is_none_is_told_from_one_there_is_not() {
        let admission = Admission {
            slugs: ["known".parse().unwrap()].into_iter().collect(),
            ..Admission::default()
        };
        assert!(admission.slug("known").is_ok());
        assert_eq!(admission.slug("other"), Err(SlugRefused::Unknown));
        assert_eq!(
            admission.slug("a/../b"),
            Err(SlugRefused::Malformed(SlugError::DotSegment))
        );
    }
}
