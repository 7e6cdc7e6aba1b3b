//! Creates, drops, lists and checks triggers, in a session. Whether in a transaction is for the caller to say.

use concurrency_core::{Engine, FoundColumn, FoundTrigger, TriggerSpec, TriggerState};
use diesel::result::QueryResult;

use super::catalog::{self, CatalogBackend, Scripts};
use super::error::Error;
use crate::backend::ConcurrencyBackend as _;
use crate::executor::{Executor, Session};

/// What is wrong with the trigger of a model. Tables are shown as they are named, `schema.table` where a schema is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Found when there is no such trigger.
    #[error("{table} has no trigger {trigger}; create it")]
    Missing {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
    },

    /// Found when the trigger is ours, and does not do what it should.
    #[error("the trigger {trigger} of {table} was altered; create it anew")]
    Altered {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
        /// What the database keeps of it.
        found: String,
    },

    /// Found when the trigger is there and does not fire.
    #[error("the trigger {trigger} of {table} is disabled; enable it, or create it anew")]
    Disabled {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
    },

    /// Found when the trigger of another table has the name.
    #[error("the trigger {trigger}, meant for {table}, stands on the table {found}; name one of them yourself")]
    OnAnotherTable {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
        /// The table that it stands on.
        found: String,
    },

    /// Found when a trigger that is not ours has the name, or on PostgreSQL a function.
    #[error("the name {trigger}, meant for the trigger of {table}, belongs to one that this library did not make")]
    Foreign {
        /// The table.
        table: String,
        /// The trigger's name.
        trigger: String,
    },
}

/// Creates the triggers that are not there.
pub(crate) async fn create<E>(specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Result<(), Error>
where
    E: Scripts<Backend: CatalogBackend>,
{
    for spec in specs {
        let columns = usable_columns(spec, session).await?;
        let found = triggers(spec, session).await?;
        match spec.state(engine::<E>(), &found) {
            TriggerState::Intact(_) => continue,
            TriggerState::Foreign(_) => {
                return Err(Error::ForeignTrigger { table: shown(spec), trigger: spec.name() });
            }
            TriggerState::OnAnotherTable(trigger) => {
                let found = trigger.table_name.clone().unwrap_or_default();
                return Err(Error::OnAnotherTable { table: shown(spec), trigger: spec.name(), found });
            }
            state => {
                for obsolete in of_spec(spec, state, &found) {
                    send(spec, &obsolete.drop(engine::<E>()), session).await?;
                }
            }
        }
        // Where no schema is named, the function must still stand beside the table.
        let schema = columns.first().and_then(|column| column.table_schema.clone());
        let placed = schema.map_or_else(|| spec.clone(), |schema| spec.clone().in_schema(schema));
        send(spec, &placed.create(engine::<E>()), session).await?;
    }
    Ok(())
}

/// Drops the triggers that are there.
pub(crate) async fn drop<E>(specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Result<(), Error>
where
    E: Scripts<Backend: CatalogBackend>,
{
    for spec in specs {
        columns(spec, session).await?;
        let found = triggers(spec, session).await?;
        let state = spec.state(engine::<E>(), &found);
        if let TriggerState::Foreign(_) = state {
            return Err(Error::ForeignTrigger { table: shown(spec), trigger: spec.name() });
        }
        for obsolete in of_spec(spec, state, &found) {
            send(spec, &obsolete.drop(engine::<E>()), session).await?;
        }
    }
    Ok(())
}

/// Our triggers in the connection's database.
pub(crate) async fn list<E>(session: &mut Session<'_, E>) -> Result<Vec<FoundTrigger>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    Ok(catalog::triggers(engine::<E>().list_triggers(), session).await?)
}

/// What is wrong with the triggers.
pub(crate) async fn check<E>(specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Result<Vec<Problem>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let mut problems = Vec::new();
    for spec in specs {
        usable_columns(spec, session).await?;
        let found = triggers(spec, session).await?;
        problems.extend(problem(spec, spec.state(engine::<E>(), &found)));
    }
    Ok(problems)
}

fn problem(spec: &TriggerSpec, state: TriggerState<'_>) -> Option<Problem> {
    let table = shown(spec);
    let named = |found: &FoundTrigger| found.trigger_name.clone();
    match state {
        TriggerState::Intact(_) => None,
        TriggerState::Altered(found) => Some(Problem::Altered { table, trigger: named(found), found: found.text() }),
        TriggerState::Disabled(found) => Some(Problem::Disabled { table, trigger: named(found) }),
        TriggerState::OnAnotherTable(found) => {
            let trigger = named(found);
            Some(Problem::OnAnotherTable { table, trigger, found: found.table_name.clone().unwrap_or_default() })
        }
        TriggerState::Foreign(found) => Some(Problem::Foreign { table, trigger: named(found) }),
        _ => Some(Problem::Missing { table, trigger: spec.name() }),
    }
}

/// What is there of a spec's own trigger: the trigger in whatever state, or a function that was left over.
fn of_spec<'f>(
    spec: &TriggerSpec,
    state: TriggerState<'f>,
    found: &'f [FoundTrigger],
) -> impl Iterator<Item = &'f FoundTrigger> {
    let trigger = match state {
        TriggerState::Intact(trigger) | TriggerState::Altered(trigger) | TriggerState::Disabled(trigger) => {
            Some(trigger)
        }
        _ => None,
    };
    let name = spec.name();
    let is_left_over = move |other: &&FoundTrigger| {
        other.table_name.is_none()
            && other.is_ours()
            && other.trigger_name == name
            && trigger.is_none_or(|trigger| trigger.function_name != other.function_name)
    };
    trigger.into_iter().chain(found.iter().filter(is_left_over))
}

