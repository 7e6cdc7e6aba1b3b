//! Which statements create and drop triggers in a database as it is. `install` sends them.

use concurrency_core::{FoundTrigger, TriggerSpec, TriggerState, drop_found};

use super::catalog::CatalogBackend;
use super::error::Error;
use super::survey::{Surveyed, Surveyor};
use super::{engine, shown};
use crate::executor::{Executor, Session};

/// The statements about one trigger.
pub(super) struct Step {
    pub(super) spec: TriggerSpec,
    pub(super) statements: Vec<String>,
    /// Whether the statements create the trigger, and do not only drop what is left over.
    pub(super) creates: bool,
}

/// What to do with a trigger that exists in the other form: strict although the spec is not, or the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OtherForm {
    /// Leave it: a model does not say which form its trigger has.
    Stays,
    /// Drop it, and create it in the form of the spec.
    IsReplaced,
}

/// The statements that create the missing triggers. The catalog is queried before any transaction, so that the
/// transaction begins with a write, for which SQLite waits.
pub(super) async fn plan_create<E>(
    specs: &[TriggerSpec],
    other_form: OtherForm,
    session: &mut Session<'_, E>,
) -> Result<Vec<Step>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let (mut steps, surveyor) = (Vec::new(), Surveyor::of(specs, session).await?);
    for spec in specs {
        let tables = surveyor.survey(spec, session).await?;
        steps.extend(create_step::<E>(spec, &tables, other_form)?);
    }
    Ok(steps)
}

/// The step for one trigger, and for those of the tables that inherit from its table. If one is not as it should be,
/// all are created anew.
fn create_step<E: Executor>(
    spec: &TriggerSpec,
    tables: &[Surveyed],
    other_form: OtherForm,
) -> Result<Option<Step>, Error> {
    let (mut spec, mut is_missing) = (spec.clone(), false);
    for table in tables {
        table.usable::<E>()?;
        let state = table.state::<E>();
        refuse_others(&table.spec, state)?;
        is_missing |= match state {
            TriggerState::Intact(_) => false,
            TriggerState::OtherForm(_) => other_form == OtherForm::IsReplaced,
            _ => true,
        };
        // Its own name is free once it is dropped; any other may be taken.
        if let TriggerState::OtherForm(trigger) | TriggerState::Disabled(trigger) | TriggerState::Powerless(trigger) =
            state
        {
            if trigger.trigger_name != spec.name() && table.spec.table() == spec.table() {
                spec = spec.named(trigger.trigger_name.as_str());
            }
        }
    }
    let mut statements = drops::<E>(tables, is_missing);
    if is_missing {
        // If no schema is named, the function must still be in the table's schema.
        let schema = tables.first().and_then(|table| table.columns.first()?.table_schema.clone());
        let placed = schema.map_or_else(|| spec.clone(), |schema| spec.clone().in_schema(schema));
        statements.extend(placed.create(engine::<E>()));
    }
    Ok((!statements.is_empty()).then_some(Step { spec, statements, creates: is_missing }))
}

fn refuse_others(spec: &TriggerSpec, state: TriggerState<'_>) -> Result<(), Error> {
    let (table, trigger) = (shown(spec), spec.name());
    match state {
        TriggerState::Foreign(_) => Err(Error::ForeignTrigger { table, trigger }),
        TriggerState::Hidden(_) => Err(Error::HiddenTrigger { table }),
        TriggerState::OnAnotherTable(found) => {
            let found = found.table_name.clone().unwrap_or_default();
            Err(Error::OnAnotherTable { table, trigger, found })
        }
        _ => Ok(()),
    }
}

/// The statements that drop the triggers that exist.
pub(super) async fn plan_drop<E>(specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Result<Vec<Step>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let (mut steps, surveyor) = (Vec::new(), Surveyor::of(specs, session).await?);
    for spec in specs {
        let tables = surveyor.survey(spec, session).await?;
        for table in &tables {
            match table.state::<E>() {
                // The trigger of another table is left there.
                TriggerState::OnAnotherTable(_) => {}
                state => refuse_others(&table.spec, state)?,
            }
        }
        let statements = drops::<E>(&tables, true);
        if !statements.is_empty() {
            steps.push(Step { spec: spec.clone(), statements, creates: false });
        }
    }
    Ok(steps)
}

/// The statements that drop what is left over. `with_own` also drops the triggers themselves, in whatever state, and
/// their functions.
fn drops<E: Executor>(tables: &[Surveyed], with_own: bool) -> Vec<String> {
    let of_table = |table: &'_ Surveyed| -> Vec<FoundTrigger> {
        let leftovers = table.leftovers::<E>().into_iter().map(|(found, _)| found);
        let own = table.state::<E>().own().into_iter().chain(table.unused_functions::<E>()).filter(|_| with_own);
        leftovers.chain(own).cloned().collect()
    };
    let obsolete: Vec<FoundTrigger> = tables.iter().flat_map(of_table).collect();
    let kept = tables.iter().flat_map(|table| &table.found).filter(|found| !obsolete.contains(found));
    let kept: Vec<FoundTrigger> = kept.cloned().collect();
    drop_found(engine::<E>(), &obsolete, &kept)
}
