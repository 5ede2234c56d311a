//! Reads the settings from the command line and from environment variables.

use super::Cli;
use clap::{
    Arg, Command, CommandFactory, Error, FromArgMatches,
    builder::{Resettable, StyledStr},
    error::{ContextKind, ContextValue, ErrorKind},
};
use std::{env, ffi::OsString};

/// Settings that other servers have and this one names differently, each with what to
/// write here.
const NAMED_DIFFERENTLY: [(&str, &str); 5] = [
    ("--port", LISTEN),
    ("--host", LISTEN),
    ("--bind", LISTEN),
    ("--address", LISTEN),
    ("-p", LISTEN),
];
const LISTEN: &str = "address and port are one setting: --listen 127.0.0.1:3000";

impl Cli {
    /// The settings with which this process was started. An environment variable that is
    /// empty counts as unset.
    ///
    /// # Errors
    /// If a setting is wrong. The error names the flag or the environment variable that it
    /// came from, and what to write instead. Help and version are errors too, as clap has it.
    pub fn of_this_process() -> Result<Self, Error> {
        let mut command =
            Self::command().mut_subcommands(|command| command.mut_args(without_an_empty_variable));
        let arguments: Vec<OsString> = env::args_os().collect();
        let matches = command.clone().try_get_matches_from(&arguments);
        matches
            .and_then(|matches| Self::from_arg_matches(&matches))
            .map_err(|error| {
                // Only then its arguments can say what errors call them.
                command.build();
                explained(error, &command, &arguments)
            })
    }
}

/// Compose files and units set variables that nobody filled in.
fn without_an_empty_variable(arg: Arg) -> Arg {
    let value = arg.get_env().and_then(env::var_os);
    match value {
        Some(value) if value.is_empty() => arg.env(Resettable::Reset),
        _ => arg,
    }
}

/// The error, with what clap does not know.
fn explained(mut error: Error, command: &Command, arguments: &[OsString]) -> Error {
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    if let Some(variable) = variable_of(name, command, arguments) {
        error.insert(ContextKind::InvalidArg, ContextValue::String(variable));
    } else if error.kind() == ErrorKind::UnknownArgument
        && let Some((_, tip)) = NAMED_DIFFERENTLY.iter().find(|(known, _)| known == name)
    {
        error.remove(ContextKind::SuggestedArg);
        let tip = vec![StyledStr::from(*tip)];
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tip));
    }
    error
}

/// The environment variable from which the argument has its value that errors call `name`;
/// `None` if it has it from the command line.
fn variable_of(name: &str, command: &Command, arguments: &[OsString]) -> Option<String> {
    let mut words = arguments.iter().filter_map(|argument| argument.to_str());
    let command = words.find_map(|word| command.find_subcommand(word))?;
    let argument = command
        .get_arguments()
        .find(|known| known.to_string() == name)?;
    let variable = argument
        .get_env()
        .filter(|variable| env::var_os(variable).is_some())?;
    let flag = format!("--{}", argument.get_long()?);
    let is_given = words.any(|word| word.split('=').next() == Some(&flag));
    (!is_given).then(|| variable.to_string_lossy().into_owned())
}