/// The columns of the table, which must be there.
async fn columns<E>(spec: &TriggerSpec, session: &mut Session<'_, E>) -> Result<Vec<FoundColumn>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let columns = catalog::columns(spec.find_columns(engine::<E>()), session).await?;
    if columns.is_empty() { Err(Error::MissingTable { table: shown(spec) }) } else { Ok(columns) }
}

/// The columns of the table, among which the key and a version that counts must be.
async fn usable_columns<E>(spec: &TriggerSpec, session: &mut Session<'_, E>) -> Result<Vec<FoundColumn>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let columns = columns(spec, session).await?;
    let find = |name: &str| columns.iter().find(|column| column.column_name.eq_ignore_ascii_case(name));
    let missing = |name: &str| Error::MissingColumn { table: shown(spec), column: name.to_owned() };
    if let Some(name) = spec.key().iter().find(|name| find(name).is_none()) {
        return Err(missing(name));
    }
    let version = find(spec.version()).ok_or_else(|| missing(spec.version()))?;
    if version.counts(engine::<E>()) {
        return Ok(columns);
    }
    let found = version.data_type.clone();
    Err(Error::VersionType { table: shown(spec), column: spec.version().to_owned(), found })
}

async fn triggers<E>(spec: &TriggerSpec, session: &mut Session<'_, E>) -> QueryResult<Vec<FoundTrigger>>
where
    E: Executor<Backend: CatalogBackend>,
{
    catalog::triggers(spec.find_triggers(engine::<E>()), session).await
}

async fn send<E>(spec: &TriggerSpec, statements: &[String], session: &mut Session<'_, E>) -> Result<(), Error>
where
    E: Scripts,
{
    for statement in statements {
        E::batch(session, statement).await.map_err(|error| Error::refused(shown(spec), error))?;
    }
    Ok(())
}

const fn engine<E: Executor>() -> Engine {
    E::Backend::__ENGINE
}

/// The table as messages name it.
fn shown(spec: &TriggerSpec) -> String {
    match spec.schema() {
        Some(schema) => format!("{schema}.{}", spec.table()),
        None => spec.table().to_owned(),
    }
}
