//! `triggers check` checks that the database has every trigger, unaltered and enabled. It changes nothing.

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
    let (checked, others) = database.check_all(&specs)?;
    let checked: Vec<_> = specs.iter().zip(checked).collect();
    let text = match arguments.format {
        Format::Text => text(&checked, &others),
        Format::Json => output::json(&document(&checked, &others, &skipped)),
    };
    // A trigger that no model has and that breaks nothing may belong to another program.
    let breaks = |problem: &Problem| !matches!(problem, Problem::Unused { .. });
    let has_problems = checked.iter().any(|(_, problems)| !problems.is_empty()) || others.iter().any(breaks);
    Ok(Report { has_problems, ..Report::new(text, skipped) })
}

fn text(checked: &[(&TriggerSpec, Vec<Problem>)], others: &[Problem]) -> String {
    let mut text: String = checked.iter().map(|(spec, problems)| lines(spec, problems)).collect();
    if checked.is_empty() {
        text.push_str("nothing to check: no model has a TriggerVersionField\n");
    }
    text.extend(others.iter().map(line));
    text
}

fn line(problem: &Problem) -> String {
    format!("{} {}\n", output::bad(state(Some(problem))), output::escaped(&problem.to_string()))
}

fn lines(spec: &TriggerSpec, problems: &[Problem]) -> String {
    if problems.is_empty() {
        return format!("{} {}\n", output::good("ok"), described(spec));
    }
    problems.iter().map(line).collect()
}

fn document(checked: &[(&TriggerSpec, Vec<Problem>)], others: &[Problem], skipped: &[Skipped]) -> Value {
    let triggers: Vec<Value> = checked.iter().map(|(spec, problems)| object(spec, problems)).collect();
    let skipped: Vec<Value> = skipped.iter().map(Skipped::to_json).collect();
    let other = |problem: &Problem| json!({ "state": state(Some(problem)), "problem": problem.to_string() });
    let others: Vec<Value> = others.iter().map(other).collect();
    json!({ "triggers": triggers, "others": others, "skipped": skipped })
}

/// The state is that of the trigger, if the problem is the trigger's own.
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

/// The problem in one word.
const fn state(problem: Option<&Problem>) -> &'static str {
    match problem {
        None => "ok",
        Some(Problem::Missing { .. }) => "missing",
        Some(Problem::Altered { .. }) => "altered",
        Some(Problem::Disabled { .. }) => "disabled",
        Some(Problem::OnAnotherTable { .. }) => "elsewhere",
        Some(Problem::Foreign { .. }) => "foreign",
        Some(Problem::Bypassed { .. }) => "bypassed",
        Some(Problem::Powerless { .. }) => "powerless",
        Some(Problem::Unused { .. }) => "unused",
        Some(Problem::Leftover { .. }) => "leftover",
        Some(Problem::SetsVersion { .. }) => "sets",
        Some(_) => "wrong",
    }
}
