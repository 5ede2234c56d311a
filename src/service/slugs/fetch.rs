//! Documents from the web: bounded in bytes and time, and only from where they may be
//! asked for.

use super::text::{TextError, decoded, unpacked};
use base64::{Engine, prelude::BASE64_STANDARD};
use percent_encoding::percent_decode_str;
use std::time::{Duration, Instant};
use ureq::{
    Agent,
    http::{HeaderMap, Response, header},
};
use url::{Origin, Url};

/// How often one request may be redirected.
const MAX_REDIRECTS: usize = 5;

/// Why a document of the web cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("it did not answer within {} s", .0.as_secs_f32().ceil())]
    Timeout(Duration),
    #[error("{}", plain(.0))]
    Http(Box<ureq::Error>),
    #[error(transparent)]
    Text(TextError),
    #[error("it redirects, and does not say to which address")]
    Redirect,
    #[error("it redirects more than {MAX_REDIRECTS} times")]
    Redirects,
    #[error(
        "it is of another site than the list that names it: its scheme, host or port differ; name it by itself with --slugs"
    )]
    OtherSite,
}

/// An error of a request, without the address, which may have credentials in it.
fn plain(error: &ureq::Error) -> String {
    match error {
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => "its address cannot be asked for".into(),
        ureq::Error::StatusCode(code) => format!("it answers with HTTP status {code}"),
        ureq::Error::HostNotFound => "its host has no address".into(),
        ureq::Error::Io(error) => format!("the connection failed: {error}"),
        error => error.to_string(),
    }
}

/// A document, and where it came from in the end.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) text: String,
    pub(super) url: Url,
}

/// What fetches the documents of one source.
pub(super) struct Fetcher {
    agent: Agent,
    /// Who asks, and where alone that is said.
    credentials: Option<(Origin, String)>,
    max_bytes: u64,
    request_timeout: Duration,
}

impl Fetcher {
    /// Asks with the credentials that are in `source`, if there are any.
    pub(super) fn new(source: Option<&Url>, max_bytes: u64, request_timeout: Duration) -> Self {
        let config = Agent::config_builder()
            // Each is followed by hand, once it is known where to.
            .max_redirects(0)
            .user_agent(concat!("view-counter/", env!("CARGO_PKG_VERSION")));
        Self {
            agent: config.build().into(),
            credentials: source.and_then(|url| Some((url.origin(), authorization(url)?))),
            max_bytes,
            request_timeout,
        }
    }

    /// The document at this address; only if it and all that it redirects to are of the
    /// site `of`, where that is given. A request takes a time of its own, and none goes on
    /// beyond `deadline`.
    pub(super) fn fetch(
        &self,
        url: &Url,
        of: Option<&Url>,
        deadline: Instant,
    ) -> Result<Fetched, FetchError> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            if let Some(of) = of {
                url = on_site(of, url).ok_or(FetchError::OtherSite)?;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = left.min(self.request_timeout);
            if timeout.is_zero() {
                return Err(FetchError::Timeout(timeout));
            }
            let answer = self.request(&url, timeout).map_err(|error| match error {
                ureq::Error::Timeout(_) => FetchError::Timeout(timeout),
                error => FetchError::Http(Box::new(error)),
            })?;
            if answer.status().is_redirection() {
                url = redirection(&url, answer.headers()).ok_or(FetchError::Redirect)?;
                continue;
            }
            let charset = answer.body().charset().map(str::to_owned);
            let bytes = unpacked(answer.into_body().into_reader(), self.max_bytes);
            let bytes = bytes.map_err(|error| match error {
                TextError::Read(error) => match ureq::Error::from(error) {
                    ureq::Error::Timeout(_) => FetchError::Timeout(timeout),
                    error => FetchError::Http(Box::new(error)),
                },
                error => FetchError::Text(error),
            })?;
            let charset = charset.as_deref().map(|charset| charset.trim_matches('"'));
            let text = decoded(bytes, charset).map_err(FetchError::Text)?;
            return Ok(Fetched { text, url });
        }
        Err(FetchError::Redirects)
    }

    fn request(&self, url: &Url, timeout: Duration) -> Result<Response<ureq::Body>, ureq::Error> {
        let mut asked = url.clone();
        // Said in a header, and not to others.
        let _ = asked.set_username("");
        let _ = asked.set_password(None);
        asked.set_fragment(None);
        let mut request = self
            .agent
            .get(asked.as_str())
            .header(header::ACCEPT_ENCODING, "gzip");
        if let Some((origin, credentials)) = &self.credentials
            && *origin == url.origin()
        {
            request = request.header(header::AUTHORIZATION, credentials);
        }
        let config = request.config().timeout_global(Some(timeout));
        config.build().call()
    }
}

/// The header that says who asks (RFC 7617), for an address that does.
fn authorization(url: &Url) -> Option<String> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut said: Vec<u8> = percent_decode_str(url.username()).collect();
    said.push(b':');
    said.extend(percent_decode_str(url.password().unwrap_or_default()));
    Some(format!("Basic {}", BASE64_STANDARD.encode(said)))
}

fn redirection(from: &Url, headers: &HeaderMap) -> Option<Url> {
    let location = headers.get(header::LOCATION)?.to_str().ok()?;
    let to = from.join(location).ok()?;
    matches!(to.scheme(), "http" | "https").then_some(to)
}

/// This address, if it is of the site `of`: of the same scheme, host and port. Whoever
/// writes a site map is not to choose what else this server asks for. An address of the
/// same host is taken to that scheme, where both have the port that their scheme has: site
/// maps behind a proxy often name http:// for https://.
fn on_site(of: &Url, mut url: Url) -> Option<Url> {
    if url.origin() == of.origin() {
        return Some(url);
    }
    let is_web = matches!(url.scheme(), "http" | "https");
    if is_web && url.host() == of.host() && url.port().is_none() && of.port().is_none() {
        url.set_scheme(of.scheme()).ok()?;
        return Some(url);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_scheme_a_host_and_a_port() {
        let of = |site: &str, url: &str| {
            let (site, url) = (site.parse().unwrap(), url.parse().unwrap());
            on_site(&site, url).map(String::from)
        };
        let site = "https://blog.example/map.xml";
        for (url, taken) in [
            ("https://blog.example/a", Some("https://blog.example/a")),
            ("https://blog.example:443/a", Some("https://blog.example/a")),
            ("http://blog.example/a", Some("https://blog.example/a")),
            ("http://blog.example:8080/a", None),
            ("https://blog.example:8443/a", None),
            ("https://www.blog.example/a", None),
            ("ftp://blog.example/a", None),
            ("data:a", None),
        ] {
            assert_eq!(of(site, url).as_deref(), taken, "{url}");
        }
        assert_eq!(of("http://localhost:1313", "https://localhost/a"), None);
    }

    #[test]
    fn credentials_are_what_the_address_says_decoded() {
        let of = |url: &str| authorization(&url.parse().unwrap());
        assert_eq!(of("https://blog.example/"), None);
        let known = of("https://me:a%40b@blog.example/");
        assert_eq!(known.as_deref(), Some("Basic bWU6YUBi"));
    }
}
