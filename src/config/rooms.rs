//! The settings of the reading rooms.

use super::values;
use crate::room::hub::Retention;
use clap::{Args, ValueEnum};
use std::{num::NonZeroU32, time::Duration};

/// The reading rooms: a chat among those who read the same post now.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading rooms")]
pub struct RoomFlags {
    /// Whether posts have a reading room, a chat among those who read the same post now
    #[arg(
        long,
        env = "VIEW_COUNTER_ROOMS",
        value_name = "WHETHER",
        value_enum,
        default_value_t = Rooms::Off
    )]
    pub rooms: Rooms,

    /// Keep messages for this many days
    #[arg(
        long,
        env = "VIEW_COUNTER_ROOMS_KEEP",
        value_name = "DAYS",
        default_value = "30",
        value_parser = values::number::<NonZeroU32>
    )]
    pub rooms_keep: NonZeroU32,
}

/// Whether there are reading rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Rooms {
    /// A room for each post. It needs an owner who looks after it
    On,
    /// None, and nothing of them is stored or loaded
    Off,
}

impl RoomFlags {
    /// Which messages are kept; `None` if there are to be no rooms.
    pub fn retention(&self) -> Option<Retention> {
        let day = Duration::from_secs(24 * 60 * 60);
        (self.rooms == Rooms::On).then(|| Retention {
            age: day.saturating_mul(self.rooms_keep.get()),
            ..Retention::default()
        })
    }
}
