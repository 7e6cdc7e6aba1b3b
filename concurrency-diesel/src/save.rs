//! The way of every write: record, statement, rows affected, outcome. Memory changes only after the database said yes.

use concurrency_core::{Advance, VersionField};
use diesel::connection::LoadConnection;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::{AsChangeset, RunQueryDsl};

use crate::backend::{ConcurrencyBackend, ReadBack};
use crate::bind::VersionOn;
use crate::concurrent::ConcurrentOn;
use crate::error::Error;
use crate::outcome::{self, Outcome};
use crate::statement::{
    Changes, Committed, Delete, LastInsertId, Lock, ReturningVersion, SelectVersion, Source, Update,
};

/// Writes the record's columns and the next version.
pub(crate) fn save<T, C>(record: &mut T, connection: &mut C) -> Result<(), Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    let serialized = record.__serialize();
    let source = Source { record: &*record, serialized: &serialized };
    let guard = source.version_is(record.__version());
    let version = match T::VersionField::__ADVANCE {
        Advance::Assigned => {
            let next = next_version::<T, C>(record.__version())?;
            let set = source.with_columns(source.assign(&next));
            send(source, Update::new(source, set, guard), connection)?;
            next
        }
        Advance::IfChanged { signed } => {
            // At the maximum a save is refused whether or not it would advance the version.
            next_version::<T, C>(record.__version())?;
            let set = source.with_columns(source.advance_if_changed(signed));
            send_and_read_back(source, Update::new(source, set, guard), signed, connection)?
        }
        Advance::ByDatabase => {
            send_and_read_back(source, Update::new(source, source.columns(), guard), false, connection)?
        }
    };
    record.__set_version(version);
    Ok(())
}

/// Writes the record's columns and leaves the version, where the version can be left.
pub(crate) fn save_without_increment<T, C>(record: &mut T, connection: &mut C) -> Result<(), Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    if T::VersionField::__ADVANCE == Advance::ByDatabase {
        return save(record, connection);
    }
    let serialized = record.__serialize();
    let source = Source { record: &*record, serialized: &serialized };
    let set = source.with_columns(source.keep());
    send(source, Update::new(source, set, source.version_is(record.__version())), connection)
}

/// Writes the next version and nothing else.
pub(crate) fn touch<T, C>(record: &mut T, connection: &mut C) -> Result<(), Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    let version = advance(record, connection)?;
    record.__set_version(version);
    Ok(())
}

/// Advances the row's version, and nothing else, past the record's.
fn advance<T, C>(record: &T, connection: &mut C) -> Result<T::Version, Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    let serialized = record.__serialize();
    let source = Source { record, serialized: &serialized };
    let guard = source.version_is(record.__version());
    if T::VersionField::__ADVANCE == Advance::ByDatabase {
        return send_and_read_back(source, Update::new(source, source.same_row(), guard), false, connection);
    }
    let next = next_version::<T, C>(record.__version())?;
    send(source, Update::new(source, source.assign(&next), guard), connection)?;
    Ok(next)
}

/// Writes a changeset of the user's and the next version, which it returns.
pub(crate) fn update<T, U, C>(record: &T, changes: U, connection: &mut C) -> Result<T::Version, Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
    U: AsChangeset<Target = T::Table, Changeset: QueryFragment<C::Backend>>,
{
    let changes = changes.as_changeset();
    let serialized = record.__serialize();
    let source = Source { record, serialized: &serialized };
    let guard = source.version_is(record.__version());
    if T::VersionField::__ADVANCE == Advance::ByDatabase {
        return if is_empty::<C::Backend>(&changes) {
            advance(record, connection)
        } else {
            send_and_read_back(source, Update::new(source, Changes(changes), guard), false, connection)
        };
    }
    let next = next_version::<T, C>(record.__version())?;
    let set = Changes((changes, source.assign(&next)));
    send(source, Update::new(source, set, guard), connection)?;
    Ok(next)
}

/// Whether a changeset sets nothing, asked by its text: Diesel's own answer is closed to us.
fn is_empty<DB: ConcurrencyBackend>(changes: &impl QueryFragment<DB>) -> bool {
    diesel::debug_query::<DB, _>(changes).to_string().starts_with(" -- binds: ")
}

