//! `view-counter export`.

use super::printing::{self, Output};
use view_counter::{config::Export, counter::store::Snapshot, exchange};

/// Prints all there is.
pub(crate) async fn run(settings: &Export) -> anyhow::Result<()> {
    let mut stored = Snapshot::of(&settings.database.database).await?;
    let views = stored.views().await?;
    let corrections = stored.corrections().await?;
    // A snapshot that is kept while somebody reads slowly lets the journal grow.
    drop(stored);
    printing::print(Output::Data, |out| match settings.json {
        true => exchange::write_json(out, &views, &corrections),
        false => exchange::write_csv(out, &views),
    })
}
