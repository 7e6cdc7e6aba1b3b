//! `completions`: the script for a shell. Each shell decides where it looks for it.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::output::Report;

pub(super) fn run(shell: Shell) -> Report {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    Report::new(String::from_utf8_lossy(&script).into_owned(), Vec::new())
}
