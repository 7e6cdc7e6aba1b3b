//! `triggers generate`: a migration with the triggers that no migration has yet.
//! It never connects to a database.

use concurrency_core::SchemaChange;

use super::{described, pending};
use crate::arguments::{self, schema_file};
use crate::error::Error;
use crate::migrations::Migrations;
use crate::output::Report;
use crate::{environment, source, specs};

pub(super) fn run(arguments: &arguments::Generate) -> Result<Report, Error> {
    let engine = environment::engine(&arguments.migration)?;
    let source = source::read(&arguments.sources.source, schema_file(arguments.sources.schema.as_deref()))?;
    let specs = specs::of(&source.models)?;
    let migrations = Migrations::read(&arguments.migration.migration_dir)?;
    let pending = pending::changes(&specs, engine, migrations.up());
    let names: Vec<String> = pending.iter().map(|(spec, _)| described(spec)).collect();
    let change = pending.into_iter().map(|(_, change)| change).reduce(SchemaChange::then);
    let text = match change {
        None if specs.is_empty() => "nothing to write: no model has a TriggerVersionField\n".to_owned(),
        None => format!("nothing to write: the migrations have all {} triggers\n", specs.len()),
        Some(change) => {
            let migration = migrations.next("concurrency_triggers");
            super::write(&migration, &change, arguments.migration.dry_run, &names)?
        }
    };
    Ok(Report::new(text, source.skipped))
}
