//! `view-counter corrections`.

use super::printing::{self, Output};
use serde::Serialize;
use view_counter::{
    config::Asked,
    counter::store::{Correction, Snapshot},
};

#[derive(Serialize)]
struct All {
    corrections: Vec<Correction>,
}

/// Prints what was changed, the oldest first.
pub(crate) async fn run(settings: &Asked) -> anyhow::Result<()> {
    let corrections = Snapshot::of(&settings.database.database)
        .await?
        .corrections()
        .await?;
    printing::print(Output::data_if(settings.json), |out| {
        if settings.json {
            return printing::json(out, &All { corrections });
        }
        if corrections.is_empty() {
            return writeln!(out, "nothing was ever corrected");
        }
        for correction in corrections {
            let Correction {
                made_at,
                command,
                slug,
                before,
                after,
                why,
                ..
            } = correction;
            writeln!(
                out,
                "{made_at}  {command}  {slug}: {before} → {after}  {why}"
            )?;
        }
        Ok(())
    })
}
