//! `triggers generate`: a migration with the triggers that no migration has yet.
//! It never connects to a database.

use concurrency_diesel::triggers::{SchemaChange, pending_triggers, triggers_created_twice};

use super::migration::Migrations;
use super::{described, in_form, wanted};
use crate::arguments;
use crate::environment;
use crate::error::Error;
use crate::output::Report;

pub(super) fn run(arguments: &arguments::Generate, project: &arguments::Project) -> Result<Report, Error> {
    let engine = environment::engine(arguments.migration.engine, project)?;
    let (specs, skipped) = wanted(&arguments.sources, project)?;
    let specs = in_form(&arguments.form, specs);
    let migrations = Migrations::of(&arguments.migration, project)?;
    let written = migrations.written()?;
    let twice = triggers_created_twice(engine, &written);
    if !twice.is_empty() {
        return Err(Error::CreatedTwice(twice));
    }
    let pending = pending_triggers(&specs, engine, &written);
    let contents: Vec<String> = pending.iter().map(|(spec, _)| described(spec)).collect();
    let change = pending.into_iter().map(|(_, change)| change).reduce(SchemaChange::then);
    let text = match change {
        Some(change) => migrations.write("concurrency_triggers", &change, &contents)?,
        None if specs.is_empty() => "nothing to write: no model has a TriggerVersionField\n".to_owned(),
        None => format!("nothing to write: the migrations have all {} triggers\n", specs.len()),
    };
    Ok(Report::new(text, skipped))
}
