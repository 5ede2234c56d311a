//! What is asked of a handshake before its socket is opened, whatever the socket is for.

use super::{ApiError, Counter, decoded, handshake};
use crate::counter::{
    address::Neighbourhood,
    admission::{PageSays, SlugRefused},
    gate::Pass,
    limits::{Refusal, Slot},
    metrics::Outcome,
    protocol::{Slug, ViewId},
    tally::Arrival,
};
use axum::{
    extract::{
        Path, Query,
        rejection::{PathRejection, QueryRejection},
    },
    http::{StatusCode, request::Parts},
};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct ConnectQuery {
    v: Option<String>,
    again: Option<String>,
    watch: Option<String>,
    gpc: Option<String>,
    webdriver: Option<String>,
}

impl ConnectQuery {
    fn arrival(&self) -> Result<Arrival, ApiError> {
        let view = self.v.as_deref().map(str::parse::<ViewId>).transpose();
        Ok(Arrival {
            view: view.map_err(|e| ApiError::new(StatusCode::BAD_REQUEST, e))?,
            again: is_set(self.again.as_deref()),
        })
    }

    pub(crate) fn page_says(&self) -> PageSays {
        PageSays {
            watch: is_set(self.watch.as_deref()),
            gpc: is_set(self.gpc.as_deref()),
            webdriver: is_set(self.webdriver.as_deref()),
        }
    }
}

/// `?watch=1`, and nothing else, sets `watch`.
fn is_set(flag: Option<&str>) -> bool {
    flag == Some("1")
}

/// A handshake that ends without a socket.
pub(crate) struct TurnedAway {
    pub(super) outcome: Outcome,
    pub(crate) error: ApiError,
}

impl TurnedAway {
    /// For `map_err`: this outcome, whatever the error says.
    pub(super) fn as_<E: Into<ApiError>>(outcome: Outcome) -> impl Fn(E) -> Self {
        move |error| Self {
            outcome,
            error: error.into(),
        }
    }
}

impl From<Refusal> for TurnedAway {
    fn from(refusal: Refusal) -> Self {
        let outcome = match refusal {
            Refusal::TooFast(_) => Outcome::TooFast,
            Refusal::TooManyOpen => Outcome::TooManyOpen,
            Refusal::SlugFull => Outcome::SlugFull,
            Refusal::Full => Outcome::Full,
        };
        Self::as_(outcome)(refusal)
    }
}

impl From<SlugRefused> for TurnedAway {
    fn from(why: SlugRefused) -> Self {
        let outcome = match why {
            SlugRefused::Malformed(_) => Outcome::SlugMalformed,
            SlugRefused::Unknown => Outcome::SlugUnknown,
        };
        Self::as_(outcome)(ApiError::slug_refused(why, StatusCode::FORBIDDEN))
    }
}

/// A handshake that may become a socket, and what it holds.
pub(crate) struct Admitted {
    pub(crate) slug: Slug,
    pub(crate) upgrade: handshake::Upgrade,
    pub(crate) query: ConnectQuery,
    pub(crate) arrival: Arrival,
    pub(crate) from: Option<Neighbourhood>,
    pub(crate) slot: Slot,
    pub(crate) pass: Pass,
}

impl Admitted {
    /// Checks a handshake. The order of the checks is part of the contract. Without a slug it is
    /// the site's.
    ///
    /// # Errors
    /// Says what was wrong, by the first check that it does not pass.
    pub(crate) fn check(
        counter: &Counter,
        slug: Option<Result<Path<String>, PathRejection>>,
        query: Result<Query<ConnectQuery>, QueryRejection>,
        parts: &mut Parts,
    ) -> Result<Self, TurnedAway> {
        let malformed = TurnedAway::as_::<ApiError>(Outcome::Malformed);
        let admission = counter.admission();
        admission
            .origins
            .admit(&parts.headers, &parts.uri)
            .ok_or_else(|| {
                counter.refusals().origin_refused(parts);
                ApiError::origin_refused(&parts.headers)
            })
            .map_err(TurnedAway::as_(Outcome::OriginRefused))?;
        let slug = match slug {
            Some(slug) => {
                let slug = decoded(slug).map_err(TurnedAway::as_(Outcome::SlugMalformed))?;
                admission.slug(&slug).inspect_err(|why| {
                    if *why == SlugRefused::Unknown {
                        counter.refusals().slug_unknown(&slug);
                    }
                })?
            }
            None => Slug::site(),
        };
        let upgrade = handshake::upgrade(parts, counter.prefix()).map_err(&malformed)?;
        let Query(query) = query
            .map_err(|rejection| ApiError::new(rejection.status(), rejection.body_text()))
            .map_err(&malformed)?;
        let arrival = query.arrival().map_err(&malformed)?;
        let from = admission.from(&parts.extensions, &parts.headers);
        let slot = admission.limits.enter(from, &slug)?;
        let pass = counter
            .gate()
            .enter()
            .ok_or_else(ApiError::restarting)
            .map_err(TurnedAway::as_(Outcome::Stopping))?;
        Ok(Self {
            slug,
            upgrade,
            query,
            arrival,
            from,
            slot,
            pass,
        })
    }
}
