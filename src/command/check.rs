//! `view-counter check`.

use super::printing::{self, Output};
use anyhow::bail;
use serde::Serialize;
use view_counter::{
    config::Asked,
    counter::{store::Snapshot, wording},
};

#[derive(Serialize)]
struct Found {
    posts: usize,
    views: u64,
    problems: Vec<String>,
}

/// Says what is wrong with the database, and fails if anything is.
pub(crate) async fn run(settings: &Asked) -> anyhow::Result<()> {
    let mut stored = Snapshot::of(&settings.database.database).await?;
    let problems = stored.problems().await?;
    // Where the file is damaged, as many as can be read.
    let totals = match stored.totals().await {
        Ok(totals) => totals,
        Err(_) if !problems.is_empty() => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    drop(stored);
    let found = Found {
        posts: totals.len(),
        views: totals
            .iter()
            .fold(0, |sum, (_, total)| sum.saturating_add(*total)),
        problems,
    };
    printing::print(Output::data_if(settings.json), |out| {
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
