//! `triggers check`: whether the database has every trigger, unaltered and enabled.
//! It changes nothing.

use concurrency_diesel::triggers::{Problem, TriggerSpec};
use serde_json::{Value, json};

use super::{described, wanted};
use crate::arguments::{self, Format};
use crate::database::Database;
use crate::environment::DatabaseUrl;
use crate::error::Error;
use crate::output::{self, Report};
use crate::source::Skipped;

pub(super) fn run(arguments: &arguments::Check, project: &arguments::Project) -> Result<Report, Error> {
    let url = DatabaseUrl::of(project)?;
    let (specs, skipped) = wanted(&arguments.sources, project)?;
    let mut database = Database::open(url)?;
    let mut checked = Vec::with_capacity(specs.len());
    for spec in &specs {
        checked.push((spec, database.check(spec)?));
    }
    let text = match arguments.format {
        Format::Text if checked.is_empty() => "nothing to check: no model has a TriggerVersionField\n".to_owned(),
        Format::Text => checked.iter().map(|(spec, problem)| line(spec, problem.as_ref()) + "\n").collect(),
        Format::Json => output::json(&document(&checked, &skipped)),
    };
    let has_problems = checked.iter().any(|(_, problem)| problem.is_some());
    Ok(Report { text, skipped, has_problems })
}

fn line(spec: &TriggerSpec, problem: Option<&Problem>) -> String {
    match problem {
        None => format!("{} {}", output::good("ok"), described(spec)),
        Some(problem) => format!("{} {problem}", output::bad(state(Some(problem)))),
    }
}

fn document(checked: &[(&TriggerSpec, Option<Problem>)], skipped: &[Skipped]) -> Value {
    let triggers: Vec<Value> = checked.iter().map(|(spec, problem)| object(spec, problem.as_ref())).collect();
    let skipped: Vec<Value> = skipped.iter().map(Skipped::to_json).collect();
    json!({ "triggers": triggers, "skipped": skipped })
}

fn object(spec: &TriggerSpec, problem: Option<&Problem>) -> Value {
    json!({
        "schema": spec.schema(),
        "table": spec.table(),
        "column": spec.version(),
        "name": spec.name(),
        "state": state(problem),
        "problem": problem.map(ToString::to_string),
    })
}

/// The problem in a word.
const fn state(problem: Option<&Problem>) -> &'static str {
    match problem {
        None => "ok",
        Some(Problem::Missing { .. }) => "missing",
        Some(Problem::Altered { .. }) => "altered",
        Some(Problem::Disabled { .. }) => "disabled",
        Some(Problem::OnAnotherTable { .. }) => "elsewhere",
        Some(Problem::Foreign { .. }) => "foreign",
        Some(_) => "wrong",
    }
}
