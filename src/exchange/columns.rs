//! Which column of a table is what.

use super::formats::{self, Format};
use csv::StringRecord;
use std::{fmt, str::FromStr};

/// What a column can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The slug of a page.
    Slug,
    /// The path or address of a page.
    Path,
    /// The host that a page is on.
    Host,
    /// How many views.
    Views,
    /// The day or moment of them.
    Day,
}

const ROLES: [(Role, &str); 5] = [
    (Role::Slug, "slug"),
    (Role::Path, "path"),
    (Role::Host, "host"),
    (Role::Views, "views"),
    (Role::Day, "day"),
];

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = ROLES.iter().find(|(role, _)| role == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

impl Role {
    /// What other programs and people call such a column, as [`normal`] writes it.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Slug => &["slug", "post name", "post slug"],
            Self::Path => &[
                "path",
                "page",
                "url",
                "pathname",
                "page path",
                "page url",
                "page address",
                "permalink",
                "address",
                "link",
                "uri",
                "full page url",
                "page location",
                "url path",
                "urlpath",
                "pagepath",
                "request path",
                "requestpath",
                "page path and screen class",
                "page path and query string",
                "page path + query string",
            ],
            Self::Host => &["host", "hostname", "host name", "domain"],
            Self::Views => &[
                "views",
                "pageviews",
                "page views",
                "hits",
                "count",
                "total",
                "pv",
                "page pv",
                "total views",
                "view count",
                "nb hits",
                "screenpageviews",
                "post views",
            ],
            Self::Day => &[
                "day",
                "date",
                "time",
                "timestamp",
                "datetime",
                "created at",
                "createdat",
                "added iso",
                "hour",
            ],
        }
    }
}

/// An owner's word on which column is what: `path=Page URL`, `views=3` for the third,
/// `day=-` for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnChoice {
    role: Role,
    column: String,
}

impl FromStr for ColumnChoice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        const FORM: &str =
            "it is to be slug, path, host, views or day, `=`, and a column: path=Address";
        let (role, column) = text.split_once('=').ok_or(FORM)?;
        let known = ROLES.iter().find(|(_, name)| *name == role.trim());
        let (role, _) = known.ok_or(FORM)?;
        match column.trim() {
            "" => Err(FORM),
            column => Ok(Self {
                role: *role,
                column: column.to_owned(),
            }),
        }
    }
}

/// The names of a table's columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) raw: Vec<String>,
    normal: Vec<String>,
}

impl Names {
    pub(super) fn new(cells: &StringRecord) -> Self {
        let raw: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
        let normal = raw.iter().map(|name| normal(name)).collect();
        Self { raw, normal }
    }

    /// The column of this name, as [`normal`] writes it.
    pub(super) fn at(&self, name: &str) -> Option<usize> {
        self.normal.iter().position(|normal| normal == name)
    }

    /// The first of these that there is.
    pub(super) fn first(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.at(name))
    }

    /// All columns with one of these names.
    fn all(&self, names: &[&str]) -> Vec<usize> {
        let is_one = |at: &usize| names.contains(&self.normal[*at].as_str());
        (0..self.normal.len()).filter(is_one).collect()
    }

    fn listed(&self, columns: impl Iterator<Item = usize>) -> String {
        let names = columns.take(30).map(|at| format!("{:?}", self.raw[at]));
        names.collect::<Vec<_>>().join(", ")
    }
}

/// A name in small letters, with spaces for what else stands between words.
fn normal(name: &str) -> String {
    let name = name.trim().trim_start_matches("ga:").to_lowercase();
    let name = name.replace(['_', '-', '.', ':', '\u{a0}'], " ");
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Which column says which page a line is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageColumn {
    Slug(usize),
    Path(usize),
}

/// Which column is what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    pub(super) page: PageColumn,
    pub(super) host: Option<usize>,
    /// Without one, each line is a view.
    pub(super) views: Option<usize>,
    pub(super) day: Option<usize>,
    /// The export that it is, if it is one of those that are known.
    pub(super) format: Option<&'static Format>,
}

/// Whether a table's first line names its columns.
pub(super) enum Heading {
    Names(Columns),
    /// It is a line like the others.
    None(Columns),
}

