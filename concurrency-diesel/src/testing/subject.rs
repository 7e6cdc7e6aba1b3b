//! How `check_model` looks for faults: one function for each guarantee tries to break it in a savepoint of its own.

use std::collections::HashSet;
use std::marker::PhantomData;
use std::time::Duration;

use concurrency_core::{Advance, RetryPolicy, VersionField, VersionValue};
use diesel::connection::LoadConnection;
use diesel::result::{Error as DieselError, QueryResult};

use super::finding::{Finding, Guarantee};
use crate::backend::ConcurrencyBackend;
use crate::bind::VersionOn;
use crate::concurrent::{ConcurrentOn, table_path};
use crate::dsl::ConcurrentDsl as _;
use crate::error::ConcurrencyError;
use crate::executor::{Blocking, Session, now};
use crate::outcome::version_value;
use crate::retry;
use crate::statement::{SelectDatabase, Source, Update};
use crate::table::{self, CatalogFacts, Rollback};
use crate::transaction_concurrent::transaction_concurrent;
use crate::triggers::{self, CatalogBackend};

/// How often a transaction is made to conflict.
const RETRIES: usize = 4;

/// Everything that is wrong with the model or its table.
pub(super) fn findings<T, C>(
    conn: &mut C,
    load: impl FnMut(&mut C) -> QueryResult<T>,
    edit: impl FnMut(&mut T),
) -> Vec<Finding>
where
    C: LoadConnection<Backend: CatalogBackend>,
    T: ConcurrentOn<C::Backend>,
{
    match now(table::facts::<T, _>(&mut Blocking::session(conn))) {
        Ok(CatalogFacts { rollback: Rollback::Impossible(error), .. }) => {
            return vec![Finding { guarantee: Guarantee::RollsBack, problem: error.to_string() }];
        }
        Ok(_) => {}
        Err(error) => {
            let problem = format!("the catalog cannot be asked for the table: {error}");
            return vec![Finding { guarantee: Guarantee::RollsBack, problem }];
        }
    }
    let mut subject = Subject { load, edit, types: PhantomData };
    let before = match subject.row_version(conn) {
        Ok(version) => version,
        Err(problem) => return vec![Finding { guarantee: Guarantee::Loads, problem }],
    };
    let mut findings = Vec::new();
    let mut check = |guarantee, conn: &mut C, attempt: &mut dyn FnMut(&mut C) -> Result<(), Problem>| {
        if let Err(problem) = rolled_back(conn, attempt) {
            findings.push(Finding { guarantee, problem });
        }
    };
    let whole = rolled_back(conn, &mut |conn| {
        check(Guarantee::CurrentDatabase, conn, &mut |conn| reaches_the_current_database::<T, C>(conn));
        check(Guarantee::OneStep, conn, &mut |conn| subject.moves_by_one_step(conn));
        check(Guarantee::StaleSave, conn, &mut |conn| subject.refuses_a_stale_save(conn));
        check(Guarantee::StaleDelete, conn, &mut |conn| subject.refuses_a_stale_delete(conn));
        check(Guarantee::Retry, conn, &mut |conn| subject.retries_without_loss(conn));
        check(Guarantee::Trigger, conn, &mut |conn| subject.has_its_trigger(conn));
        Ok(())
    });
    let after = whole.and_then(|()| subject.row_version(conn));
    let problem = match after {
        Ok(after) if after == before => return findings,
        Ok(after) => format!(
            "the row was at version {before}, and is at {after} after the rollback; keep the table in an engine with transactions, and let `load` and `edit` commit nothing"
        ),
        Err(problem) => problem,
    };
    findings.push(Finding { guarantee: Guarantee::RollsBack, problem });
    findings
}

/// What was seen, and what to do.
type Problem = String;

/// Runs the attempt in a transaction or savepoint that is rolled back, whatever the outcome.
fn rolled_back<C>(conn: &mut C, attempt: &mut dyn FnMut(&mut C) -> Result<(), Problem>) -> Result<(), Problem>
where
    C: LoadConnection<Backend: CatalogBackend>,
{
    let mut outcome = Ok(());
    let ended = transaction_concurrent(conn, (), |conn, ()| {
        outcome = attempt(conn);
        Err::<(), _>(DieselError::RollbackTransaction)
    });
    match ended {
        Ok(()) | Err(DieselError::RollbackTransaction) => outcome,
        Err(error) => outcome.and(Err(format!("the transaction failed: {error}"))),
    }
}

