//! The writes that do not check the version. They start from the row's version, never from the record's. If a stale
//! record at 1 wrote 2 over a row at 2, the holder of 2 would not notice; so it writes 3.

use concurrency_core::{UncheckedBump, VersionField};
use diesel::query_builder::QueryFragment;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::ConcurrentOn;
use crate::doubt::{self, Unanswered};
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session};
use crate::kept_changes;
use crate::outcome::{self, Guarded, Outcome};
use crate::save::{self, deleted, execute, found_version, next_version, read_back};
use crate::statement::{Committed, Delete, Deletes, Source, Update, Updates, Write};
use crate::tracked::ColumnSet;
use crate::turning::{self, Before};

/// How often the row's version is read again while other writers move it.
const ATTEMPTS: usize = 100;

/// Writes the record's columns over whatever version the row has.
pub(crate) async fn save_unchecked<T, E>(record: &mut T, session: &mut Session<'_, E>) -> Result<(), ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let serialized = record.__serialize();
    let mut unanswered = Unanswered::of(record, ColumnSet::EVERY, true);
    let (written, planned) = unanswered.parts();
    let source = Source { record: written, serialized: &serialized };
    let answer = write(source, planned, session).await;
    let answer = kept_changes::settle(answer, source, false, session).await;
    unanswered.answered(answer)
}

/// Writes a record's columns over whatever version the row has, and returns the new one. It tries again while other
/// programs delete the row and insert it again. A version that no other write can make is noted before it is sent.
pub(crate) async fn write<T, E>(
    source: Source<'_, T>,
    planned: &mut Option<T::Version>,
    session: &mut Session<'_, E>,
) -> Result<T::Version, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let mut row = row_before::<T, E, Updates>(source, session).await?;
    for _ in 0..ATTEMPTS {
        let written = match T::VersionField::__unchecked() {
            UncheckedBump::Increment { maximum } => increment(source, &maximum, session).await?,
            UncheckedBump::Clock { now } => Some(advance_to(source, now, row.as_ref(), session).await?),
            UncheckedBump::Fresh { version } => {
                doubt::note::<T>(planned, &version);
                overwrite(source, version, session).await?
            }
            UncheckedBump::ByDatabase => write_row(source, session).await?,
            UncheckedBump::ReadThenSave => Some(read_then_save(source, session).await?),
        };
        if let Some(version) = written {
            return Ok(version);
        }
        let found = unmoved::<T, E, Updates>(source, row.as_ref(), session).await?;
        let found = found.ok_or_else(|| deleted::<T, E>(source.record))?;
        advancing::<T, E>(&found)?;
        if E::Backend::__STORED.is_some() {
            // A number that is stored as a text is greater than every number.
            return read_then_save(source, session).await;
        }
        found_again::<T, E, Updates>(source, found, &mut row)?;
    }
    Err(outcome::refusal::<T, E::Backend>(source.record, source.record.__version(), row.as_ref()))
}

/// Lets the database add one to the row's version, and returns the result.
async fn increment<T, E>(
    source: Source<'_, T>,
    maximum: &T::Version,
    session: &mut Session<'_, E>,
) -> Result<Option<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let set = source.with_columns(source.increment());
    read_back(source, Update::new(source, set, source.version_below(maximum)), session).await
}

/// Sets the row's version to the clock's reading if the row's is smaller. A row ahead of the clock is saved from its
/// own version.
async fn advance_to<T, E>(
    source: Source<'_, T>,
    now: T::Version,
    row: Option<&T::Version>,
    session: &mut Session<'_, E>,
) -> Result<T::Version, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let set = source.with_columns(source.assign(&now));
    let update = Update::new(source, set, source.version_below(&now));
    match execute(source, update, session).await? {
        Outcome::Written => Ok(now),
        Outcome::Refused => {
            unmoved::<T, E, Updates>(source, row, session).await?;
            read_then_save(source, session).await
        }
    }
}

/// Writes a version that no row has ever had, over whatever version the row has.
async fn overwrite<T, E>(
    source: Source<'_, T>,
    version: T::Version,
    session: &mut Session<'_, E>,
) -> Result<Option<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let update = Update::new(source, source.with_columns(source.assign(&version)), source.any_version());
    match execute(source, update, session).await? {
        Outcome::Written => Ok(Some(version)),
        Outcome::Refused => Ok(None),
    }
}

/// Writes the row, and returns the version that the database gave it.
async fn write_row<T, E>(
    source: Source<'_, T>,
    session: &mut Session<'_, E>,
) -> Result<Option<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let update = Update::new(source, source.columns(), source.any_version());
    read_back(source, update, session).await
}

