//! How a change to the numbers ends: it is made or, in a dry run, not; and it is said
//! what became of which post.

use super::printing::{self, Output};
use serde::Serialize;
use std::collections::BTreeMap;
use view_counter::{
    config::Changing,
    counter::{
        protocol::Slug,
        store::{Change, Correcting},
        wording,
    },
};

/// What a command did, or would do.
pub(super) struct Outcome {
    pub(super) changes: Vec<Change>,
    /// What was not taken up: why, and how many of each.
    pub(super) left_out: BTreeMap<String, u64>,
    /// What people are to look at, in sentences. Programs are not told.
    pub(super) notes: Vec<String>,
    /// Nothing is to be changed; how it would be.
    pub(super) dry_run: Option<&'static str>,
    pub(super) json: bool,
}

#[derive(Serialize)]
struct Printed<'a> {
    dry_run: bool,
    changes: Vec<PrintedChange<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    left_out: &'a BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct PrintedChange<'a> {
    slug: &'a Slug,
    before: u64,
    after: u64,
}

impl Outcome {
    /// These changes, made or not as was asked for.
    pub(super) fn of(changes: Vec<Change>, changing: &Changing) -> Self {
        let dry_run = changing.dry_run;
        Self {
            changes,
            left_out: BTreeMap::new(),
            notes: Vec::new(),
            dry_run: dry_run.then_some("to change it, leave out --dry-run"),
            json: changing.json,
        }
    }

    /// Makes the change, unless this is a dry run, and prints it.
    pub(super) async fn end(self, correcting: Correcting) -> anyhow::Result<()> {
        // Before anything is printed: whoever reads slowly is not to keep a server from
        // saving.
        match self.dry_run {
            None => correcting.commit().await?,
            Some(_) => correcting.give_up().await,
        }
        printing::print(Output::data_if(self.json), |out| {
            if self.json {
                let changes = self.changes.iter().map(|change| PrintedChange {
                    slug: &change.slug,
                    before: change.before,
                    after: change.after,
                });
                let printed = Printed {
                    dry_run: self.dry_run.is_some(),
                    changes: changes.collect(),
                    left_out: &self.left_out,
                };
                return printing::json(out, &printed);
            }
            for Change {
                slug,
                before,
                after,
            } in &self.changes
            {
                let (before, after) = (wording::grouped(*before), wording::views(*after));
                writeln!(out, "{slug}: {before} → {after}")?;
            }
            for (what, many) in &self.left_out {
                writeln!(out, "left out: {what} ({})", wording::grouped(*many))?;
            }
            for note in &self.notes {
                writeln!(out, "{note}")?;
            }
            match self.dry_run {
                Some(how) => writeln!(out, "nothing was changed; {how}"),
                None => Ok(()),
            }
        })
    }
}
