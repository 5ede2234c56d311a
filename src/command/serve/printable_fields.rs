//! How the log writes what it is told: everything that may have come from strangers is
//! escaped, so that nobody who reads the log sends their terminal anything.

use std::fmt::{self, Debug};
use tracing::field::Field;
use tracing_subscriber::{
    field::{MakeExt, RecordFields},
    fmt::{
        FormatFields,
        format::{self, Writer},
    },
};
use view_counter::printable::{Printable, PrintableLines};

/// Writes an event's message and fields, `name=value`, separated by spaces.
#[derive(Clone, Copy, Debug)]
pub(super) struct PrintableFields;

impl<'w> FormatFields<'w> for PrintableFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        format::debug_fn(write_field)
            .delimited(" ")
            .format_fields(writer, fields)
    }
}

fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> fmt::Result {
    let value = format!("{value:?}");
    match field.name() {
        "message" => write!(writer, "{}", Printable(&value)),
        // Nobody reads one on a single line.
        "backtrace" => write!(writer, "backtrace={}", PrintableLines(&value)),
        name => write!(writer, "{name}={}", Printable(&value)),
    }
}
