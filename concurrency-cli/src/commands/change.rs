//! `triggers create` and `triggers drop`: the triggers in the database itself.
//! What was done is told by what the database had before and has after.

use concurrency_diesel::triggers::{FoundTrigger, create_triggers};

use super::{list, wanted};
use crate::arguments;
use crate::database::Database;
use crate::environment::DatabaseUrl;
use crate::error::Error;
use crate::output::{self, Report};

pub(super) fn create(arguments: &arguments::Change) -> Result<Report, Error> {
    let url = DatabaseUrl::of(&arguments.database)?;
    let (specs, skipped) = wanted(&arguments.sources)?;
    let text = if specs.is_empty() {
        NO_MODELS.to_owned()
    } else if arguments.dry_run {
        create_triggers(&specs, url.engine()).up_sql()
    } else {
        let (before, after) = change(url, |database| database.create(&specs))?;
        report("created", &missing_in(&before, &after))
            .unwrap_or_else(|| format!("nothing to create: the database has all {} triggers\n", specs.len()))
    };
    Ok(Report::new(text, skipped))
}

pub(super) fn drop(arguments: &arguments::Change) -> Result<Report, Error> {
    let url = DatabaseUrl::of(&arguments.database)?;
    let (specs, skipped) = wanted(&arguments.sources)?;
    let text = if specs.is_empty() {
        NO_MODELS.to_owned()
    } else if arguments.dry_run {
        create_triggers(&specs, url.engine()).down_sql()
    } else {
        let (before, after) = change(url, |database| database.drop(&specs))?;
        report("dropped", &missing_in(&after, &before))
            .unwrap_or_else(|| "nothing to drop: the database has none of the triggers\n".to_owned())
    };
    Ok(Report::new(text, skipped))
}

const NO_MODELS: &str = "nothing to do: no model has a TriggerVersionField\n";

type Triggers = Vec<FoundTrigger>;

/// The triggers before and after the work.
fn change(
    url: DatabaseUrl,
    work: impl FnOnce(&mut Database) -> Result<(), Error>,
) -> Result<(Triggers, Triggers), Error> {
    let mut database = Database::open(url)?;
    let before = database.list()?;
    work(&mut database)?;
    Ok((before, database.list()?))
}

fn missing_in<'t>(some: &[FoundTrigger], all: &'t [FoundTrigger]) -> Vec<&'t FoundTrigger> {
    all.iter().filter(|trigger| !some.contains(trigger)).collect()
}

/// A line for each trigger.
fn report(done: &str, triggers: &[&FoundTrigger]) -> Option<String> {
    let line = |trigger: &&FoundTrigger| format!("{} {}\n", output::good(done), list::described(trigger));
    (!triggers.is_empty()).then(|| triggers.iter().map(line).collect())
}
