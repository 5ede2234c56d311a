//! What was found, as tables for people and as JSON for programs.

use crate::{
    machine,
    server::{Contestant, repository},
    work::{Figure, Work},
};
use anyhow::Result;
use serde::Serialize;
use std::{fmt::Write, fs, path::Path, process::Command};

/// All that one run of the benchmark found.
#[derive(Serialize)]
pub struct Report {
    machine: String,
    versions: Vec<String>,
    command: String,
    results: Vec<Measured>,
}

/// What one work found of one contestant: each figure with one value a repetition.
#[derive(Serialize)]
struct Measured {
    #[serde(serialize_with = "title")]
    work: Work,
    contestant: &'static str,
    figures: Vec<Values>,
    problem: Option<String>,
}

#[derive(Serialize)]
struct Values {
    name: &'static str,
    unit: &'static str,
    values: Vec<f64>,
}

fn title<S: serde::Serializer>(work: &Work, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(work.title())
}

impl Report {
    /// Of nothing yet.
    pub fn begin() -> Result<Self> {
        Ok(Self {
            machine: machine::description()?,
            versions: versions(),
            command: std::env::args().skip(1).collect::<Vec<_>>().join(" "),
            results: Vec::new(),
        })
    }

    /// Adds what one repetition found, or why it found nothing.
    pub fn add(&mut self, work: Work, contestant: Contestant, found: Result<Vec<Figure>>) {
        let name = contestant.name();
        let known = self
            .results
            .iter_mut()
            .position(|one| one.work == work && one.contestant == name);
        let index = known.unwrap_or_else(|| {
            self.results.push(Measured {
                work,
                contestant: name,
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
                            name,
                            unit,
                            values: vec![value],
                        }),
                    }
                }
            }
        }
    }

    /// Writes `NAME.json` and `NAME.md`.
    pub fn write(&self, name: &Path) -> Result<()> {
        if let Some(folder) = name.parent() {
            fs::create_dir_all(folder)?;
        }
        let json = serde_json::to_string_pretty(self)?;
        fs::write(name.with_extension("json"), json + "\n")?;
        fs::write(name.with_extension("md"), self.markdown()?)?;
        Ok(())
    }

    /// A table for each work, with the medians.
    pub fn markdown(&self) -> Result<String> {
        let mut text = format!("`bench {}` on {}.\n\n", self.command, self.machine);
        writeln!(text, "{}.", self.versions.join(", "))?;
        let mut works: Vec<Work> = self.results.iter().map(|one| one.work).collect();
        works.dedup();
        for work in works {
            let rows: Vec<_> = self.results.iter().filter(|one| one.work == work).collect();
            table(&mut text, work, &rows)?;
        }
        Ok(text)
    }
}

fn table(text: &mut String, work: Work, rows: &[&Measured]) -> Result<()> {
    let mut columns: Vec<(&str, &str)> = Vec::new();
    for figure in rows.iter().flat_map(|row| &row.figures) {
        if !columns.iter().any(|(name, _)| *name == figure.name) {
            columns.push((figure.name, figure.unit));
        }
    }
    write!(text, "\n### {}\n\n|  |", work.title())?;
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
        write!(text, "| {} |", row.contestant)?;
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
    Ok(())
}

/// The median, and the least and the most where they differ.
fn spread(values: &[f64]) -> String {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let (Some(&least), Some(&most)) = (values.first(), values.last()) else {
        return String::new();
    };
    let median = short(values[values.len() / 2]);
    let (least, most) = (short(least), short(most));
    if least == most {
        median
    } else {
        format!("{median} ({least}–{most})")
    }
}

/// Three digits that count.
fn short(value: f64) -> String {
    let digits = match value.abs() {
        ..0.0995 => 3,
        ..9.95 => 2,
        ..99.5 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

/// What each contestant is, as far as it says so itself.
fn versions() -> Vec<String> {
    let says = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        let output = command
            .args(arguments)
            .current_dir(repository())
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let line = text.lines().next()?.trim().to_owned();
        (!line.is_empty()).then_some(line)
    };
    let mut versions = Vec::new();
    if let Some(commit) = says("git", &["describe", "--always", "--dirty"]) {
        versions.push(format!("view-counter at {commit}"));
    }
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
