//! The save that does not check the version. It starts from the row's version, never from the record's: a stale record
//! at 1 over a row at 2 leaves 3, or the holder of 2 would not notice.

use concurrency_core::{UncheckedBump, VersionField};
use diesel::RunQueryDsl;
use diesel::connection::LoadConnection;

use crate::backend::{ConcurrencyBackend, ReadBack};
use crate::bind::VersionOn;
use crate::concurrent::ConcurrentOn;
use crate::error::Error;
use crate::outcome::{self, Outcome};
use crate::save::{found_version, next_version};
use crate::statement::{Committed, LastInsertId, ReturningVersion, Source, Update};

/// How often the row's version is read anew when other writers move it in between.
const ATTEMPTS: usize = 10;

/// Writes the record's columns over whatever version the row has.
pub(crate) fn save_unchecked<T, C>(record: &mut T, connection: &mut C) -> Result<(), Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    let serialized = record.__serialize();
    let source = Source { record: &*record, serialized: &serialized };
    let version = match T::VersionField::__unchecked() {
        UncheckedBump::Increment { maximum, signed } => increment(source, &maximum, signed, connection)?,
        UncheckedBump::Clock { now } => advance_to(source, now, connection)?,
        UncheckedBump::ReadThenSave => read_then_save(source, connection)?,
    };
    record.__set_version(version);
    Ok(())
}

/// Lets the database add one to the row's version, and learns what came out.
fn increment<T, C>(
    source: Source<'_, T>,
    maximum: &T::Version,
    signed: bool,
    connection: &mut C,
) -> Result<T::Version, Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    let set = source.with_columns(source.increment(signed));
    let update = Update::new(source, set, source.version_below(maximum));
    let written = match C::Backend::__READ_BACK {
        ReadBack::Returning => T::Version::__load(ReturningVersion::<_, T::__VersionColumn>::new(update), connection)?,
        ReadBack::LastInsertId => {
            match outcome::outcome::<T, C::Backend>(source.record, update.execute(connection)?)? {
                Outcome::Written => T::Version::__load(LastInsertId::<T::__VersionColumn>::new(signed), connection)?,
                Outcome::Refused => Vec::new(),
            }
        }
    };
    if let Some(version) = outcome::at_most_one::<T, C::Backend>(source.record, written)? {
        return Ok(version);
    }
    match found_version::<T, C, Committed>(source, connection)? {
        Some(found) if outcome::is_same::<T>(&found, maximum) => Err(outcome::exhausted::<T, C::Backend>()),
        Some(found) => Err(outcome::refusal::<T, C::Backend>(source.record, &found, Some(&found))),
        None => Err(outcome::refusal::<T, C::Backend>(source.record, source.record.__version(), None)),
    }
}

/// Moves the row's version to the clock's reading where it is smaller; a row ahead of the clock is saved from its version.
fn advance_to<T, C>(source: Source<'_, T>, now: T::Version, connection: &mut C) -> Result<T::Version, Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    let set = source.with_columns(source.assign(&now));
    let update = Update::new(source, set, source.version_below(&now));
    match outcome::outcome::<T, C::Backend>(source.record, update.execute(connection)?)? {
        Outcome::Written => Ok(now),
        Outcome::Refused => read_then_save(source, connection),
    }
}

/// Reads the row's version and saves guarded by it, anew while other writers move it in between.
fn read_then_save<T, C>(source: Source<'_, T>, connection: &mut C) -> Result<T::Version, Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    let record = source.record;
    let read = |connection: &mut C| {
        found_version::<T, C, Committed>(source, connection)?
            .ok_or_else(|| outcome::refusal::<T, C::Backend>(record, record.__version(), None))
    };
    let mut row = read(connection)?;
    for _ in 0..ATTEMPTS {
        let next = next_version::<T, C>(&row)?;
        let set = source.with_columns(source.assign(&next));
        let update = Update::new(source, set, source.version_is(&row));
        if let Outcome::Written = outcome::outcome::<T, C::Backend>(record, update.execute(connection)?)? {
            return Ok(next);
        }
        let found = read(connection)?;
        if outcome::is_same::<T>(&found, &row) {
            // Nobody moved the version, so it was the database that did not write.
            return Err(outcome::refusal::<T, C::Backend>(record, &row, Some(&found)));
        }
        row = found;
    }
    Err(outcome::refusal::<T, C::Backend>(record, record.__version(), Some(&row)))
}
