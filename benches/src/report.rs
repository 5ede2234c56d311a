//! What was found, as tables for people and as JSON for programs.

use crate::{machine, server::repository, work::Figure};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::{fmt::Write, fs, path::Path, process::Command};

/// All that one run of the benchmark found.
#[derive(Serialize, Deserialize)]
pub struct Report {
    machine: String,
    versions: Vec<String>,
    command: String,
    results: Vec<Measured>,
}

/// A row of a table: each figure with one value a repetition.
#[derive(Serialize, Deserialize)]
struct Measured {
    table: String,
    row: String,
    figures: Vec<Values>,
    problem: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Values {
    name: String,
    unit: String,
    values: Vec<f64>,
}

impl Report {
    /// Of nothing yet, for what is of these versions.
    pub fn begin(versions: Vec<String>) -> Result<Self> {
        Ok(Self {
            machine: machine::description()?,
            versions,
            command: std::env::args().skip(1).collect::<Vec<_>>().join(" "),
            results: Vec::new(),
        })
    }

    /// As it was written to `NAME.json`.
    pub fn read(name: &Path) -> Result<Self> {
        let json = fs::read_to_string(name.with_extension("json"))?;
        Ok(serde_json::from_str(&json)?)
    }

    /// Adds what one repetition found for this row, or why it found nothing.
    pub fn add(&mut self, table: &str, row: &str, found: Result<Vec<Figure>>) {
        let known = self
            .results
            .iter_mut()
            .position(|one| one.table == table && one.row == row);
        let index = known.unwrap_or_else(|| {
            self.results.push(Measured {
                table: table.to_owned(),
                row: row.to_owned(),
                figures: Vec::new(),
                problem: None,
            });
            self.results.len() - 1
        });
        let measured = &mut self.results[index];
        match found {
            Err(error) => measured.problem = Some(format!("{error:#}")),
            Ok(figures) => {
                for Figure { name, unit, value } in figures {
                    match measured.figures.iter_mut().find(|one| one.name == name) {
                        Some(one) => one.values.push(value),
                        None => measured.figures.push(Values {
                            name: name.to_owned(),
                            unit: unit.to_owned(),
                            values: vec![value],
                        }),
                    }
                }
            }
        }
    }

    /// The median of what was measured, if it was.
    pub fn median(&self, table: &str, row: &str, figure: &str) -> Option<f64> {
        let measured = self
            .results
            .iter()
            .find(|one| one.table == table && one.row == row)?;
        let values = &measured
            .figures
            .iter()
            .find(|one| one.name == figure)?
            .values;
        median(values)
    }

    /// Writes `NAME.json`.
    pub fn write_json(&self, name: &Path) -> Result<()> {
        if let Some(folder) = name.parent() {
            fs::create_dir_all(folder)?;
        }
        let json = serde_json::to_string_pretty(self)?;
        fs::write(name.with_extension("json"), json + "\n")?;
        Ok(())
    }

    /// Writes `NAME.json` and `NAME.md`.
    pub fn write(&self, name: &Path) -> Result<()> {
        self.write_json(name)?;
        let page = format!("# What was measured\n\n{}", self.markdown()?);
        fs::write(name.with_extension("md"), page)?;
        Ok(())
    }

    /// What was measured where, and by which command.
    pub fn provenance(&self) -> String {
        let Self {
            command, machine, ..
        } = self;
        let versions = self.versions.join(", ");
        format!("`bench {command}` on {machine}.\n\n{versions}.\n")
    }

    /// All tables, with the medians.
    pub fn markdown(&self) -> Result<String> {
        let mut text = self.provenance();
        let mut tables: Vec<_> = self.results.iter().map(|one| &one.table).collect();
        tables.dedup();
        for title in tables {
            write!(text, "\n### {title}\n\n{}", self.table(title)?)?;
        }
        Ok(text)
    }

    /// One table, with the medians; nothing if nothing was measured for it.
    pub fn table(&self, title: &str) -> Result<String> {
        let rows = self.results.iter().filter(|one| one.table == title);
        table(&rows.collect::<Vec<_>>())
    }
}

fn table(rows: &[&Measured]) -> Result<String> {
    if rows.is_empty() {
        return Ok(String::new());
    }
    let mut columns: Vec<(&str, &str)> = Vec::new();
    for figure in rows.iter().flat_map(|row| &row.figures) {
        if !columns.iter().any(|(name, _)| *name == figure.name) {
            columns.push((&figure.name, &figure.unit));
        }
    }
    let mut text = String::from("|  |");
    for (name, unit) in &columns {
        let unit = if unit.is_empty() {
            String::new()
        } else {
            format!(", {unit}")
        };
        write!(text, " {name}{unit} |")?;
    }
    writeln!(text, "\n|---|{}", "--:|".repeat(columns.len()))?;
    for row in rows {
        write!(text, "| {} |", row.row)?;
        if let (Some(problem), true) = (&row.problem, row.figures.is_empty()) {
            write!(text, " did not finish: {problem} |")?;
        }
        for (name, _) in &columns {
            if let Some(figure) = row.figures.iter().find(|figure| figure.name == *name) {
                write!(text, " {} |", spread(&figure.values))?;
            } else if row.problem.is_none() {
                write!(text, "  |")?;
            }
        }
        writeln!(text)?;
    }
    Ok(text)
}

fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The median, and the least and the most where they differ.
fn spread(values: &[f64]) -> String {
    let Some(median) = median(values) else {
        return String::new();
    };
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (median, least, most) = (short(median), short(least), short(most));
    if least == most {
        median
    } else {
        format!("{median} ({least}–{most})")
    }
}

/// Three digits that count.
pub fn short(value: f64) -> String {
    let digits = match value.abs() {
        ..0.0995 => 3,
        ..9.95 => 2,
        ..99.5 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

/// What each contestant is, as far as it says so itself.
pub fn versions() -> Vec<String> {
    let mut versions = version();
    let packages = repository().join("benches/peers/package.json");
    let packages = fs::read_to_string(packages).unwrap_or_default();
    if let Ok(packages) = serde_json::from_str::<serde_json::Value>(&packages) {
        let dependencies = packages["dependencies"].as_object().into_iter().flatten();
        versions.extend(
            dependencies
                .map(|(name, version)| format!("{name} {}", version.as_str().unwrap_or_default())),
        );
    }
    versions.extend(says("node", &["--version"]).map(|version| format!("node {version}")));
    versions
}

/// What this project is.
pub fn version() -> Vec<String> {
    let commit = says("git", &["describe", "--always", "--dirty"]);
    let version = commit.map(|commit| format!("view-counter at {commit}"));
    version.into_iter().collect()
}

/// The first line of what a program says.
fn says(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    let output = command
        .args(arguments)
        .current_dir(repository())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().next()?.trim().to_owned();
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_shown_and_a_spread_where_there_is_one() {
        assert_eq!(spread(&[1234.4]), "1234");
        assert_eq!(spread(&[12.34]), "12.3");
        assert_eq!(spread(&[0.0123]), "0.012");
        assert_eq!(spread(&[3.0, 1.0, 2.0]), "2.00 (1.00–3.00)");
        assert_eq!(spread(&[]), "");
    }
}
