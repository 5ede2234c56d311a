//! Settings of the commands with which an owner looks after the reading rooms.

use super::{Asked, Database, owners::reason};
use crate::{counter::protocol::Slug, room::protocol::MessageId};
use clap::{Args, Subcommand};

/// Settings of `room`.
#[derive(Debug, Args)]
pub struct Room {
    /// What to do.
    #[command(subcommand)]
    pub command: RoomCommand,
}

/// What an owner does with the rooms.
#[derive(Debug, Subcommand)]
pub enum RoomCommand {
    /// List the rooms that have messages
    List(Asked),
    /// Print the messages of a room
    Show(ShowRoom),
    /// Delete messages; a running server takes them off all pages within a second
    Delete(DeleteMessages),
    /// Delete all messages of a room
    Clear(ClearRoom),
}

/// Settings of `room show`.
#[derive(Debug, Args)]
pub struct ShowRoom {
    /// The post
    #[arg(value_name = "SLUG")]
    pub slug: Slug,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub asked: Asked,
}

/// Settings of `room delete`.
#[derive(Debug, Args)]
pub struct DeleteMessages {
    /// The post
    #[arg(value_name = "SLUG")]
    pub slug: Slug,

    /// The messages, by the numbers that `room show` prints
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<MessageId>,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub moderating: Moderating,
}

/// Settings of `room clear`.
#[derive(Debug, Args)]
pub struct ClearRoom {
    /// The post
    #[arg(value_name = "SLUG")]
    pub slug: Slug,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub moderating: Moderating,
}

/// What commands have in common that change rooms.
#[derive(Debug, Args)]
pub struct Moderating {
    /// Why, for the audit; it is kept when the messages are gone
    #[arg(long, value_parser = reason)]
    pub why: String,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub database: Database,

    /// Say what would be deleted, and delete nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Print JSON: the messages that are deleted
    #[arg(long)]
    pub json: bool,
}
