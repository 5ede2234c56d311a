//! `view-counter check`.

use super::printing;
use anyhow::bail;
use serde::Serialize;
use view_counter::{
    config::Check,
    counter::{store::Snapshot, wording},
};

#[derive(Serialize)]
struct Found {
    posts: usize,
    views: u64,
    problems: Vec<String>,
}

/// Says what is wrong with the database, and fails if anything is.
pub(crate) async fn run(settings: &Check) -> anyhow::Result<()> {
    let mut stored = Snapshot::of(&settings.database.database).await?;
    let totals = stored.totals().await?;
    let found = Found {
        posts: totals.len(),
        views: totals.iter().map(|(_, total)| total).sum(),
        problems: stored.problems().await?,
    };
    printing::print(|out| {
        if settings.json {
            return printing::json(out, &found);
        }
        for problem in &found.problems {
            writeln!(out, "{problem}")?;
        }
        let views = wording::views(found.views);
        let posts = printing::posts(found.posts as u64);
        match found.problems.is_empty() {
            true => writeln!(out, "all is well: {views} of {posts}"),
            false => Ok(()),
        }
    })?;
    match found.problems.len() {
        0 => Ok(()),
        1 => bail!("there is a problem with the database"),
        many => bail!("there are {many} problems with the database"),
    }
}
