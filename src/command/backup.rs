//! `view-counter backup`.

use super::printing::{self, Output};
use view_counter::{
    config::Backup,
    counter::{store, wording},
};

/// Copies the database, and says what is in the copy.
pub(crate) async fn run(settings: &Backup) -> anyhow::Result<()> {
    let copied = store::back_up(&settings.database.database, &settings.file).await?;
    printing::print(Output::Text, |out| {
        writeln!(
            out,
            "copied {} of {} to {}",
            wording::views(copied.views),
            printing::posts(copied.posts),
            settings.file.display()
        )
    })
}
