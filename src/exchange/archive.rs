//! ZIP archives, as other counters export them: which of their files has the views.

use super::{
    bounded::MaxFileBytes,
    collected::Collected,
    formats::goatcounter,
    read::{Options, Problem, read_text},
};
use std::{
    fs::File,
    io::{BufReader, Read, Seek},
    path::Path,
};
use zip::{ZipArchive, result::ZipError};

/// The most files that an archive has.
const MAX_FILES: usize = 10_000;
/// How many of them an error names.
const NAMED_FILES: usize = 10;

impl From<ZipError> for Problem {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::Io(error),
            error => Self::Whole(format!(
                "it is a ZIP archive that cannot be read: {error}; unpack it and import the file with the views"
            )),
        }
    }
}

/// Adds the views of an archive. Returns what kind it is.
pub(super) fn read(
    file: &Path,
    options: &Options,
    collected: &mut Collected,
) -> Result<&'static str, Problem> {
    let open = || Ok::<_, Problem>(ZipArchive::new(BufReader::new(File::open(file)?))?);
    let mut archive = open()?;
    if archive.len() > MAX_FILES {
        return Err(Problem::Whole(
            "it is a ZIP archive with more than 10,000 files".into(),
        ));
    }
    // By its name without folders; folders end with a slash.
    let mut files: Vec<(usize, String)> = Vec::new();
    for at in 0..archive.len() {
        let name = archive.name_for_index(at).transpose()?.unwrap_or_default();
        let own = name.rsplit('/').next().unwrap_or_default();
        if !own.is_empty() && !own.starts_with('.') && !name.starts_with("__MACOSX/") {
            files.push((at, own.to_lowercase()));
        }
    }
    let at = |name: &str| files.iter().find(|(_, own)| own == name).map(|(at, _)| *at);
    if let (Some(paths), Some(hits)) = (at("paths.jsonl"), at("hit_stats.jsonl")) {
        let mut other = open()?;
        let paths = content(&mut archive, paths)?;
        let hits = content(&mut other, hits)?;
        goatcounter::read_statistics(paths, hits, options, collected)?;
        return Ok("GoatCounter's JSON");
    }
    let of_pages: Vec<usize> = wanted(&files);
    if of_pages.is_empty() {
        let names = files
            .iter()
            .take(NAMED_FILES)
            .map(|(_, name)| format!("{name:?}"));
        return Err(Problem::Whole(format!(
            "it is a ZIP archive, and none of its files is known to have the views of pages: {}. Unpack it and import the file that has",
            names.collect::<Vec<_>>().join(", ")
        )));
    }
    let mut kind = "CSV";
    for at in of_pages {
        let own = archive.name_for_index(at).transpose()?.unwrap_or_default();
        let own = own.into_owned();
        let read = content(&mut archive, at).and_then(|from| read_text(from, options, collected));
        kind = read.map_err(|problem| Problem::Whole(format!("{own:?} in it: {problem}")))?;
    }
    Ok(kind)
}

fn content<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    at: usize,
) -> Result<impl Read + use<'_, R>, Problem> {
    Ok(MaxFileBytes::new(archive.by_index(at)?))
}

/// The files with the views of pages: those that Plausible and Umami name so, otherwise the
/// only table there is.
fn wanted(files: &[(usize, String)]) -> Vec<usize> {
    let all = |is_one: &dyn Fn(&str) -> bool| {
        let those = files.iter().filter(|(_, name)| is_one(name));
        those.map(|(at, _)| *at).collect::<Vec<_>>()
    };
    let known: [&dyn Fn(&str) -> bool; 3] = [
        &|name| name.starts_with("imported_pages") && name.ends_with(".csv"),
        &|name| name == "pages.csv",
        &|name| name.starts_with("website_event") && name.ends_with(".csv"),
    ];
    for is_one in known {
        let those = all(is_one);
        if !those.is_empty() {
            return those;
        }
    }
    let is_table = |name: &str| {
        [".csv", ".tsv", ".json", ".txt"]
            .iter()
            .any(|end| name.ends_with(end))
    };
    let tables = all(&is_table);
    match tables.len() {
        1 => tables,
        _ => Vec::new(),
    }
}
