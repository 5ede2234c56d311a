//! `view-counter import`.

use super::{changes::Outcome, progress};
use anyhow::ensure;
use view_counter::{
    config::Import,
    counter::{store::Correcting, wording},
    exchange,
};

/// Adds the views of a file, or says what that would change.
pub(crate) async fn run(settings: &Import) -> anyhow::Result<()> {
    let imported = exchange::read(&settings.file, settings.strip.as_ref(), |file| {
        let size = file.metadata().map_or(0, |file| file.len());
        progress::of("reading the file", size).wrap_read(file)
    })?;
    let mut correcting = Correcting::begin(&settings.changing.database.database).await?;
    if let Some(when) = correcting.imported_at(&imported.sha256).await? {
        ensure!(
            settings.again,
            "this file was imported already, at {when}; to add its views once more, say --again. Nothing was changed"
        );
    }
    let name = settings.file.file_name().unwrap_or_default();
    let why = match &settings.why {
        None => format!("{} {:?}", imported.kind, name),
        Some(why) => format!("{} {:?}: {why}", imported.kind, name),
    };
    let mut changes = Vec::with_capacity(imported.views.len());
    let progress = progress::of("adding the views", imported.views.len() as u64);
    for (slug, views) in progress.wrap_iter(imported.views.iter()) {
        let change = correcting.add(slug, views, &why).await?;
        ensure!(
            change.after >= change.before,
            "{slug} has {} and would have {}; an import lowers nothing, `view-counter set` does. Nothing was changed",
            wording::views(change.before),
            wording::grouped(change.after),
        );
        changes.push(change);
    }
    ensure!(
        !(settings.apply && changes.is_empty()),
        "all of it would be left out ({}); see what --strip takes off. Nothing was changed",
        imported
            .left_out
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(", "),
    );
    correcting.note_import(&imported.sha256).await?;
    let outcome = Outcome {
        left_out: imported.left_out,
        dry_run: (!settings.apply).then_some("to import it, say --apply"),
        ..Outcome::of(changes, &settings.changing)
    };
    outcome.end(correcting).await
}