/// The model under test.
struct Subject<T, C, L, E> {
    load: L,
    edit: E,
    types: PhantomData<fn(&mut C) -> T>,
}

impl<T, C, L, E> Subject<T, C, L, E>
where
    C: LoadConnection<Backend: CatalogBackend>,
    T: ConcurrentOn<C::Backend>,
    L: FnMut(&mut C) -> QueryResult<T>,
    E: FnMut(&mut T),
{
    fn moves_by_one_step(&mut self, conn: &mut C) -> Result<(), Problem> {
        let mut record = self.load(conn)?;
        let before = record.__version_value();
        let next = T::VersionField::next(record.__version()).as_ref().map(version_value::<T>);
        self.edit_and_save(&mut record, conn)?;
        let memory = record.__version_value();
        let row = self.row_version(conn)?;
        if memory != row {
            return Err(format!(
                "after a save the record is at version {memory} and its row at {row}; look for a trigger or a column type that changes the version"
            ));
        }
        if row == before {
            return Err(format!(
                "the version stayed at {row} when an edited record was saved; let `edit` change a field that counts each time, and the version field advance"
            ));
        }
        let is_counted = matches!(T::VersionField::__ADVANCE, Advance::IfChanged);
        if is_counted && Some(&row) != next.as_ref() {
            return Err(format!(
                "one save moved the version from {before} to {row}; look for a trigger that moves it, too"
            ));
        }
        Ok(())
    }

    fn refuses_a_stale_save(&mut self, conn: &mut C) -> Result<(), Problem> {
        let (mut stale, found) = self.stale(conn)?;
        (self.edit)(&mut stale);
        refused("save", &stale.__version_value(), &found, save(&mut stale, conn))?;
        self.stayed("save", &found, conn)
    }

    fn refuses_a_stale_delete(&mut self, conn: &mut C) -> Result<(), Problem> {
        let (stale, found) = self.stale(conn)?;
        let deleted = conn.transaction(|conn| stale.delete_concurrent(conn));
        refused("delete", &stale.__version_value(), &found, deleted)?;
        self.stayed("delete", &found, conn)
    }

    /// In each round the first attempt has a stale copy, and the second loads anew.
    fn retries_without_loss(&mut self, conn: &mut C) -> Result<(), Problem> {
        let policy = RetryPolicy::default().max_attempts(3).first_pause(Duration::ZERO);
        let mut versions = HashSet::from([self.row_version(conn)?]);
        for _ in 0..RETRIES {
            let (stale, theirs) = self.stale(conn)?;
            let mut stale = Some(stale);
            let mut attempts: usize = 0;
            let mine = retry::run(conn, &policy, ConcurrencyError::is_retryable, |conn| {
                attempts = attempts.saturating_add(1);
                let mut record = match stale.take() {
                    Some(stale) => stale,
                    None => (self.load)(conn)?,
                };
                (self.edit)(&mut record);
                save(&mut record, conn)?;
                Ok::<_, ConcurrencyError>(record.__version_value())
            });
            let mine = mine.map_err(|error| format!("the transaction failed after {attempts} attempts: {error}"))?;
            if attempts != 2 {
                return Err(format!("{attempts} attempts were made, and not 2; a stale copy must be refused once"));
            }
            versions.extend([theirs, mine]);
        }
        let saves = RETRIES.saturating_mul(2);
        let moves = versions.len().saturating_sub(1);
        if moves != saves {
            return Err(format!("{saves} saves succeeded, and the version moved {moves} times"));
        }
        Ok(())
    }

    /// A model that declares no trigger cannot miss one.
    fn has_its_trigger(&mut self, conn: &mut C) -> Result<(), Problem> {
        if !T::VersionField::__EVERY_WRITE_COUNTS || T::VersionField::__ADVANCE == Advance::ByDatabase {
            return Ok(());
        }
        let problems = triggers::check_specs(&[triggers::spec_of::<T, C::Backend>()], conn)
            .map_err(|error| format!("the trigger cannot be looked for: {error}"))?;
        if let Some(problem) = problems.first() {
            return Err(problem.to_string());
        }
        let record = self.load(conn)?;
        let next = T::VersionField::next(record.__version()).as_ref().map(version_value::<T>);
        write_as_another_program(&record, &mut Blocking::session(conn))
            .map_err(|error| format!("the row cannot be written: {error}"))?;
        let row = self.row_version(conn)?;
        if Some(&row) != next.as_ref() {
            let before = record.__version_value();
            return Err(format!("the write of another program moved the version from {before} to {row}"));
        }
        Ok(())
    }

    fn load(&mut self, conn: &mut C) -> Result<T, Problem> {
        (self.load)(conn).map_err(|error| format!("`load` failed: {error}; let it find a row that is there"))
    }

    fn row_version(&mut self, conn: &mut C) -> Result<VersionValue, Problem> {
        Ok(self.load(conn)?.__version_value())
    }

    fn edit_and_save(&mut self, record: &mut T, conn: &mut C) -> Result<(), Problem> {
        (self.edit)(record);
        save(record, conn).map_err(|error| format!("a fresh copy cannot be saved: {error}"))
    }

    /// Returns a copy over which another writer has saved, and the row's version.
    fn stale(&mut self, conn: &mut C) -> Result<(T, VersionValue), Problem> {
        let stale = self.load(conn)?;
        let mut theirs = self.load(conn)?;
        self.edit_and_save(&mut theirs, conn)?;
        Ok((stale, self.row_version(conn)?))
    }

    /// Checks that the row is as it was before the refused write.
    fn stayed(&mut self, write: &str, before: &VersionValue, conn: &mut C) -> Result<(), Problem> {
        let row = self.row_version(conn)?;
        if row == *before {
            return Ok(());
        }
        Err(format!("a refused {write} moved the version from {before} to {row}"))
    }
}

