//! `triggers create` and `triggers drop` change the triggers in the database. They first read what is there, so that
//! nothing changes if something is wrong.

use concurrency_diesel::triggers::{Problem, TriggerSpec, create_triggers};

use super::{described, in_form, list, wanted};
use crate::arguments;
use crate::database::Database;
use crate::environment::DatabaseUrl;
use crate::error::Error;
use crate::output::{self, Report};

pub(super) fn create(arguments: &arguments::Create, project: &arguments::Project) -> Result<Report, Error> {
    let url = DatabaseUrl::of(project)?;
    let (specs, skipped) = wanted(&arguments.sources, project)?;
    let specs = in_form(&arguments.form, specs);
    let mut remarks = Vec::new();
    let text = if specs.is_empty() {
        NO_MODELS.to_owned()
    } else if arguments.dry_run {
        create_triggers(&specs, url.engine()).up_sql()
    } else {
        let mut database = Database::open(url)?;
        let created = create_in(&mut database, &specs, arguments.retry.retries)?;
        remarks = unused(&mut database, &specs);
        created
    };
    Ok(Report { remarks, ..Report::new(text, skipped) })
}

/// The remarks about triggers that no model has. If they cannot be read, there are no remarks, because the work is
/// done.
fn unused(database: &mut Database, specs: &[TriggerSpec]) -> Vec<String> {
    let others = database.unused(specs).unwrap_or_default();
    others.iter().map(|problem| format!("{problem}: `triggers drop --unused` does")).collect()
}

pub(super) fn drop(arguments: &arguments::Drop, project: &arguments::Project) -> Result<Report, Error> {
    let url = DatabaseUrl::of(project)?;
    let (specs, skipped) = wanted(&arguments.sources, project)?;
    let text = if arguments.unused {
        drop_unused(&mut Database::open(url)?, &specs, arguments.retry.retries)?
    } else if specs.is_empty() {
        NO_MODELS.to_owned()
    } else if arguments.dry_run {
        create_triggers(&specs, url.engine()).down_sql()
    } else {
        drop_in(&mut Database::open(url)?, &specs, arguments.retry.retries)?
    };
    Ok(Report::new(text, skipped))
}

const NO_MODELS: &str = "nothing to do: no model has a TriggerVersionField\n";

fn create_in(database: &mut Database, specs: &[TriggerSpec], retries: u32) -> Result<String, Error> {
    let created = database.create(specs, retries)?;
    Ok(report("created", &created)
        .unwrap_or_else(|| format!("nothing to create: the database has all {} triggers\n", specs.len())))
}

/// A trigger can be dropped although its table has changed, so only triggers that certainly do not exist are left out.
fn drop_in(database: &mut Database, specs: &[TriggerSpec], retries: u32) -> Result<String, Error> {
    let checked: Vec<_> = match database.check_each(specs) {
        Ok(checked) => checked.into_iter().map(Ok).collect(),
        Err(_) => specs.iter().map(|spec| database.check(spec)).collect(),
    };
    let is_missing =
        |checked: &Result<Vec<Problem>, Error>| matches!(checked.as_deref(), Ok([Problem::Missing { .. }]));
    let there = specs.iter().zip(&checked).filter(|(_, checked)| !is_missing(checked));
    let there: Vec<TriggerSpec> = there.map(|(spec, _)| spec.clone()).collect();
    database.drop(specs, retries)?;
    Ok(report("dropped", &there)
        .unwrap_or_else(|| "nothing to drop: the database has none of the triggers\n".to_owned()))
}

fn drop_unused(database: &mut Database, specs: &[TriggerSpec], retries: u32) -> Result<String, Error> {
    let dropped = database.drop_unused(specs, retries)?;
    if dropped.is_empty() {
        return Ok("nothing to drop: a model has each of the triggers\n".to_owned());
    }
    Ok(dropped.iter().map(|found| format!("{} {}\n", output::good("dropped"), list::described(found))).collect())
}

/// A line for each trigger.
fn report(done: &str, specs: &[TriggerSpec]) -> Option<String> {
    let line = |spec: &TriggerSpec| format!("{} {}\n", output::good(done), described(spec));
    (!specs.is_empty()).then(|| specs.iter().map(line).collect())
}
