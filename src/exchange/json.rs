//! JSON as `view-counter export`, `view-counter totals` and `/api/v1/views` write it.

use super::{
    bounded::MaxJsonValue,
    collected::Collected,
    day::Days,
    paths::page_of_slug,
    read::{Options, Problem},
};
use jiff::civil::Date;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use std::{
    collections::BTreeMap,
    fmt,
    io::{BufReader, Read},
};

/// Whether a text begins as such a file does.
pub(super) fn begins(head: &[u8]) -> bool {
    let inside = head.trim_ascii_start().strip_prefix(b"{");
    let first = inside.map(<[u8]>::trim_ascii_start).unwrap_or_default();
    first.starts_with(b"\"views\"") || first.starts_with(b"\"corrections\"")
}

/// Adds the views of such a file, a slug at a time.
pub(super) fn read(
    from: impl Read,
    options: &Options,
    collected: &mut Collected,
) -> Result<(), Problem> {
    let from = BufReader::new(MaxJsonValue::new(from));
    let mut json = serde_json::Deserializer::from_reader(from);
    let file = File {
        days: Days::new(options.date_order),
        options,
        collected,
    };
    let read = json.deserialize_map(file).and_then(|()| json.end());
    read.map_err(|error| match error.line() {
        0 => Problem::Whole(error.to_string()),
        line => Problem::Line(line as u64, error.to_string()),
    })
}

struct File<'a> {
    days: Days,
    options: &'a Options,
    collected: &'a mut Collected,
}

impl<'de> Visitor<'de> for File<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `views`")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut has_views = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "views" if has_views => return Err(A::Error::duplicate_field("views")),
                "views" => {
                    has_views = true;
                    map.next_value_seed(List(&mut self))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        match has_views {
            true => Ok(()),
            false => Err(A::Error::missing_field("views")),
        }
    }
}

struct List<'f, 'a>(&'f mut File<'a>);

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of slugs and their views")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(of_slug) = list.next_element::<OfSlug>()? {
            self.0.add(of_slug).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct OfSlug {
    slug: String,
    total: i64,
    /// Those of which the day is known.
    #[serde(default)]
    days: OfDays,
}

/// Views by day, each day once.
#[derive(Default)]
struct OfDays(BTreeMap<Date, i64>);

impl<'de> Deserialize<'de> for OfDays {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DaysVisitor)
    }
}

struct DaysVisitor;

impl<'de> Visitor<'de> for DaysVisitor {
    type Value = OfDays;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("days and their views")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OfDays, A::Error> {
        let mut days = BTreeMap::new();
        while let Some((day, views)) = map.next_entry::<Date, i64>()? {
            if days.insert(day, views).is_some() {
                return Err(A::Error::custom(format!(
                    "the day {day} is there twice; add up its views"
                )));
            }
        }
        Ok(OfDays(days))
    }
}

impl File<'_> {
    fn add(&mut self, of_slug: OfSlug) -> Result<(), String> {
        let page = &of_slug.slug;
        let slug = match page_of_slug(page, self.options, self.collected) {
            Ok(slug) => slug,
            Err(reason) => {
                self.collected.leave_out(reason, page);
                return Ok(());
            }
        };
        let too_many = || format!("{slug} has views that cannot be counted");
        let mut undated = of_slug.total;
        for (day, views) in of_slug.days.0 {
            undated = undated.checked_sub(views).ok_or_else(too_many)?;
            let day = self.days.check(day, &day.to_string())?;
            let added = self.collected.add(slug.clone(), Some(day), views);
            added.map_err(|_| too_many())?;
        }
        self.collected.sample(page, &slug, None, of_slug.total);
        self.collected.add(slug, None, undated)
    }
}
