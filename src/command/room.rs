//! `view-counter room`.

use super::printing::{self, Output};
use serde::Serialize;
use std::io::{self, Write};
use view_counter::{
    config::{Asked, ClearRoom, DeleteMessages, Moderating, Room, RoomCommand, ShowRoom},
    counter::{protocol::Slug, wording},
    printable::Printable,
    room::moderation::{KeptMessage, Moderation, RoomSnapshot, RoomSummary},
};

/// Shows rooms, or removes messages of them.
pub(crate) async fn run(settings: &Room) -> anyhow::Result<()> {
    match &settings.command {
        RoomCommand::List(settings) => list(settings).await,
        RoomCommand::Show(settings) => show(settings).await,
        RoomCommand::Delete(settings) => delete(settings).await,
        RoomCommand::Clear(settings) => clear(settings).await,
    }
}

#[derive(Serialize)]
struct Rooms {
    rooms: Vec<RoomSummary>,
}

async fn list(settings: &Asked) -> anyhow::Result<()> {
    let rooms = RoomSnapshot::of(&settings.database.database)
        .await?
        .rooms()
        .await?;
    printing::print(Output::data_if(settings.json), |out| {
        if settings.json {
            return printing::json(out, &Rooms { rooms });
        }
        if rooms.is_empty() {
            return writeln!(out, "no room has a message");
        }
        for RoomSummary {
            slug,
            messages,
            last_at,
        } in &rooms
        {
            writeln!(
                out,
                "{last_at:.0}  {slug}: {}",
                messages_in_words(*messages)
            )?;
        }
        Ok(())
    })
}

#[derive(Serialize)]
struct Messages<'a> {
    slug: &'a Slug,
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<bool>,
    messages: &'a [KeptMessage],
}

async fn show(settings: &ShowRoom) -> anyhow::Result<()> {
    let ShowRoom { slug, asked } = settings;
    let mut snapshot = RoomSnapshot::of(&asked.database.database).await?;
    let messages = snapshot.messages(slug).await?;
    printing::print(Output::data_if(asked.json), |out| {
        if asked.json {
            let messages = Messages {
                slug,
                dry_run: None,
                messages: &messages,
            };
            return printing::json(out, &messages);
        }
        if messages.is_empty() {
            return writeln!(out, "the room of {slug} has no messages");
        }
        print_messages(out, &messages)
    })
}

async fn delete(settings: &DeleteMessages) -> anyhow::Result<()> {
    let DeleteMessages {
        slug,
        ids,
        moderating,
    } = settings;
    let mut ids = ids.clone();
    ids.sort_unstable();
    ids.dedup();
    let mut moderation = Moderation::begin(&moderating.database.database).await?;
    let deleted = moderation.delete(slug, &ids, &moderating.why).await?;
    end(moderation, slug, &deleted, moderating).await
}

async fn clear(settings: &ClearRoom) -> anyhow::Result<()> {
    let ClearRoom { slug, moderating } = settings;
    let mut moderation = Moderation::begin(&moderating.database.database).await?;
    let deleted = moderation.clear(slug, &moderating.why).await?;
    end(moderation, slug, &deleted, moderating).await
}

/// Makes the change, unless this is a dry run, and prints it.
async fn end(
    moderation: Moderation,
    slug: &Slug,
    deleted: &[KeptMessage],
    moderating: &Moderating,
) -> anyhow::Result<()> {
    // Before anything is printed: whoever reads slowly is not to keep a server from storing.
    match moderating.dry_run {
        false => moderation.commit().await?,
        true => moderation.give_up().await,
    }
    printing::print(Output::data_if(moderating.json), |out| {
        if moderating.json {
            let messages = Messages {
                slug,
                dry_run: Some(moderating.dry_run),
                messages: deleted,
            };
            return printing::json(out, &messages);
        }
        print_messages(out, deleted)?;
        let messages = messages_in_words(deleted.len() as u64);
        match moderating.dry_run {
            true => writeln!(
                out,
                "{messages} would be deleted; to delete, leave out --dry-run"
            ),
            false => writeln!(out, "deleted {messages}"),
        }
    })
}

fn print_messages(out: &mut dyn Write, messages: &[KeptMessage]) -> io::Result<()> {
    for KeptMessage {
        id,
        at,
        from,
        message,
    } in messages
    {
        // On one line each: nobody writes a message that looks like two.
        let (from, message) = (Printable(from), Printable(message));
        writeln!(out, "{id}  {at:.0}  {from}: {message}")?;
    }
    Ok(())
}

/// So many messages, in words: `1 message`, `1,204 messages`.
fn messages_in_words(many: u64) -> String {
    let noun = if many == 1 { "message" } else { "messages" };
    format!("{} {noun}", wording::grouped(many))
}
