//! Our triggers that no specification wants: what they are, and how they are dropped.

use std::collections::HashSet;

use concurrency_core::{FoundTrigger, Leftover, TriggerSpec, drop_found};

use super::catalog::{self, CatalogBackend};
use super::engine;
use super::error::Error;
use super::install::{carry_out, list, problems_of};
use super::plan::Step;
use super::problem::{Problem, breaks};
use super::survey::{Surveyed, Surveyor};
use crate::executor::{Executor, Session, Transactions};

/// Returns the problem with each.
pub(crate) async fn unused<E>(specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Result<Vec<Problem>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let mut problems = Vec::new();
    for found in find(specs, session).await? {
        problems.push(judge(&found, session).await?);
    }
    Ok(problems)
}

/// Drops each, and returns those that it dropped.
pub(crate) async fn drop_unused<E>(
    specs: &[TriggerSpec],
    session: &mut Session<'_, E>,
) -> Result<Vec<FoundTrigger>, Error>
where
    E: Transactions<Backend: CatalogBackend>,
{
    let mut unused = Vec::new();
    for found in find(specs, session).await? {
        // `list` reads less of each trigger.
        let whole = match spec_of::<E>(&found) {
            Some(spec) => catalog::triggers(spec.find_triggers(engine::<E>()), session).await?,
            None => Vec::new(),
        };
        unused.push(whole.into_iter().find(|whole| is_same(whole, &found)).unwrap_or(found));
    }
    let kept: Vec<FoundTrigger> =
        list(session).await?.into_iter().filter(|found| !unused.iter().any(|unused| is_same(unused, found))).collect();
    let step = |found: &FoundTrigger| Step {
        spec: spec_of::<E>(found).unwrap_or_else(|| TriggerSpec::new(table_of(found), [""; 0], "")),
        statements: drop_found(engine::<E>(), std::slice::from_ref(found), &kept),
        creates: false,
    };
    let steps: Vec<Step> = unused.iter().map(step).collect();
    carry_out(&steps, session).await?;
    Ok(unused)
}

/// Returns what is wrong with each of the triggers, and the problem with each that no specification wants.
pub(crate) async fn check_all<E>(
    specs: &[TriggerSpec],
    session: &mut Session<'_, E>,
) -> Result<(Vec<Vec<Problem>>, Vec<Problem>), Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let (mut checked, mut known) = (Vec::with_capacity(specs.len()), Vec::new());
    let surveyor = Surveyor::of(specs, session).await?;
    for spec in specs {
        let tables = surveyor.survey(spec, session).await?;
        checked.push(problems_of::<E>(&tables)?);
        known.extend(known_on::<E>(&tables));
    }
    let mut others = Vec::new();
    for found in others_than(&known, session).await? {
        others.push(judge(&found, session).await?);
    }
    Ok((checked, others))
}

/// Our triggers in the database, except those that a specification wants and those that `create` drops.
async fn find<E>(specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Result<Vec<FoundTrigger>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let mut known: Vec<FoundTrigger> = Vec::new();
    let surveyor = Surveyor::of(specs, session).await?;
    for spec in specs {
        match surveyor.survey(spec, session).await {
            Err(Error::MissingTable { .. }) => {}
            tables => known.extend(known_on::<E>(&tables?)),
        }
    }
    others_than(&known, session).await
}

/// The triggers on these tables that the specification wants, and those that `create` drops.
fn known_on<E: Executor>(tables: &[Surveyed]) -> Vec<FoundTrigger> {
    let of_table = |table: &Surveyed| -> Vec<FoundTrigger> {
        let leftovers = table.leftovers::<E>().into_iter().map(|(found, _)| found);
        table.state::<E>().own().into_iter().chain(leftovers).cloned().collect()
    };
    tables.iter().flat_map(of_table).collect()
}

/// Our triggers in the database, except these.
async fn others_than<E>(known: &[FoundTrigger], session: &mut Session<'_, E>) -> Result<Vec<FoundTrigger>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let known: HashSet<_> = known.iter().map(identity).collect();
    let mut found = list(session).await?;
    found.retain(|found| !known.contains(&identity(found)));
    Ok(found)
}

async fn judge<E>(found: &FoundTrigger, session: &mut Session<'_, E>) -> Result<Problem, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let (table, trigger) = (table_of(found), found.trigger_name.clone());
    let left_over = |leftover| Problem::Leftover {
        table: table.clone(),
        trigger: trigger.clone(),
        breaks: breaks(leftover).to_owned(),
    };
    let Some(spec) = spec_of::<E>(found) else { return Ok(left_over(Leftover::IsAltered)) };
    let columns = catalog::columns(spec.find_columns(engine::<E>()), session).await?;
    if columns.iter().any(|column| column.is_named(spec.version(), engine::<E>())) {
        return Ok(Problem::Unused { table, trigger });
    }
    Ok(left_over(Leftover::NamesAMissingColumn))
}

fn spec_of<E: Executor>(found: &FoundTrigger) -> Option<TriggerSpec> {
    let version = found.version(engine::<E>())?;
    let spec = TriggerSpec::new(table_of(found), [""; 0], version);
    Some(match &found.table_schema {
        Some(schema) => spec.in_schema(schema),
        None => spec,
    })
}

fn table_of(found: &FoundTrigger) -> String {
    found.table_name.clone().unwrap_or_default()
}

fn is_same(one: &FoundTrigger, other: &FoundTrigger) -> bool {
    identity(one) == identity(other)
}

fn identity(found: &FoundTrigger) -> (&Option<String>, &Option<String>, &String) {
    (&found.table_schema, &found.table_name, &found.trigger_name)
}
