//! Where a list of pages is, and how it is had.

use super::document::{Document, Unreadable};
use crate::counter::protocol::Slug;
use std::{
    collections::BTreeSet,
    convert::Infallible,
    fmt,
    fs::File,
    io::{self, Read},
    path::PathBuf,
    str::FromStr,
    sync::Arc,
    thread,
    time::Duration,
};
use tokio::sync::oneshot;
use ureq::{Agent, ResponseExt};
use url::Url;

/// The most that a list has, in bytes. A site map may have 50 MB and 50,000 addresses
/// (<https://www.sitemaps.org/protocol.html>), most of which are not that long.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// The most site maps that one names, and their addresses in all.
const MOST_SITE_MAPS: usize = 100;
const MOST_SLUGS: usize = 200_000;
/// A list on the web is there within this time, or it is not.
const WITHIN: Duration = Duration::from_secs(10);

/// Where a list of pages is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// At an address of the web.
    Web(String),
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_address = text.starts_with("https://") || text.starts_with("http://");
        Ok(if is_address {
            Self::Web(text.to_owned())
        } else {
            Self::File(text.into())
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Web(address) => f.write_str(address),
        }
    }
}

/// Why a source has no slugs.
#[derive(Debug, thiserror::Error)]
#[error("the list of pages {source_name}: {why}")]
pub struct SourceError {
    source_name: String,
    why: Why,
}

#[derive(Debug, thiserror::Error)]
enum Why {
    #[error("{0}; name a file that can be read, or an address that begins with https://")]
    File(#[from] io::Error),
    #[error(transparent)]
    Web(Box<ureq::Error>),
    #[error(transparent)]
    Document(#[from] Unreadable),
    #[error("it has more than {} MiB", MOST_BYTES / 1024 / 1024)]
    TooLong,
    #[error("it names more than {MOST_SITE_MAPS} site maps, or {MOST_SLUGS} pages")]
    TooMany,
    #[error("it names {0:?}, which is of another site; name that one by itself")]
    OfAnotherSite(String),
    #[error("it names {address:?}: {why}")]
    Named { address: String, why: Box<Why> },
    #[error("reading it was given up")]
    GivenUp,
}

impl From<ureq::Error> for Why {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::BodyExceedsLimit(_) => Self::TooLong,
            error => Self::Web(Box::new(error)),
        }
    }
}

impl Source {
    /// Whether it is on this machine.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File(_))
    }

    /// The slugs that it names, and those of the site maps that it names.
    ///
    /// # Errors
    /// If it, or one of those, cannot be had, or is no list of pages.
    pub async fn read(self: &Arc<Self>) -> Result<BTreeSet<Slug>, SourceError> {
        let (source, (done, read)) = (Arc::clone(self), oneshot::channel());
        // Not on a thread of the runtime, whose end would wait for a site that does not
        // answer.
        thread::spawn(move || done.send(source.read_now()));
        let read = read.await.unwrap_or(Err(Why::GivenUp));
        read.map_err(|why| SourceError {
            source_name: self.to_string(),
            why,
        })
    }

    fn read_now(&self) -> Result<BTreeSet<Slug>, Why> {
        let agent = agent();
        let (bytes, host) = self.bytes(&agent)?;
        let first = Document::read(&bytes)?;
        if first.more.len() > MOST_SITE_MAPS {
            return Err(Why::TooMany);
        }
        let (mut slugs, mut passed_over) = (first.slugs, first.passed_over);
        for address in first.more {
            // Whoever writes a site map is not to choose what this server asks for.
            if host.is_some() && host != host_of(&address) {
                return Err(Why::OfAnotherSite(address));
            }
            let more = match site_map(&agent, &address) {
                Ok(more) => more,
                Err(why) => {
                    let why = Box::new(why);
                    return Err(Why::Named { address, why });
                }
            };
            slugs.extend(more.slugs);
            passed_over += more.passed_over;
            if slugs.len() > MOST_SLUGS {
                return Err(Why::TooMany);
            }
        }
        tracing::debug!(source = %self, pages = slugs.len(), passed_over, "read a list of pages");
        Ok(slugs)
    }

    /// What is there, and the host that it came from in the end.
    fn bytes(&self, agent: &Agent) -> Result<(Vec<u8>, Option<String>), Why> {
        match self {
            Self::Web(address) => get(agent, address),
            Self::File(path) => {
                let mut bytes = Vec::new();
                File::open(path)?
                    .take(MOST_BYTES + 1)
                    .read_to_end(&mut bytes)?;
                if bytes.len() as u64 > MOST_BYTES {
                    return Err(Why::TooLong);
                }
                Ok((bytes, None))
            }
        }
    }
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(WITHIN))
        .user_agent(concat!("view-counter/", env!("CARGO_PKG_VERSION")));
    config.build().into()
}

fn get(agent: &Agent, address: &str) -> Result<(Vec<u8>, Option<String>), Why> {
    let mut answer = agent.get(address).call()?;
    let host = answer.get_uri().host().map(str::to_owned);
    let body = answer.body_mut().with_config().limit(MOST_BYTES);
    Ok((body.read_to_vec()?, host))
}

/// One that is named by another.
fn site_map(agent: &Agent, address: &str) -> Result<Document, Why> {
    let (bytes, _) = get(agent, address)?;
    Ok(Document::read(&bytes)?)
}

fn host_of(address: &str) -> Option<String> {
    Some(Url::parse(address).ok()?.host_str()?.to_owned())
}
