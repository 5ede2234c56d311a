//! The server's log: for people, on standard error. Whether it can be written is of no
//! concern to what serves and saves: its reader may have gone, or its disk be full.

use super::printable_fields::PrintableFields;
use std::{
    env::{self, VarError},
    io::IsTerminal,
};
use tracing_subscriber::{EnvFilter, filter::ParseError};

/// h2 warns of what strangers send, once for each frame, and sqlx of requests that
/// had to wait, once for each: they could fill the log.
const DEFAULT_LOG: &str = "info,h2=error,sqlx=error";

/// Logs from now on. `RUST_LOG` says what. Coloured only on a terminal, and
/// not where `NO_COLOR` asks for none.
pub(super) fn init() {
    let coloured = std::io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none();
    let wanted = filter(env::var("RUST_LOG"));
    let problem = wanted.as_ref().err().map(ToString::to_string);
    tracing_subscriber::fmt()
        .with_env_filter(wanted.unwrap_or_else(|_| EnvFilter::new(DEFAULT_LOG)))
        .with_writer(std::io::stderr)
        // It would say so with `eprintln!`, which panics where it cannot.
        .log_internal_errors(false)
        .with_ansi(coloured)
        .with_target(false)
        .fmt_fields(PrintableFields)
        .init();
    if let Some(problem) = problem {
        tracing::warn!(
            "RUST_LOG is not understood: {problem}; it is taken as {DEFAULT_LOG}, and could be \
             `debug` or `info,view_counter=debug`"
        );
    }
}

/// Why `RUST_LOG` has no effect.
#[derive(Debug, thiserror::Error)]
enum FilterError {
    #[error("it is not UTF-8")]
    NotUnicode,
    #[error("{0}")]
    Syntax(#[from] ParseError),
}

/// The filter that this value of `RUST_LOG` asks for.
fn filter(wanted: Result<String, VarError>) -> Result<EnvFilter, FilterError> {
    match wanted {
        Ok(text) => Ok(EnvFilter::try_new(text)?),
        Err(VarError::NotPresent) => Ok(EnvFilter::new(DEFAULT_LOG)),
        Err(VarError::NotUnicode(_)) => Err(FilterError::NotUnicode),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_filter_is_an_error_and_none_is_the_default() {
        let shown = |text: &str| filter(Ok(text.to_owned())).map(|filter| filter.to_string());
        assert_eq!(shown("warn").unwrap(), "warn");
        assert!(shown("info,view_counter=loud").is_err());
        assert!(filter(Err(VarError::NotUnicode("\u{fffd}".into()))).is_err());
        let default = filter(Err(VarError::NotPresent)).unwrap().to_string();
        assert!(default.contains("h2=error"), "{default}");
    }
}
