//! The settings of limits.

use super::values;
use crate::counter::limits::{LimitSettings, PerAddress};
use clap::{Args, ValueEnum};
use std::num::{NonZeroU32, NonZeroUsize};

/// What one address may ask for, and how many sockets there may be.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitFlags {
    /// Whether one address is limited: an IPv4 address, or an IPv6 /64 network
    #[arg(
        long,
        env = "VIEW_COUNTER_LIMITS",
        value_enum,
        default_value_t = Switch::On
    )]
    pub limits: Switch,

    /// Handshakes that one address may make at once…
    #[arg(long, env = "VIEW_COUNTER_HANDSHAKE_BURST", value_name = "N",
        value_parser = values::number::<NonZeroU32>,
        default_value_t = PerAddress::default().handshake_burst)]
    pub handshake_burst: NonZeroU32,

    /// …and how many a second after these
    #[arg(long, env = "VIEW_COUNTER_HANDSHAKES_PER_SECOND", value_name = "N",
        value_parser = values::number::<NonZeroU32>,
        default_value_t = PerAddress::default().handshakes_per_second)]
    pub handshakes_per_second: NonZeroU32,

    /// Sockets that one address may have open at once, and four times as many
    /// connections; a trusted proxy may have any number of these
    #[arg(long, env = "VIEW_COUNTER_SOCKETS_PER_ADDRESS", value_name = "N",
        value_parser = values::number::<NonZeroUsize>,
        default_value_t = PerAddress::default().sockets)]
    pub sockets_per_address: NonZeroUsize,

    /// Views of one post by one address that are counted in an hour; who comes
    /// beyond them reads on, live, and adds nothing
    #[arg(long, env = "VIEW_COUNTER_VIEWS_PER_HOUR", value_name = "N",
        value_parser = values::number::<u32>,
        default_value_t = PerAddress::default().views_per_hour)]
    pub views_per_hour: u32,

    /// Pages that one address may be waiting for at once
    #[arg(long, env = "VIEW_COUNTER_PAGES_PER_ADDRESS", value_name = "N",
        value_parser = values::number::<NonZeroUsize>,
        default_value_t = PerAddress::default().pages)]
    pub pages_per_address: NonZeroUsize,

    /// Sockets at once, in all; holds with --limits off too. By default what the
    /// limit of open files allows, less a reserve
    #[arg(long, env = "VIEW_COUNTER_MAX_SOCKETS", value_name = "N",
        value_parser = values::number::<NonZeroUsize>)]
    pub max_sockets: Option<NonZeroUsize>,
}

/// Whether one address is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// It may do what the settings below say
    On,
    /// It may do as it likes: for tests, and where the proxy limits
    Off,
}

impl LimitFlags {
    /// As the counter takes them.
    pub fn settings(&self) -> LimitSettings {
        let per_address = PerAddress {
            handshake_burst: self.handshake_burst,
            handshakes_per_second: self.handshakes_per_second,
            sockets: self.sockets_per_address,
            views_per_hour: self.views_per_hour,
            pages: self.pages_per_address,
        };
        let default = LimitSettings::default();
        LimitSettings {
            per_address: (self.limits == Switch::On).then_some(per_address),
            // More than there are descriptors for would be a promise.
            sockets: self
                .max_sockets
                .map_or(default.sockets, |most| most.get().min(default.sockets)),
        }
    }
}
