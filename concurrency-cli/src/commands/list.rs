//! `triggers list`: the triggers in the database. `check` compares them with the models.

use concurrency_diesel::triggers::FoundTrigger;
use serde_json::{Value, json};

use crate::arguments::{self, Format};
use crate::database::Database;
use crate::environment::DatabaseUrl;
use crate::error::Error;
use crate::output::{self, Report};

pub(super) fn run(arguments: &arguments::List, project: &arguments::Project) -> Result<Report, Error> {
    let triggers = Database::open(DatabaseUrl::of(project)?)?.list()?;
    let text = match arguments.format {
        Format::Text if triggers.is_empty() => "the database has none of our triggers\n".to_owned(),
        Format::Text => triggers.iter().map(|trigger| line(trigger) + "\n").collect(),
        Format::Json => output::json(&json!({ "triggers": triggers.iter().map(object).collect::<Vec<_>>() })),
    };
    Ok(Report::new(text, Vec::new()))
}

fn line(trigger: &FoundTrigger) -> String {
    let state = if trigger.is_enabled { "" } else { ", disabled" };
    format!("{}{state}", described(trigger))
}

/// A trigger, as text for people.
pub(super) fn described(trigger: &FoundTrigger) -> String {
    let parts = [trigger.table_schema.as_deref(), trigger.table_name.as_deref()];
    let table: Vec<&str> = parts.into_iter().flatten().collect();
    output::escaped(&format!("trigger {} on {}", trigger.trigger_name, table.join(".")))
}

fn object(trigger: &FoundTrigger) -> Value {
    json!({
        "schema": trigger.table_schema,
        "table": trigger.table_name,
        "name": trigger.trigger_name,
        "enabled": trigger.is_enabled,
        "definition": trigger.text(),
    })
}