impl Columns {
    /// Finds the columns of a table by its first line and what the owner says of them.
    ///
    /// # Errors
    /// With what to do, if it is not clear which column is what.
    pub(super) fn find(names: &Names, choices: &[ColumnChoice]) -> Result<Heading, String> {
        let format = formats::detect(names)?;
        let chosen = |role| Self::chosen(names, choices, role);
        let (slug, path) = (chosen(Role::Slug)?, chosen(Role::Path)?);
        let (views, day, host) = (
            chosen(Role::Views)?,
            chosen(Role::Day)?,
            chosen(Role::Host)?,
        );
        let by_position = choices
            .iter()
            .all(|choice| choice.column.parse::<usize>().is_ok());
        let has_no_names = by_position && format.is_none();
        if let (true, Some(views)) = (has_no_names, views.flatten())
            && let Some(page) = page_of(slug.flatten(), path.flatten())
            && super::number::whole_number(&names.raw[views]).is_some()
        {
            return Ok(Heading::None(Self {
                page,
                host: host.flatten(),
                views: Some(views),
                day: day.flatten(),
                format: None,
            }));
        }
        if choices.is_empty()
            && format.is_none()
            && let Some(columns) = formats::without_names(names)
        {
            return Ok(Heading::None(columns));
        }
        let one = |role: Role, chosen: Option<Option<usize>>, known: Option<usize>| match chosen {
            Some(column) => Ok(column),
            None if format.is_some() => Ok(known),
            None => Self::only(names, role),
        };
        let find = |names_of: fn(&Format) -> &'static [&'static str]| {
            format.and_then(|format| names.first(names_of(format)))
        };
        let page = match (slug.flatten(), path.flatten()) {
            (None, None) => {
                let slug = one(Role::Slug, slug, find(|f| f.slug))?;
                let path = one(Role::Path, path, find(|f| f.path))?;
                match (slug, path) {
                    (Some(slug), Some(path)) if format.is_none() => {
                        return Err(format!(
                            "{} and {} may both name the page; say --column slug={:?} or --column path={:?}",
                            names.listed([slug].into_iter()),
                            names.listed([path].into_iter()),
                            names.raw[slug],
                            names.raw[path],
                        ));
                    }
                    (slug, path) => page_of(slug.filter(|_| path.is_none()), path),
                }
            }
            (slug, path) => page_of(slug, path),
        };
        let views = one(Role::Views, views, find(|f| f.views))?;
        let is_event = format.is_some_and(|format| format.views.is_empty());
        match page {
            Some(page) if views.is_some() || is_event => Ok(Heading::Names(Self {
                page,
                host: one(Role::Host, host, find(|f| f.host))?,
                views,
                day: one(Role::Day, day, find(|f| f.day))?,
                format,
            })),
            _ => Err(format!(
                "it does not name the columns of pages and views, such as `path` and `views`; it names {}. Say which is which, for example --column path={} --column views={}",
                names.listed(0..names.raw.len()),
                names
                    .raw
                    .first()
                    .map_or("1".into(), |name| format!("{name:?}")),
                names
                    .raw
                    .get(1)
                    .map_or("2".into(), |name| format!("{name:?}")),
            )),
        }
    }

    /// The column that the owner named for this, `Some(None)` for none.
    fn chosen(
        names: &Names,
        choices: &[ColumnChoice],
        role: Role,
    ) -> Result<Option<Option<usize>>, String> {
        let Some(choice) = choices.iter().rfind(|choice| choice.role == role) else {
            return Ok(None);
        };
        if choice.column == "-" {
            return Ok(Some(None));
        }
        let by_position = || {
            let position: usize = choice.column.parse().ok()?;
            let column = position.checked_sub(1)?;
            (column < names.raw.len()).then_some(column)
        };
        let column = names.at(&normal(&choice.column)).or_else(by_position);
        column.map(|column| Some(Some(column))).ok_or_else(|| {
            format!(
                "there is no column {:?}; there are {}",
                choice.column,
                names.listed(0..names.raw.len())
            )
        })
    }

    /// The only column that can be this, if any.
    fn only(names: &Names, role: Role) -> Result<Option<usize>, String> {
        match names.all(role.names())[..] {
            [] => Ok(None),
            [column] => Ok(Some(column)),
            [first, ..] => Err(format!(
                "{} may all be the {role}; say which one, for example --column {role}={:?}",
                names.listed(names.all(role.names()).into_iter()),
                names.raw[first],
            )),
        }
    }

    /// Each column that is used, by what it is.
    pub(super) fn described(&self, names: &Names) -> Vec<(&'static str, String)> {
        let (page, column) = match self.page {
            PageColumn::Slug(column) => ("slug", column),
            PageColumn::Path(column) => ("path", column),
        };
        let others = [
            ("host", self.host),
            ("views", self.views),
            ("day", self.day),
        ];
        let others = others
            .into_iter()
            .filter_map(|(role, at)| Some((role, at?)));
        let name = |at: usize| names.raw.get(at).cloned().unwrap_or_default();
        [(page, column)]
            .into_iter()
            .chain(others)
            .map(|(role, at)| (role, name(at)))
            .collect()
    }
}

fn page_of(slug: Option<usize>, path: Option<usize>) -> Option<PageColumn> {
    path.map(PageColumn::Path).or(slug.map(PageColumn::Slug))
}
