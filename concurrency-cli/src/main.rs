//! `diesel-concurrency`: the triggers of Diesel models with a `TriggerVersionField`, as migrations or in the database.
//! It reads the models from the sources and lets `concurrency_diesel::triggers` do the rest.

#![deny(missing_docs)]

mod arguments;
mod commands;
mod database;
mod diesel_toml;
mod environment;
mod error;
mod output;
mod secret;
mod source;
mod specs;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    // This comes first, because arguments fall back to the variables that it sets.
    let dotenv = environment::load_dotenv();
    match Arguments::try_parse() {
        Ok(arguments) => output::print(dotenv.and_then(|()| commands::run(arguments))),
        // The quoted text may be a database URL in the wrong place.
        Err(error) => {
            output::print_usage(&secret::conceal_what_was_given(&error.render().ansi().to_string()), error.use_stderr())
        }
    }
}