/// A table that names its schema is the same in every database.
fn reaches_the_current_database<T, C>(conn: &mut C) -> Result<(), Problem>
where
    C: LoadConnection<Backend: CatalogBackend>,
    T: ConcurrentOn<C::Backend>,
{
    if C::Backend::__CURRENT_DATABASE.is_none() || table_path::<T, C::Backend>().len() > 1 {
        return Ok(());
    }
    let session = &mut Blocking::session(conn);
    let kept = now(T::Version::__load_numbers(SelectDatabase::<true>, session));
    let current = now(T::Version::__load_numbers(SelectDatabase::<false>, session));
    match (kept, current) {
        (Ok(kept), Ok(current)) if kept == current => Ok(()),
        (Ok(_), Ok(_)) => Err(
            "`USE` changed the database, and statements that are kept prepared stay in the one before; take a connection for each database, name the schema in `table!`, or switch the connection's statement cache off".to_owned(),
        ),
        (Err(error), _) | (_, Err(error)) => Err(format!("the current database cannot be asked for: {error}")),
    }
}

/// Checks that a write was refused as the conflict that it was.
fn refused(
    write: &str,
    expected: &VersionValue,
    found: &VersionValue,
    outcome: Result<(), ConcurrencyError>,
) -> Result<(), Problem> {
    match outcome {
        Err(ConcurrencyError::RecordModified(error)) if error.expected == *expected && error.found == *found => Ok(()),
        Err(error) => Err(format!(
            "the {write} of a copy at version {expected} over a row at {found} came out as another error: {error}"
        )),
        Ok(()) => Err(format!(
            "the {write} of a stale copy went through: the copy was at version {expected}, and the row at {found} after somebody else's save"
        )),
    }
}

/// Saves in a savepoint. So xmin moves, and on PostgreSQL an error leaves the rest of the transaction usable.
fn save<T, C>(record: &mut T, conn: &mut C) -> Result<(), ConcurrencyError>
where
    C: LoadConnection<Backend: CatalogBackend>,
    T: ConcurrentOn<C::Backend>,
{
    conn.transaction(|conn| record.save_concurrent(conn))
}

/// Writes the row as a program that knows nothing of versions does.
fn write_as_another_program<T, C>(record: &T, session: &mut Session<'_, Blocking<C>>) -> QueryResult<usize>
where
    C: LoadConnection<Backend: CatalogBackend>,
    T: ConcurrentOn<C::Backend>,
{
    let serialized = record.__serialize();
    let source = Source { record, serialized: &serialized };
    now(session.execute(Update::new(source, source.same_row(), source.any_version())))
}
