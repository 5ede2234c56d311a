//! `view-counter set`.

use super::changes::Outcome;
use anyhow::{bail, ensure};
use view_counter::{
    config::Set,
    counter::{store::Correcting, wording},
    exchange::Days,
};

/// Sets the total of a post, or the views of one of its days.
pub(crate) async fn run(settings: &Set) -> anyhow::Result<()> {
    let Set { slug, why, .. } = settings;
    let mut correcting = Correcting::begin(&settings.changing.database.database).await?;
    ensure!(
        settings.new || correcting.total(slug).await?.is_some(),
        "{slug} never had a view; check the spelling, or say --new. Nothing was changed"
    );
    let change = match settings.day {
        None => correcting.set(slug, settings.views, why).await?,
        Some(day) => {
            // A day that no import takes can only be emptied.
            let checked = Days::new(None).check(day, &day.to_string());
            if settings.views > 0
                && let Err(why) = checked
            {
                bail!("{why}; check --day. Nothing was changed");
            }
            correcting.set_day(slug, day, settings.views, why).await?
        }
    };
    ensure!(
        settings.lower || change.after >= change.before,
        "{slug} has {} and would have {}; if it is to be lowered, say --lower. Nothing was changed",
        wording::views(change.before),
        wording::grouped(change.after),
    );
    let outcome = Outcome::of(vec![change], &settings.changing);
    outcome.end(correcting).await
}
