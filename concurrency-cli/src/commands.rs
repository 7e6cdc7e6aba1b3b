//! One file per command: from its arguments to a report.
//! Printing is left to `output`.

mod add_version;
mod completions;
mod generate;
mod pending;

use std::path::Path;

use concurrency_core::{SchemaChange, TriggerSpec};

use crate::arguments::{Command, Triggers};
use crate::error::Error;
use crate::migrations;
use crate::output::{self, Report};

pub(crate) fn run(command: Command) -> Result<Report, Error> {
    match command {
        Command::Triggers(Triggers::Generate(arguments)) => generate::run(&arguments),
        Command::Triggers(Triggers::List(arguments)) => todo!(),
        Command::Triggers(Triggers::Create(arguments)) => todo!(),
        Command::Triggers(Triggers::Drop(arguments)) => todo!(),
        Command::Triggers(Triggers::Check(arguments)) => todo!(),
        Command::AddVersion(arguments) => add_version::run(&arguments),
        Command::Completions { shell } => Ok(completions::run(shell)),
    }
}

/// Writes the migration, or with `--dry-run` only says what would be in it.
fn write(migration: &Path, change: &SchemaChange, dry_run: bool, contents: &[String]) -> Result<String, Error> {
    if dry_run {
        let file = |name: &str, sql: &str| format!("-- {}\n{sql}", migration.join(name).display());
        return Ok(format!("{}\n{}", file("up.sql", &change.up_sql()), file("down.sql", &change.down_sql())));
    }
    migrations::write(migration, change)?;
    let mut text = format!("{} {}\n", output::good("wrote"), migration.display());
    for line in contents {
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str("run it with `diesel migration run`\n");
    Ok(text)
}

/// A trigger, for people.
fn described(spec: &TriggerSpec) -> String {
    format!("trigger {} on {}", spec.name(), full_name(spec))
}

/// `schema.table`, unquoted.
fn full_name(spec: &TriggerSpec) -> String {
    spec.schema().map_or_else(|| spec.table().to_owned(), |schema| format!("{schema}.{}", spec.table()))
}
