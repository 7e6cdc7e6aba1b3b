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
        Format::Text => checked.iter().map(|(spec, problems)| lines(spec, problems)).collect(),
        Format::Json => output::json(&document(&checked, &skipped)),
    };
    let has_problems = checked.iter().any(|(_, problems)| !problems.is_empty());
    Ok(Report { text, skipped, has_problems })
}

fn lines(spec: &TriggerSpec, problems: &[Problem]) -> String {
    if problems.is_empty() {
        return format!("{} {}\n", output::good("ok"), described(spec));
    }
    problems
        .iter()
        .map(|problem| format!("{} {}\n", output::bad(state(Some(problem))), output::escaped(&problem.to_string())))
        .collect()
}

fn document(checked: &[(&TriggerSpec, Vec<Problem>)], skipped: &[Skipped]) -> Value {
    let triggers: Vec<Value> = checked.iter().map(|(spec, problems)| object(spec, problems)).collect();
    let skipped: Vec<Value> = skipped.iter().map(Skipped::to_json).collect();
    json!({ "triggers": triggers, "skipped": skipped })
}

/// The state is the trigger's own, where that has a problem.
fn object(spec: &TriggerSpec, problems: &[Problem]) -> Value {
    let problem = problems.first();
    json!({
        "schema": spec.schema(),
        "table": spec.table(),
        "column": spec.version(),
        "name": spec.name(),
        "state": state(problem),
        "problem": problem.map(|_| all(problems)),
    })
}

fn all(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
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
        Some(Problem::Leftover { .. }) => "leftover",
        Some(Problem::SetsVersion { .. }) => "sets",
        Some(_) => "wrong",
    }
}
