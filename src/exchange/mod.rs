//! Numbers that come from another counter, and that go to one: files of views.
//!
//! Reading knows nothing of the database: it makes a file into views of slugs, or says
//! what is wrong with which line. `formats` knows the exports of other counters; any
//! other table is read by the names of its columns.

mod address_map;
mod archive;
mod bounded;
mod collected;
mod columns;
mod day;
mod encoding;
mod formats;
mod hashed;
mod json;
mod json_table;
mod number;
mod paths;
mod read;
mod records;
mod spreadsheet;
mod table;
#[cfg(test)]
mod tests;
mod write;

pub use address_map::AddressMap;
pub use collected::{LeftOut, SampleRow};
pub use columns::{ColumnChoice, Role};
pub use day::{DateOrder, Days};
pub use paths::{HostChoice, Strip};
pub use read::{Imported, Input, Options, ReadError, read};
pub use spreadsheet::cell_of;
pub use write::{io_error, write_csv, write_json};
