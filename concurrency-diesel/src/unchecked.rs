//! The save that does not check the version. It starts from the row's version, never from the record's: a stale record
//! at 1 over a row at 2 leaves 3, or the holder of 2 would not notice.

use concurrency_core::{UncheckedBump, VersionField};
use diesel::RunQueryDsl;
use diesel::connection::LoadConnection;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::ConcurrentOn;
use crate::error::Error;
use crate::outcome::{self, Outcome};
use crate::save::{found_version, next_version, read_back};
use crate::statement::{Committed, Source, Update};

/// How often the row's version is read anew when other writers move it in between.
const ATTEMPTS: usize = 100;

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
        UncheckedBump::Fresh { version } => overwrite(source, version, connection)?,
        UncheckedBump::ByDatabase => write_row(source, connection)?,
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
    if let Some(version) = read_back(source, update, signed, connection)? {
        return Ok(version);
    }
    match not_written(source, connection) {
        Error::WriteSuppressed(error) if error.version == outcome::version_value::<T>(maximum) => {
            Err(outcome::exhausted::<T, C::Backend>())
        }
        error => Err(error),
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

/// Writes a version that no row ever had, over whatever version the row has.
fn overwrite<T, C>(source: Source<'_, T>, version: T::Version, connection: &mut C) -> Result<T::Version, Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    let update = Update::new(source, source.with_columns(source.assign(&version)), source.any_version());
    match outcome::outcome::<T, C::Backend>(source.record, update.execute(connection)?)? {
        Outcome::Written => Ok(version),
        Outcome::Refused => Err(not_written(source, connection)),
    }
}

/// Writes the row and learns the version that the database gave it.
fn write_row<T, C>(source: Source<'_, T>, connection: &mut C) -> Result<T::Version, Error>
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    let update = Update::new(source, source.columns(), source.any_version());
    match read_back(source, update, false, connection)? {
        Some(version) => Ok(version),
        None => Err(not_written(source, connection)),
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

/// Why a write that asked for no version wrote nothing: there is no row, or the database left it out.
fn not_written<T, C>(source: Source<'_, T>, connection: &mut C) -> Error
where
    C: LoadConnection<Backend: ConcurrencyBackend>,
    T: ConcurrentOn<C::Backend>,
{
    match found_version::<T, C, Committed>(source, connection) {
        Ok(found) => {
            let expected = found.as_ref().unwrap_or_else(|| source.record.__version());
            outcome::refusal::<T, C::Backend>(source.record, expected, found.as_ref())
        }
        Err(error) => error,
    }
}
