//! Creates, drops, lists and checks triggers, in a session. What is sent for each, core knows.

use concurrency_core::{FoundTrigger, TriggerSpec};

use super::catalog::{self, CatalogBackend};
use super::error::Error;
use super::models::distinct;
use super::plan::{Step, plan_create, plan_drop};
use super::problem::Problem;
use super::survey::survey;
use super::{engine, shown};
use crate::backend::ConcurrencyBackend as _;
use crate::executor::{Executor, Session, Transactions};

pub(crate) use super::plan::OtherForm;

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
        Ok(()) => Ok(steps.into_iter().filter(|step| step.creates).map(|step| step.spec).collect()),
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

/// While a statement waits for its table, everybody who comes after it waits, too: it waits five seconds at most.
async fn send<E>(steps: &[Step], session: &mut Session<'_, E>) -> Result<(), Error>
where
    E: Transactions<Backend: CatalogBackend>,
{
    let Some((set, put_back)) = engine::<E>().lock_limit().filter(|_| !steps.is_empty()) else {
        return send_all(steps, session).await;
    };
    session.batch(set).await?;
    let sent = send_all(steps, session).await;
    let is_put_back = session.batch(put_back).await;
    // After an error a transaction refuses everything, and takes the limit with it when it is rolled back.
    sent.and_then(|()| Ok(is_put_back?))
}

async fn send_all<E>(steps: &[Step], session: &mut Session<'_, E>) -> Result<(), Error>
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
    let found = catalog::triggers(engine::<E>().list_triggers(), session).await?;
    Ok(found.into_iter().filter(|trigger| trigger.is_ours(engine::<E>())).collect())
}

/// What is wrong with the triggers.
pub(crate) async fn check<E>(specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Result<Vec<Problem>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let mut problems = Vec::new();
    for spec in specs {
        for table in survey(spec, session).await? {
            table.usable::<E>()?;
            problems.extend(Problem::of_table::<E>(&table)?);
        }
    }
    Ok(problems)
}
