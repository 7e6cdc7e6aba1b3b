//! Creates, drops, lists and checks triggers in a session. Core knows the statements.

use concurrency_core::{FoundTrigger, TriggerSpec};
use diesel::result::QueryResult;

use super::catalog::{self, CatalogBackend};
use super::error::Error;
use super::models::distinct;
use super::plan::{Step, plan_create, plan_drop};
use super::problem::Problem;
use super::survey::{Surveyed, Surveyor};
use super::{engine, shown};
use crate::backend::ConcurrencyBackend as _;
use crate::error::is_lock_timeout;
use crate::executor::{Executor, Session, Transactions};
use crate::transaction::Explanation;

pub(crate) use super::plan::OtherForm;

/// Creates the triggers that do not exist, and returns those that it created.
pub(crate) async fn create<E>(
    specs: &[TriggerSpec],
    other_form: OtherForm,
    session: &mut Session<'_, E>,
) -> Result<Vec<TriggerSpec>, Error>
where
    E: Transactions<Backend: CatalogBackend>,
{
    let specs = &distinct(specs.to_vec());
    let mut tries = 0_u32;
    loop {
        match create_once(specs, other_form, session).await {
            // Other programs that do the same may have been first: plan anew what is left to do.
            Err(Error::Database(error)) if tries < MOST_TRIES && !is_lock_timeout(&error) => {
                tries = tries.saturating_add(1);
            }
            Err(error) => return Err(with_holders(error, specs, session).await),
            created => return created,
        }
    }
}

async fn create_once<E>(
    specs: &[TriggerSpec],
    other_form: OtherForm,
    session: &mut Session<'_, E>,
) -> Result<Vec<TriggerSpec>, Error>
where
    E: Transactions<Backend: CatalogBackend>,
{
    let steps = plan_create(specs, other_form, session).await?;
    carry_out(&steps, session).await?;
    Ok(steps.into_iter().filter(|step| step.creates).map(|step| step.spec).collect())
}

/// Enough for this many programs that start at once, some of them with other wishes.
const MOST_TRIES: u32 = 20;

/// Adds to the error who holds the table.
async fn with_holders<E>(error: Error, specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Error
where
    E: Executor<Backend: CatalogBackend>,
{
    let (table, source) = match error {
        Error::InUse { table, source, .. } => (table, source),
        // SQLite locks the whole database, and reports it before any statement about a table.
        Error::Database(error) if is_lock_timeout(&error) => {
            (specs.first().map(shown).unwrap_or_default(), Box::new(error))
        }
        error => return error,
    };
    let query = specs.iter().find(|spec| shown(spec) == table).and_then(|spec| spec.find_holders(engine::<E>()));
    let holders = match query {
        // Without the right to ask, no holder is named.
        Some(query) => catalog::columns(query, session).await.unwrap_or_default(),
        None => Vec::new(),
    };
    Error::InUse { table, holders: holders.into_iter().map(|holder| holder.column_name).collect(), source }
}

/// Drops the triggers that exist.
pub(crate) async fn drop<E>(specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Result<(), Error>
where
    E: Transactions<Backend: CatalogBackend>,
{
    let mut tries = 0_u32;
    loop {
        match drop_once(specs, session).await {
            // Other programs that create or drop them may have been first.
            Err(Error::Database(error)) if tries < MOST_TRIES && !is_lock_timeout(&error) => {
                tries = tries.saturating_add(1);
            }
            Err(error) => return Err(with_holders(error, specs, session).await),
            Ok(()) => return Ok(()),
        }
    }
}

async fn drop_once<E>(specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Result<(), Error>
where
    E: Transactions<Backend: CatalogBackend>,
{
    let steps = plan_drop(specs, session).await?;
    carry_out(&steps, session).await
}

/// Sends what was planned: in one transaction, if the engine can roll back CREATE and DROP.
pub(super) async fn carry_out<E>(steps: &[Step], session: &mut Session<'_, E>) -> Result<(), Error>
where
    E: Transactions<Backend: CatalogBackend>,
{
    if steps.is_empty() || !E::Backend::__TRANSACTIONAL_DDL {
        return send(steps, session).await;
    }
    let mut transaction = session.begin().await?;
    let sent = send(steps, &mut transaction.session()).await;
    transaction.end(sent, |_| Explanation::Told).await
}

/// While a statement waits for its table, everyone behind it waits, too. So it waits at most five seconds.
async fn send<E>(steps: &[Step], session: &mut Session<'_, E>) -> Result<(), Error>
where
    E: Transactions<Backend: CatalogBackend>,
{
    let Some((set, put_back)) = engine::<E>().lock_limit().filter(|_| !steps.is_empty()) else {
        return send_all(steps, session).await;
    };
    let mut limited = Limited::begin(set, put_back, session).await?;
    let sent = send_all(steps, &mut limited.session()).await;
    let is_put_back = limited.end().await;
    // After an error a transaction refuses everything, and takes the limit with it when it is rolled back.
    sent.and_then(|()| Ok(is_put_back?))
}

/// A session whose limit for locks is ours.
///
/// If a panic or a dropped future ends it early, the session gets its own limit back, if that needs no waiting.
/// Otherwise the connection is marked as broken.
struct Limited<'c, E: Transactions> {
    connection: &'c mut E::Connection,
    /// What puts the session's own limit back, once it is known that it was kept.
    put_back: Option<&'static str>,
    is_over: bool,
}

impl<'c, E: Transactions> Limited<'c, E> {
    async fn begin(set: &str, put_back: &'static str, session: &'c mut Session<'_, E>) -> QueryResult<Self> {
        let mut limited = Self { connection: &mut *session.0, put_back: None, is_over: false };
        let set = E::batch(limited.connection, set).await;
        (limited.put_back, limited.is_over) = (Some(put_back), set.is_err());
        set.map(|()| limited)
    }

    fn session(&mut self) -> Session<'_, E> {
        Session(self.connection)
    }

    async fn end(mut self) -> QueryResult<()> {
        let is_put_back = match self.put_back {
            Some(put_back) => E::batch(self.connection, put_back).await,
            None => Ok(()),
        };
        self.is_over = true;
        is_put_back
    }
}

impl<E: Transactions> Drop for Limited<'_, E> {
    fn drop(&mut self) {
        // The transaction around it takes the limit with it.
        if !self.is_over && !E::Backend::__TRANSACTIONAL_DDL {
            E::put_back(self.connection, self.put_back);
        }
    }
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

/// Returns what is wrong with the triggers.
pub(crate) async fn check<E>(specs: &[TriggerSpec], session: &mut Session<'_, E>) -> Result<Vec<Problem>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    Ok(check_each(specs, session).await?.into_iter().flatten().collect())
}

/// Returns what is wrong with each of the triggers.
pub(crate) async fn check_each<E>(
    specs: &[TriggerSpec],
    session: &mut Session<'_, E>,
) -> Result<Vec<Vec<Problem>>, Error>
where
    E: Executor<Backend: CatalogBackend>,
{
    let (mut checked, surveyor) = (Vec::with_capacity(specs.len()), Surveyor::of(specs, session).await?);
    for spec in specs {
        checked.push(problems_of::<E>(&surveyor.survey(spec, session).await?)?);
    }
    Ok(checked)
}

/// Returns what is wrong with the triggers of a table and of those that inherit from it.
pub(super) fn problems_of<E: Executor>(tables: &[Surveyed]) -> Result<Vec<Problem>, Error> {
    let mut problems = Vec::new();
    for table in tables {
        table.usable::<E>()?;
        problems.extend(Problem::of_table::<E>(table)?);
    }
    Ok(problems)
}
