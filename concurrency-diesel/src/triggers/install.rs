//! Creates, drops, lists and checks triggers, in a session. What is sent for each, core knows.

use concurrency_core::{Engine, FoundColumn, FoundTrigger, TriggerSpec, TriggerState};
use diesel::result::QueryResult;

use super::catalog::{self, CatalogBackend};
use super::error::Error;
use super::models::distinct;
use super::problem::Problem;
use crate::backend::ConcurrencyBackend as _;
use crate::executor::{Executor, Session, Transactions};

/// The statements about one trigger.
struct Step {
    spec: TriggerSpec,
    statements: Vec<String>,
}

/// What becomes of a trigger that is there in the other form, strict where the spec is not or the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OtherForm {
    /// It does: a model does not say which form its trigger has.
    Stays,
    /// It is dropped, and created in the form of the spec.
    IsReplaced,
}

/// Creates the triggers that are not there; those that it created.
pub(crate) async fn create<E>(
    specs: &[TriggerSpec],
    other_form: OtherForm,
    session: &mut Session<'_, E>,
) -> Result<Vec<TriggerSpec>, Error>
where
    E: Transactions<Backend: CatalogBackend>,
{
    let specs = &distinct(specs.to_vec());
    let steps = plan_create(specs, other_form, session).await?;
    match carry_out(&steps, session).await {
        Ok(()) => Ok(steps.into_iter().map(|step| step.spec).collect()),
        Err(Error::Database(error)) => {
            // Somebody who did the same at the same time may have been first.
            let is_done = plan_create(specs, other_form, session).await.is_ok_and(|steps| steps.is_empty());
            if is_done { Ok(Vec::new()) } else { Err(Error::Database(error)) }
        }
        Err(error) => Err(error),
    }
}

/// Drops the triggers that are there.
pub(crate) async fn drop<E>(specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Result<(), Error>
where
    E: Transactions<Backend: CatalogBackend>,
{
    let steps = plan_drop(specs, session).await?;
    carry_out(&steps, session).await
}

/// What must be sent to create the triggers that are not there. Asked before any transaction, which then begins with a write and
/// on SQLite waits for its turn.
async fn plan_create<E>(
    specs: &[TriggerSpec],
    other_form: OtherForm,
    session: &mut Session<'_, E>,
) -> Result<Vec<Step>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let mut steps = Vec::new();
    for spec in specs {
        let columns = usable_columns(spec, session).await?;
        let found = triggers(spec, session).await?;
        let state = spec.state(engine::<E>(), &found);
        let mut spec = spec.clone();
        match state {
            TriggerState::Intact(_) => continue,
            TriggerState::OtherForm(_) if other_form == OtherForm::Stays => continue,
            // Its name is free once it is dropped; any other may be taken.
            TriggerState::OtherForm(trigger) if trigger.trigger_name != spec.name() => {
                spec = spec.named(trigger.trigger_name.as_str());
            }
            TriggerState::Foreign(_) => return Err(foreign(&spec)),
            TriggerState::OnAnotherTable(trigger) => {
                let found = trigger.table_name.clone().unwrap_or_default();
                return Err(Error::OnAnotherTable { table: shown(&spec), trigger: spec.name(), found });
            }
            _ => {}
        }
        let mut statements = drops::<E>(state, &found);
        // Where no schema is named, the function must still stand beside the table.
        let schema = columns.first().and_then(|column| column.table_schema.clone());
        let placed = schema.map_or_else(|| spec.clone(), |schema| spec.clone().in_schema(schema));
        statements.extend(placed.create(engine::<E>()));
        steps.push(Step { spec, statements });
    }
    Ok(steps)
}

/// What must be sent to drop the triggers that are there.
async fn plan_drop<E>(specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Result<Vec<Step>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let mut steps = Vec::new();
    for spec in specs {
        columns(spec, session).await?;
        let found = triggers(spec, session).await?;
        let state = spec.state(engine::<E>(), &found);
        if let TriggerState::Foreign(_) = state {
            return Err(foreign(spec));
        }
        let statements = drops::<E>(state, &found);
        if !statements.is_empty() {
            steps.push(Step { spec: spec.clone(), statements });
        }
    }
    Ok(steps)
}

/// Sends what was planned: as a whole, where the engine can take back what it created and dropped.
async fn carry_out<E>(steps: &[Step], session: &mut Session<'_, E>) -> Result<(), Error>
where
    E: Transactions<Backend: CatalogBackend>,
{
    if steps.is_empty() || !E::Backend::__TRANSACTIONAL_DDL {
        return send(steps, session).await;
    }
    let mut transaction = session.begin().await?;
    let sent = send(steps, &mut transaction.session()).await;
    transaction.end(sent, |_| true).await
}

async fn send<E>(steps: &[Step], session: &mut Session<'_, E>) -> Result<(), Error>
where
    E: Transactions,
{
    for step in steps {
        for statement in &step.statements {
            session.batch(statement).await.map_err(|error| Error::refused(&shown(&step.spec), error))?;
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
        problems.extend(Problem::of(spec, spec.state(engine::<E>(), &found)));
    }
    Ok(problems)
}

/// The statements that drop what is there of a spec's own trigger: the trigger in whatever state, and a function that was left
/// over.
fn drops<E: Executor>(state: TriggerState<'_>, found: &[FoundTrigger]) -> Vec<String> {
    let trigger = match state {
        TriggerState::Intact(trigger)
        | TriggerState::OtherForm(trigger)
        | TriggerState::Altered(trigger)
        | TriggerState::Disabled(trigger) => Some(trigger),
        _ => None,
    };
    let is_left_over = |other: &&FoundTrigger| {
        other.table_name.is_none()
            && other.is_ours()
            && trigger.is_none_or(|trigger| trigger.function_name != other.function_name)
    };
    let obsolete = trigger.into_iter().chain(found.iter().filter(is_left_over));
    obsolete.flat_map(|obsolete| obsolete.drop(engine::<E>())).collect()
}

fn foreign(spec: &TriggerSpec) -> Error {
    Error::ForeignTrigger { table: shown(spec), trigger: spec.name() }
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

const fn engine<E: Executor>() -> Engine {
    E::Backend::__ENGINE
}

/// The table as messages name it.
pub(super) fn shown(spec: &TriggerSpec) -> String {
    match spec.schema() {
        Some(schema) => format!("{schema}.{}", spec.table()),
        None => spec.table().to_owned(),
    }
}