/// Deletes the record's row.
pub(crate) fn delete<T, C>(record: &T, connection: &mut C) -> Result<(), Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    let serialized = record.__serialize();
    let source = Source { record, serialized: &serialized };
    send(source, Delete::new(source, source.version_is(record.__version())), connection)
}

/// Reads the row's version under the lock `L` and compares it with the record's.
pub(crate) fn check<T, C, L>(record: &T, connection: &mut C) -> Result<(), Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
    L: Lock,
{
    let serialized = record.__serialize();
    let source = Source { record, serialized: &serialized };
    match found_version::<T, C, L>(source, connection)? {
        Some(found) if outcome::is_current(record, &found) => Ok(()),
        Some(found) => Err(outcome::refusal::<T, C::Backend>(record, record.__version(), Some(&found))),
        // Row security may hide from a locking read what a plain one shows.
        None => Err(refused(source, connection)),
    }
}

/// The version after this one.
pub(crate) fn next_version<T, C>(current: &T::Version) -> Result<T::Version, Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    T::VersionField::next(current).ok_or_else(outcome::exhausted::<T, C::Backend>)
}

/// Sends a statement that is guarded by the record's version; where it is refused, finds out why.
fn send<T, C, S>(source: Source<'_, T>, statement: S, connection: &mut C) -> Result<(), Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
    S: QueryFragment<C::Backend> + QueryId + RunQueryDsl<C>,
{
    let rows = statement.execute(connection)?;
    match outcome::outcome::<T, C::Backend>(source.record, rows)? {
        Outcome::Written => Ok(()),
        Outcome::Refused => Err(refused(source, connection)),
    }
}

/// Sends a guarded UPDATE whose version the database computes, and learns it; where it is refused, finds out why.
fn send_and_read_back<T, C, S>(
    source: Source<'_, T>,
    update: S,
    signed: bool,
    connection: &mut C,
) -> Result<T::Version, Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
    S: QueryFragment<C::Backend> + QueryId + RunQueryDsl<C>,
{
    match read_back(source, update, signed, connection)? {
        Some(version) => Ok(version),
        None => Err(refused(source, connection)),
    }
}

/// Sends an UPDATE whose version the database computes; `None` where it wrote no row.
///
/// Never "UPDATE, then SELECT the version", which takes another writer's version for ours.
pub(crate) fn read_back<T, C, S>(
    source: Source<'_, T>,
    update: S,
    signed: bool,
    connection: &mut C,
) -> Result<Option<T::Version>, Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
    S: QueryFragment<C::Backend> + QueryId + RunQueryDsl<C>,
{
    let versions = match C::Backend::__READ_BACK {
        ReadBack::Returning => T::Version::__load(ReturningVersion::<_, T::__VersionColumn>::new(update), connection)?,
        ReadBack::LastInsertId => {
            match outcome::outcome::<T, C::Backend>(source.record, update.execute(connection)?)? {
                Outcome::Written => T::Version::__load(LastInsertId::<T::__VersionColumn>::new(signed), connection)?,
                Outcome::Refused => return Ok(None),
            }
        }
    };
    outcome::at_most_one::<T, C::Backend, _>(source.record, versions)
}

/// Why the database wrote nothing: one more read, of what is committed.
fn refused<T, C>(source: Source<'_, T>, connection: &mut C) -> Error
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    let record = source.record;
    match found_version::<T, C, Committed>(source, connection) {
        Ok(found) => outcome::refusal::<T, C::Backend>(record, record.__version(), found.as_ref()),
        Err(error) => error,
    }
}

/// The version of the record's row, under the lock `L`; `None` where there is no row.
pub(crate) fn found_version<T, C, L>(source: Source<'_, T>, connection: &mut C) -> Result<Option<T::Version>, Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
    L: Lock,
{
    let versions = T::Version::__load(SelectVersion::<T, L>::new(source), connection)?;
    outcome::at_most_one::<T, C::Backend, _>(source.record, versions)
}

/// The record's row is gone.
pub(crate) fn deleted<T, C>(record: &T) -> Error
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    outcome::refusal::<T, C::Backend>(record, record.__version(), None)
}
