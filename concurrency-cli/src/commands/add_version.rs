//! `add-version`: a migration that adds a version column to a table, and on request a trigger. It never connects to a
//! database.

use concurrency_diesel::triggers::{
    SchemaChange, TriggerSpec, add_version_column, adds_version_column, pending_triggers, standing_triggers,
};

use super::migration::Migrations;
use super::{described, full_name};
use crate::arguments;
use crate::diesel_toml;
use crate::environment;
use crate::error::Error;
use crate::output::Report;
use crate::source::{self, Mistake, Scope, Tables};

pub(super) fn run(arguments: &arguments::AddVersion, project: &arguments::Project) -> Result<Report, Error> {
    let engine = environment::engine(arguments.migration.engine, project)?;
    let source = {
        let schema = diesel_toml::schema_file(&arguments.schema, project)?;
        source::read(Scope { schema: schema.as_deref(), ..Scope::default() })?
    };
    let spec = spec_of(arguments, &source.tables)?;
    let migrations = Migrations::of(&arguments.migration, project)?;
    let written = migrations.written()?;

    let (mut changes, mut contents) = (Vec::new(), Vec::new());
    let column = add_version_column(&spec, engine);
    if !adds_version_column(&spec, engine, &written) {
        refuse_existing(&spec, &source.tables)?;
        contents.push(format!("column {} of {}", spec.version(), full_name(&spec)));
        changes.push(column);
    }
    if arguments.trigger {
        // The triggers of the table's other columns stay.
        let mut specs = standing_triggers(engine, &written);
        specs.insert(0, spec.clone());
        let pending = pending_triggers(&specs, engine, &written);
        for (spec, change) in pending.into_iter().filter(|(pending, _)| **pending == spec) {
            contents.push(described(spec));
            changes.push(change);
        }
    }
    let text = match changes.into_iter().reduce(SchemaChange::then) {
        None => format!("nothing to write: the migrations have this for {} already\n", full_name(&spec)),
        Some(change) => migrations.write(&name_of_migration(&spec), &change, &contents)?,
    };
    Ok(Report::new(text, source.skipped))
}

/// The table's key comes from the schema file. If neither that nor the arguments name one, SQLite uses the rowid.
fn spec_of(arguments: &arguments::AddVersion, tables: &Tables) -> Result<TriggerSpec, Error> {
    let declared = tables.find(&arguments.table);
    let key = match declared {
        Some(table) if arguments.key.is_empty() => match table.doubt_of_key() {
            Some(doubt) => return Err(vec![Mistake::new(table.place.clone(), doubt)].into()),
            None => table.sql_key(),
        },
        _ => arguments.key.clone(),
    };
    let (schema, table) = match (declared, arguments.table.split_once('.')) {
        (Some(table), _) => (table.schema.as_deref(), table.sql_name.as_str()),
        (None, Some((schema, table))) => (Some(schema), table),
        (None, None) => (None, arguments.table.as_str()),
    };
    let mut spec = TriggerSpec::new(table, key, &arguments.column);
    if let Some(schema) = schema {
        spec = spec.in_schema(schema);
    }
    if let Some(name) = &arguments.trigger_name {
        spec = spec.named(name);
    }
    if arguments.strict {
        spec = spec.strict();
    }
    Ok(spec)
}

fn refuse_existing(spec: &TriggerSpec, tables: &Tables) -> Result<(), Error> {
    match tables.find(&sql_name(spec)) {
        Some(table) if table.has_sql_column(spec.version()) => {
            let (column, place) = (spec.version().to_owned(), table.place.clone());
            Err(Error::ColumnExists { table: table.full_name(), column, place })
        }
        _ => Ok(()),
    }
}

/// `schema.table`, as in the schema file.
fn sql_name(spec: &TriggerSpec) -> String {
    spec.schema().map_or_else(|| spec.table().to_owned(), |schema| format!("{schema}.{}", spec.table()))
}

/// A name that every file system accepts.
fn name_of_migration(spec: &TriggerSpec) -> String {
    let name = format!("add_{}_to_{}", spec.version(), full_name(spec));
    name.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).take(100).collect()
}
