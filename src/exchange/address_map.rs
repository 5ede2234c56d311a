//! Pages whose address changed: a table of two columns, the old address and the new one.

use super::{
    paths::{host_and_path, slug_of_path},
    read::{Problem, ReadError},
    records::Records,
    spreadsheet::text_of,
};
use crate::counter::protocol::Slug;
use std::{collections::HashMap, fs::File, path::Path};

/// The most pages that a map has.
const MAX_PAGES: usize = 1_000_000;

/// Where pages moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressMap(HashMap<Slug, Target>);

/// What a page is called now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A slug as it is.
    Slug(Slug),
    /// The slug of a path, of which [`super::Strip`] takes off the beginning.
    Path(Slug),
}

impl AddressMap {
    /// Reads a table of two columns, from and to: paths, addresses, or slugs. It may begin
    /// with a line of names. Of the queries of addresses, these `parameters` name pages.
    ///
    /// # Errors
    /// If it is no such table, or names a page twice with different new addresses.
    pub fn read(file: &Path, parameters: &[String]) -> Result<Self, ReadError> {
        let read =
            || {
                let mut records = Records::new(File::open(file)?)?;
                let mut map = HashMap::new();
                records.each(|record| {
                    let mut cells = record.cells.iter().map(str::trim);
                    let (Some(from), Some(to)) = (cells.next(), cells.next()) else {
                        return Err(record
                            .wrong("it is to have two columns, the old address and the new one"));
                    };
                    let is_name = |text: &str| !text.contains('/') && record.is_first;
                    if is_name(from) && is_name(to) && is_heading(from) {
                        return Ok(());
                    }
                    let slug = |text| {
                        target_of(text, parameters)
                            .map_err(|error| record.wrong(format!("{text:?}: {error}")))
                    };
                    let (Target::Slug(from) | Target::Path(from)) = slug(from)?;
                    let to = slug(to)?;
                    if let Some(before) = map.insert(from.clone(), to.clone())
                        && before != to
                    {
                        return Err(record
                            .wrong(format!("{from} is there already, with another new address")));
                    }
                    if map.len() > MAX_PAGES {
                        return Err(record.wrong("there are more than 1,000,000 pages"));
                    }
                    Ok(())
                })?;
                Ok(Self(map))
            };
        read().map_err(|problem: Problem| ReadError::new(file.display(), problem))
    }

    /// How many pages it names.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it names none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn target(&self, slug: &Slug) -> Option<&Target> {
        self.0.get(slug)
    }
}

/// Whether this is the name of a column rather than a page.
fn is_heading(text: &str) -> bool {
    [
        "from",
        "old",
        "source",
        "before",
        "old address",
        "old path",
        "old slug",
    ]
    .contains(&text.to_lowercase().as_str())
}

fn target_of(text: &str, parameters: &[String]) -> Result<Target, String> {
    if text.starts_with('/') || text.contains("://") {
        let place = host_and_path(text);
        let (_, path) = place.ok_or("it is no address that begins with https:// or http://")?;
        let slug = slug_of_path(&path, parameters).map_err(|error| error.to_string())?;
        return Ok(Target::Path(slug));
    }
    let slug = text_of(text).parse::<Slug>();
    Ok(Target::Slug(slug.map_err(|error| error.to_string())?))
}
