//! Settings of the commands with which an owner asks for numbers and changes them.

use super::{Database, values};
use crate::{
    counter::protocol::Slug,
    exchange::{ColumnChoice, DateOrder, HostChoice, Input, Strip},
    service::slugs::Source,
};
use clap::Args;
use clap_complete::Shell;
use jiff::civil::Date;
use std::path::PathBuf;

/// Settings of `totals`.
#[derive(Debug, Args)]
pub struct Totals {
    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub database: Database,

    /// Print JSON, as the server's /api/v1/views but for `live`
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,

    /// Print CSV with a header line
    #[arg(long)]
    pub csv: bool,
}

/// Settings of `days`.
#[derive(Debug, Args)]
pub struct Days {
    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub database: Database,

    /// The post; by default all of them together
    #[arg(value_name = "SLUG")]
    pub slug: Option<Slug>,

    /// The first day, in UTC, for example 2026-11-01
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub since: Option<Date>,

    /// The last day
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub until: Option<Date>,

    /// Print JSON, as the server's /api/v1/days
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,

    /// Print CSV with a header line
    #[arg(long)]
    pub csv: bool,
}

/// What commands have in common that change numbers.
#[derive(Debug, Args)]
pub struct Changing {
    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub database: Database,

    /// Say what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Print JSON: the total of each post before and after
    #[arg(long)]
    pub json: bool,
}

/// Settings of `set`.
#[derive(Debug, Args)]
pub struct Set {
    /// The post
    #[arg(value_name = "SLUG")]
    pub slug: Slug,

    /// Its views from now on. Those that a running server has counted and not saved
    /// yet, in the last 15 seconds at most, are added to them
    #[arg(value_name = "VIEWS", allow_negative_numbers = true, value_parser = values::views)]
    pub views: u64,

    /// Why, for the audit that `corrections` prints
    #[arg(long, value_parser = reason)]
    pub why: String,

    /// Set the views of this UTC day; the total changes by as much. Without it, the
    /// days stay as they are
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub day: Option<Date>,

    /// Lower the total; without this it is not lowered
    #[arg(long)]
    pub lower: bool,

    /// Set a post that never had a view; without this it is taken for a slip of the pen
    #[arg(long)]
    pub new: bool,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub changing: Changing,
}

/// Settings of `rename`.
#[derive(Debug, Args)]
pub struct Rename {
    /// The post as it was called. It has no views after this; readers who still have its
    /// page open are counted for the old name, until the server no longer knows it
    #[arg(value_name = "OLD")]
    pub old: Slug,

    /// The post as it is called now
    #[arg(value_name = "NEW")]
    pub new: Slug,

    /// Why, for the audit that `corrections` prints
    #[arg(long, value_parser = reason)]
    pub why: Option<String>,

    /// Add the views to those that NEW has; without this it must have none
    #[arg(long)]
    pub merge: bool,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub changing: Changing,
}

/// Settings of `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The export of another counter (docs/owners.md lists them); a table with the columns
    /// `path` or `slug`, `views` and perhaps `day`; or JSON that `export`, `totals` or another
    /// server wrote. It may be compressed with gzip or in a ZIP archive; `-` reads standard
    /// input
    #[arg(value_name = "FILE")]
    pub file: Input,

    /// Do it. Without this, `import` says how it understands the file and what would change,
    /// and changes nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub apply: bool,

    /// Where pages are named by their path, take this off its beginning: with /posts/,
    /// the page /posts/hello is the post `hello`, and other pages are left out
    #[arg(long, value_name = "PATH")]
    pub strip: Option<Strip>,

    /// Read a column as the `path`, `slug`, `host`, `views` or `day`: name the column, or give
    /// its number, for example --column path=Address --column views=3, or
    /// --column day=- for none; may be repeated. By default columns are known by their names
    #[arg(long = "column", value_name = "WHAT=COLUMN")]
    pub columns: Vec<ColumnChoice>,

    /// Import the pages of this host, for example blog.example, where the file has those of
    /// several; may be repeated, `any` adds up all of them. `www.` makes no difference
    #[arg(long = "host", value_name = "HOST")]
    pub hosts: Vec<HostChoice>,

    /// Read dates such as 03/04/2026 with the day first (`dmy`) or the month first (`mdy`)
    #[arg(long, value_enum, value_name = "ORDER")]
    pub date_order: Option<DateOrder>,

    /// Import pages under the addresses that they have now: a table of two columns, the old
    /// path, address or slug, and the new one
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,

    /// Say which of the imported pages the site does not have: its pages are in this file or
    /// at this address, as for `serve`; may be repeated
    #[arg(
        long = "slugs",
        env = "VIEW_COUNTER_SLUGS",
        value_name = "[NAME=]FILE|URL",
        value_delimiter = ','
    )]
    pub slug_sources: Vec<Source>,

    /// Tell pages apart by this query parameter, as `serve` does; may be repeated
    #[arg(
        long = "slugs-parameter",
        env = "VIEW_COUNTER_SLUGS_PARAMETER",
        value_name = "NAME",
        value_delimiter = ',',
        value_parser = values::one_of_a_list
    )]
    pub slugs_parameters: Vec<String>,

    /// Say the same of the posts of the blog in this folder; by default `content`, if there is
    /// one
    #[arg(long, env = "VIEW_COUNTER_CONTENT", value_name = "DIR")]
    pub content: Option<PathBuf>,

    /// Import a file that was imported before; without this it is taken for a mistake
    #[arg(long)]
    pub again: bool,

    /// Why, for the audit that `corrections` prints
    #[arg(long, value_parser = reason)]
    pub why: Option<String>,

    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub changing: Changing,
}

/// Settings of `export`.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub database: Database,

    /// Print JSON, with the corrections too; by default it is CSV with the columns slug,
    /// day and views
    #[arg(long)]
    pub json: bool,
}

/// Settings of `corrections`, of `check`, and of what else is asked of the database.
#[derive(Debug, Args)]
pub struct Asked {
    #[command(flatten)]
    #[expect(missing_docs, reason = "documented at its type")]
    pub database: Database,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Settings of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// For which shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// The most characters of a reason.
const REASON_MOST: usize = 500;

pub(super) fn reason(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("say something");
    }
    if text.chars().count() > REASON_MOST {
        return Err("say it in 500 characters");
    }
    if text.chars().any(char::is_control) {
        return Err("say it in one line, without control characters");
    }
    Ok(text.to_owned())
}
