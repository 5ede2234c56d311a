//! What is measured, one file each. A work starts a fresh server, and says what it
//! found as figures.

mod churn;
pub(crate) mod fan_out;
mod handshake;
mod herd;
pub(crate) mod idle;
mod page;
mod saves;
mod unread;

use crate::server::{Contestant, Saving, Sending, window};
use anyhow::Result;
use serde::Serialize;
use std::time::Duration;

/// One number that was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// Of what.
    pub name: &'static str,
    /// In what.
    pub unit: &'static str,
    /// How much.
    pub value: f64,
}

/// For short.
pub(crate) fn figure(name: &'static str, unit: &'static str, value: f64) -> Figure {
    Figure { name, unit, value }
}

/// What a server is put to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Work {
    /// Memory of idle readers
    Idle,
    /// CPU of a handshake with its first frame and its close
    Handshake,
    /// CPU of a frame that is delivered, to 1,000 readers
    FanOut1k,
    /// CPU of a frame that is delivered, to 10,000 readers
    FanOut10k,
    /// 2,000 readers who come to one slug at once
    Herd,
    /// How soon 1,000 readers see that somebody came
    Latency1k,
    /// How soon 10,000 readers see that somebody came
    Latency10k,
    /// Readers who never read, beside 1,000 who do
    Unread,
    /// Joins and leaves on 5,000 slugs
    Churn,
    /// Views that are saved
    Saves,
    /// A post's page
    Page,
}

impl Work {
    /// What the table of it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::Idle => "Memory of an idle reader: 18,000 on 200 slugs",
            Self::Handshake => "A handshake with its first frame and its close: 200 slugs",
            Self::FanOut1k => "One frame delivered: 1,000 readers on a slug",
            Self::FanOut10k => "One frame delivered: 10,000 readers on a slug",
            Self::Herd => "2,000 readers join one slug at once",
            Self::Latency1k => "Somebody joins a quiet slug of 1,000 readers",
            Self::Latency10k => "Somebody joins a quiet slug of 10,000 readers",
            Self::Unread => "1,000 readers, and 100 beside them who never read",
            Self::Churn => "5,000 slugs with 3 readers each: joins and leaves at 1,000 a second",
            Self::Saves => "Views counted and saved",
            Self::Page => "A post's page",
        }
    }

    /// How many readers one slug has at most where frames are sent to all of them.
    fn readers(self) -> usize {
        match self {
            Self::FanOut10k | Self::Latency10k => 10_000,
            Self::Herd => 2_000,
            _ => 1_000,
        }
    }

    /// Who can be put to it, in the table's order.
    pub fn contestants(self) -> Vec<Contestant> {
        use Contestant::{Bun, Floor, Ours, Workerd, Ws};
        use Sending::{Coalesced, Each};
        let ours = Contestant::OURS;
        let window = window(self.readers());
        match self {
            Self::Idle | Self::Handshake | Self::Churn => {
                vec![ours, Bun(Each), Ws(Each), Workerd(Each)]
            }
            // Without it the crowd's own coming would send 50 million frames, which
            // takes workerd half an hour.
            Self::FanOut1k | Self::FanOut10k | Self::Latency1k | Self::Latency10k => {
                vec![
                    Floor(window),
                    ours,
                    Bun(Coalesced(window)),
                    Ws(Coalesced(window)),
                    Workerd(Coalesced(window)),
                ]
            }
            Self::Herd => vec![
                ours,
                Bun(Each),
                Bun(Coalesced(window)),
                Ws(Each),
                Ws(Coalesced(window)),
                Workerd(Each),
            ],
            Self::Unread => vec![ours, Bun(Coalesced(window)), Ws(Coalesced(window))],
            Self::Saves => vec![ours, Ours(Saving::BeforeShown)],
            Self::Page => vec![ours, Contestant::Nginx],
        }
    }

    /// Puts a server to it.
    pub async fn run(self, contestant: Contestant) -> Result<Vec<Figure>> {
        const SECOND: Duration = Duration::from_secs(1);
        match self {
            Self::Idle => idle::run(contestant, 18_000, 200).await,
            Self::Handshake => handshake::run(contestant, 20_000, 200).await,
            Self::FanOut1k => fan_out::cpu(contestant, self.readers(), 200).await,
            Self::FanOut10k => fan_out::cpu(contestant, self.readers(), 30).await,
            Self::Herd => herd::run(contestant, self.readers()).await,
            Self::Latency1k => fan_out::latency(contestant, self.readers(), 15, SECOND).await,
            Self::Latency10k => fan_out::latency(contestant, self.readers(), 15, SECOND).await,
            Self::Unread => unread::run(contestant, self.readers(), 100).await,
            Self::Churn => churn::run(contestant, 5_000, 3, Duration::from_secs(120)).await,
            Self::Saves => saves::run(contestant, Duration::from_secs(20)).await,
            Self::Page => page::run(contestant, 40_000).await,
        }
    }
}

pub(crate) fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The value below which this share of them lies.
pub(crate) fn quantile(values: &mut [Duration], share: f64) -> Duration {
    values.sort_unstable();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index below the length"
    )]
    let index = ((values.len() as f64 * share) as usize).min(values.len().saturating_sub(1));
    values.get(index).copied().unwrap_or_default()
}
