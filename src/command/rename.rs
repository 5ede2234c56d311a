//! `view-counter rename`.

use super::changes::Outcome;
use anyhow::ensure;
use view_counter::{
    config::Rename,
    counter::{store::Correcting, wording},
};

/// Moves all views of a post to another name.
pub(crate) async fn run(settings: &Rename) -> anyhow::Result<()> {
    let Rename { old, new, .. } = settings;
    let why = settings.why.as_deref().unwrap_or_default();
    ensure!(old != new, "{old} is called so already");
    let mut correcting = Correcting::begin(&settings.changing.database.database).await?;
    ensure!(
        correcting.total(old).await?.is_some(),
        "{old} never had a view; check the spelling. Nothing was changed"
    );
    let there = correcting.total(new).await?;
    let is_new_name = there.is_none();
    let there = there.unwrap_or(0);
    ensure!(
        settings.merge || there == 0,
        "{new} has {} already; to add those of {old} to them, say --merge. Nothing was changed",
        wording::views(there),
    );
    let changes = correcting.rename(old, new, why).await?;
    let mut outcome = Outcome::of(changes.into(), &settings.changing);
    if is_new_name {
        // Which pages the site has is known to its server alone.
        outcome.notes.push(format!(
            "{new} never had a view; see that the site has a page of this name, or nobody sees these views"
        ));
    }
    outcome.end(correcting).await
}