/// Reads the row's version and saves guarded by it. Tries again while other writers move it.
async fn read_then_save<T, E>(
    source: Source<'_, T>,
    session: &mut Session<'_, E>,
) -> Result<T::Version, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let record = source.record;
    let mut row = row_version(source, session).await?;
    for _ in 0..ATTEMPTS {
        let next = advancing::<T, E>(&row)?;
        let set = source.with_columns(source.assign(&next));
        match save::send(source, set, &row, session).await? {
            Guarded::Written(()) => return Ok(next),
            Guarded::Refused(found) => row = moved_version::<T, E>(source, &row, found)?,
        }
    }
    Err(outcome::refusal::<T, E::Backend>(record, record.__version(), Some(&row)))
}

/// Writes a changeset and the version after the row's. Tries again while other writers move the row's version.
pub(crate) async fn change<T, U, E>(
    source: Source<'_, T>,
    changes: &U,
    session: &mut Session<'_, E>,
) -> Result<T::Version, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    U: QueryFragment<E::Backend>,
{
    let record = source.record;
    let mut row = row_version(source, session).await?;
    for _ in 0..ATTEMPTS {
        advancing::<T, E>(&row)?;
        match save::change(source, changes, &row, session).await? {
            Guarded::Written(version) => return Ok(version),
            Guarded::Refused(found) => row = moved_version::<T, E>(source, &row, found)?,
        }
    }
    Err(outcome::refusal::<T, E::Backend>(record, record.__version(), Some(&row)))
}

/// Deletes the row whatever version it has, or returns `false` if there is none. Tries again while other programs
/// delete the row and insert it again.
pub(crate) async fn remove_if_exists<T, E>(
    source: Source<'_, T>,
    session: &mut Session<'_, E>,
) -> Result<bool, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let record = source.record;
    let mut row = row_before::<T, E, Deletes>(source, session).await?;
    for _ in 0..ATTEMPTS {
        if let Outcome::Written = execute(source, Delete::new(source, source.any_version()), session).await? {
            return Ok(true);
        }
        let Some(found) = unmoved::<T, E, Deletes>(source, row.as_ref(), session).await? else { return Ok(false) };
        found_again::<T, E, Deletes>(source, found, &mut row)?;
    }
    Err(outcome::refusal::<T, E::Backend>(record, record.__version(), row.as_ref()))
}

/// The row's version before a write of the kind `W`, if a trigger or a rule is known that may replace the write.
async fn row_before<T, E, W>(
    source: Source<'_, T>,
    session: &mut Session<'_, E>,
) -> Result<Option<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    W: Write,
{
    Ok(match turning::before::<T, E, W>(source, session).await? {
        Before::Found(found) => found,
        Before::NotAsked => None,
    })
}

/// The version of a row that an unguarded write of the kind `W` did not write; `None` if there is no row. It is an
/// error if the write itself may have moved the version away from `before`, or if that is `None`, from the record's.
async fn unmoved<T, E, W>(
    source: Source<'_, T>,
    before: Option<&T::Version>,
    session: &mut Session<'_, E>,
) -> Result<Option<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    W: Write,
{
    let before = before.unwrap_or(source.record.__version());
    turning::unwritten::<T, E, W>(source, before, session).await
}

/// The version after the one that was found.
fn advancing<T, E>(found: &T::Version) -> Result<T::Version, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    next_version::<T>(found).ok_or_else(outcome::exhausted::<T, E::Backend>)
}

/// Keeps the version that was found after a statement wrote no row, so that the write is tried again: the row may have
/// been inserted since. If the row is as it was before, the database did not write it. If a trigger or a rule may
/// replace the write, the write is not sent again.
fn found_again<T, E, W>(
    source: Source<'_, T>,
    found: T::Version,
    row: &mut Option<T::Version>,
) -> Result<(), ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    W: Write,
{
    let is_turned = turning::is_known::<T, W>();
    if is_turned || row.as_ref().is_some_and(|row| outcome::is_same::<T>(&found, row)) {
        return Err(outcome::refusal::<T, E::Backend>(source.record, &found, Some(&found)));
    }
    *row = Some(found);
    Ok(())
}

/// The version that was found. The row must be there and must have moved: otherwise the database did not write it.
fn moved_version<T, E>(
    source: Source<'_, T>,
    before: &T::Version,
    found: Option<T::Version>,
) -> Result<T::Version, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let found = found.ok_or_else(|| deleted::<T, E>(source.record))?;
    if outcome::is_same::<T>(&found, before) {
        return Err(outcome::refusal::<T, E::Backend>(source.record, before, Some(&found)));
    }
    Ok(found)
}

/// The version of the record's row, which must exist.
async fn row_version<T, E>(source: Source<'_, T>, session: &mut Session<'_, E>) -> Result<T::Version, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    found_version::<T, E, Committed>(source, session).await?.ok_or_else(|| deleted::<T, E>(source.record))
}
