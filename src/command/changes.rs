//! How a change to the numbers ends: it is made or, in a dry run, not; and it is said
//! what became of which post.

use super::printing::{self, Output};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::{self, Write},
};
use view_counter::{
    config::Changing,
    counter::{
        protocol::Slug,
        store::{Change, Correcting},
        wording,
    },
    exchange::{Imported, LeftOut, SampleRow},
};

/// What a command did, or would do.
pub(super) struct Outcome {
    pub(super) changes: Vec<Change>,
    /// The file that the changes are from, if they are.
    pub(super) imported: Option<Imported>,
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
    left_out: BTreeMap<&'a str, u64>,
    #[serde(flatten)]
    imported: Option<PrintedImport<'a>>,
}

/// How a file was understood.
#[derive(Serialize)]
struct PrintedImport<'a> {
    read_as: &'a str,
    columns: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    left_out_examples: BTreeMap<&'a str, &'a [String]>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
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
            imported: None,
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
        self.print()
    }

    /// Prints what was or would be changed.
    pub(super) fn print(self) -> anyhow::Result<()> {
        printing::print(Output::data_if(self.json), |out| match self.json {
            true => printing::json(out, &self.printed()),
            false => self.print_text(out),
        })
    }

    fn printed(&self) -> Printed<'_> {
        let changes = self.changes.iter().map(|change| PrintedChange {
            slug: &change.slug,
            before: change.before,
            after: change.after,
        });
        let left_out = self.left_out().map(|(why, lines)| (why, lines.count));
        let has_examples = |(_, lines): &(&str, &LeftOut)| !lines.examples.is_empty();
        let examples = self.left_out().filter(has_examples);
        let imported = self.imported.as_ref().map(|imported| PrintedImport {
            read_as: imported.kind,
            columns: imported
                .columns
                .iter()
                .map(|(role, name)| (*role, name.as_str()))
                .collect(),
            left_out_examples: examples
                .map(|(why, lines)| (why, &*lines.examples))
                .collect(),
            notes: &imported.notes,
        });
        Printed {
            dry_run: self.dry_run.is_some(),
            changes: changes.collect(),
            left_out: left_out.collect(),
            imported,
        }
    }

    fn left_out(&self) -> impl Iterator<Item = (&str, &LeftOut)> {
        let imported = self.imported.iter();
        imported.flat_map(|imported| imported.left_out.iter().map(|(why, lines)| (*why, lines)))
    }

    fn print_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if let (Some(imported), Some(_)) = (&self.imported, self.dry_run) {
            print_understanding(out, imported)?;
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
        for (why, lines) in self.left_out() {
            write!(out, "left out: {why} ({})", wording::grouped(lines.count))?;
            let mut before = ", for example";
            for example in &lines.examples {
                write!(out, "{before} {example:?}")?;
                before = ",";
            }
            writeln!(out)?;
        }
        for note in self.imported.iter().flat_map(|imported| &imported.notes) {
            writeln!(out, "note: {note}")?;
        }
        for note in &self.notes {
            writeln!(out, "{note}")?;
        }
        match self.dry_run {
            Some(how) => writeln!(out, "nothing was changed; {how}"),
            None => Ok(()),
        }
    }
}

/// Prints what a file was taken for, and its first rows.
fn print_understanding(out: &mut dyn Write, imported: &Imported) -> io::Result<()> {
    write!(out, "read as {}", imported.kind)?;
    let mut before = ":";
    for (role, name) in &imported.columns {
        write!(out, "{before} {role} is {name:?}")?;
        before = ",";
    }
    writeln!(out)?;
    for SampleRow {
        page,
        slug,
        day,
        views,
    } in &imported.rows
    {
        let day = day.map(|day| format!(" on {day}")).unwrap_or_default();
        writeln!(out, "  {page:?}{day}: {views} of {slug}")?;
    }
    Ok(())
}
