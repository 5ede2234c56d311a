//! `view-counter backup`.

use std::io::{self, Write};
use view_counter::{
    config::Backup,
    counter::{store, wording},
};

/// Copies the database, and says what is in the copy.
pub(crate) async fn run(settings: &Backup) -> anyhow::Result<()> {
    let copied = store::back_up(&settings.database.database, &settings.file).await?;
    let posts = if copied.posts == 1 { "post" } else { "posts" };
    writeln!(
        io::stdout(),
        "copied {} of {} {posts} to {}",
        wording::views(copied.views),
        wording::grouped(copied.posts),
        settings.file.display()
    )?;
    Ok(())
}
