//! The way of every write: record, statement, rows affected, outcome. Memory changes only after the database has
//! accepted the write.

use std::future::Future;

use concurrency_core::{Advance, VersionField};
use diesel::AsChangeset;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::result::QueryResult;

use crate::backend::{ConcurrencyBackend, ReadBack};
use crate::bind::VersionOn;
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::doubt::{self, Stead, Unanswered};
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session};
use crate::memory::Memory as _;
use crate::outcome::{self, Guarded, Outcome};
use crate::scope::{self, Rule};
use crate::statement::{
    Changes, Committed, Delete, Deletes, LastInsertId, Lock, ReturningVersion, SelectStored, SelectUnchanged,
    SelectVersion, Selection, Source, Update, Updates, Write, note_refusal,
};
use crate::turning::{self, Before, unwritten};
use crate::{kept_changes, unchecked, views};

/// Writes the columns that the record's memory selects, and the next version. A scope may change that.
pub(crate) fn save<'a, T, E>(
    record: &'a mut T,
    session: &'a mut Session<'_, E>,
) -> impl Future<Output = Result<(), ConcurrencyError>>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    save_columns(record, T::__Memory::columns, session)
}

/// Writes the chosen columns of the record, if there are any, and the next version. In an unchecked scope it writes all
/// columns, so that memory equals the row.
pub(crate) async fn save_columns<T, S, E>(
    record: &mut T,
    choose: impl FnOnce(&T) -> Option<S>,
    session: &mut Session<'_, E>,
) -> Result<(), ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    S: Selection<T>,
{
    let rule = scope::rule::<T>();
    let mut proved = None;
    // Boxed, because it is seldom needed and would enlarge every save's future.
    if T::__Memory::is_in_doubt(record) && rule != Rule::Unchecked {
        proved = Box::pin(doubt::find_out(&*record, session)).await?;
    }
    let mut stead = None;
    let record = match proved {
        Some(proved) => &mut *stead.insert(Stead::of(record, proved)).other,
        None => record,
    };
    let Some(selection) = choose(record) else {
        if let Some(stead) = stead {
            stead.saved();
        }
        return Ok(());
    };
    if rule == Rule::Unchecked {
        return unchecked::save_unchecked(record, session).await;
    }
    let serialized = record.__serialize();
    let moves_version = selection.advances_always() || doubt::moves_version::<T>(rule);
    let mut unanswered = Unanswered::of(record, selection.columns(), moves_version);
    let (written, planned) = unanswered.parts();
    let source = Source { record: written, serialized: &serialized };
    let answer = match write(source, selection, rule, planned, session).await {
        Err(error) if kept_changes::may_stay::<E>(&error) => {
            Err(Box::pin(kept_changes::check_table(source, error, moves_version, session)).await)
        }
        answer => answer,
    };
    unanswered.answered(answer)?;
    if let Some(stead) = stead {
        stead.saved();
    }
    Ok(())
}

/// Writes the selected columns of a record and the next version, which it returns; a scope's rule may change that. A
/// version that no other write can make is noted before it is sent.
pub(crate) async fn write<T, S, E>(
    source: Source<'_, T>,
    selection: S,
    rule: Rule,
    planned: &mut Option<T::Version>,
    session: &mut Session<'_, E>,
) -> Result<T::Version, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    S: Selection<T>,
{
    // The ordinary save goes on below and is no function of its own: a nested future would cost it five times this
    // match.
    match rule {
        Rule::Unchecked => return unchecked::write(source, planned, session).await,
        Rule::WithoutIncrement if can_keep::<T>() && !selection.advances_always() => {
            return write_and_keep(source, selection, session).await;
        }
        Rule::Ordinary | Rule::WithoutIncrement => {}
    }
    let record = source.record;
    let version = record.__version();
    // A constant, so that a program contains only the statements of its own version fields.
    if const { matches!(T::VersionField::__ADVANCE, Advance::ByDatabase) } {
        let set = source.some_columns(selection);
        return send_and_read_back(source, set, version, session).await?.or_refusal::<T, E::Backend>(record, version);
    }
    let Some(next) = next_version::<T>(version) else {
        // At the maximum a save is refused, whether or not it would advance the version.
        return Err(cannot_advance(source, version, session).await);
    };
    if const { matches!(T::VersionField::__ADVANCE, Advance::IfChanged) } && !selection.advances_always() {
        let set = source.with_some_columns(source.advance_if_changed(selection), selection);
        return match send_and_read_back(source, set, version, session).await? {
            Guarded::Written(advanced) => Ok(advanced),
            Guarded::Refused(found) => {
                unless_written(found, source, selection, session).await?;
                Ok(version.clone())
            }
        };
    }
    doubt::note::<T>(planned, &next);
    let set = source.with_some_columns(source.assign(&next), selection);
    send(source, set, version, session).await?.or_refusal::<T, E::Backend>(record, version)?;
    Ok(next)
}

/// Writes the columns that the record's memory selects and keeps the version, if the version can be kept.
pub(crate) async fn save_without_increment<T, E>(
    record: &mut T,
    session: &mut Session<'_, E>,
) -> Result<(), ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let cannot_keep = scope::rule::<T>() == Rule::Unchecked || !can_keep::<T>();
    // In doubt the version moves, so that a write that is still on its way comes too late.
    if cannot_keep || T::__Memory::is_in_doubt(record) {
        return save(record, session).await;
    }
    let Some(selection) = T::__Memory::columns(record) else { return Ok(()) };
    let serialized = record.__serialize();
    let mut unanswered = Unanswered::of(record, selection.columns(), false);
    let (written, _) = unanswered.parts();
    let source = Source { record: written, serialized: &serialized };
    let answer = write_and_keep(source, selection, session).await;
    let answer = kept_changes::settle(answer, source, false, session).await;
    unanswered.answered(answer)
}

/// Whether a write can keep the version. It cannot if the database moves it with every write.
fn can_keep<T: Concurrent>() -> bool {
    !T::VersionField::__EVERY_WRITE_COUNTS
}

/// Writes the selected columns and `version = version`, guarded by the record's version, which it returns.
async fn write_and_keep<T, S, E>(
    source: Source<'_, T>,
    selection: S,
    session: &mut Session<'_, E>,
) -> Result<T::Version, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    S: Selection<T>,
{
    let version = source.record.__version();
    let set = source.with_some_columns(source.keep(), selection);
    if let Guarded::Refused(found) = send(source, set, version, session).await? {
        unless_written(found, source, selection, session).await?;
    }
    Ok(version.clone())
}

/// Writes the next version and nothing else.
pub(crate) async fn touch<T, E>(record: &mut T, session: &mut Session<'_, E>) -> Result<(), ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let serialized = record.__serialize();
    let source = Source { record: &*record, serialized: &serialized };
    let is_guarded = scope::rule::<T>() != Rule::Unchecked;
    let answer = if is_guarded {
        let expected = record.__version();
        let advanced = advance(source, expected, session).await;
        advanced.and_then(|sent| sent.or_refusal::<T, E::Backend>(source.record, expected))
    } else {
        unchecked::change(source, &(), session).await
    };
    let version = kept_changes::settle(answer, source, is_guarded, session).await?;
    T::__Memory::advanced(record, version, is_guarded);
    Ok(())
}

/// Advances the row's version, and nothing else, if it is the one expected.
async fn advance<T, E>(
    source: Source<'_, T>,
    expected: &T::Version,
    session: &mut Session<'_, E>,
) -> Result<Guarded<T::Version, T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    if const { matches!(T::VersionField::__ADVANCE, Advance::ByDatabase) } {
        return send_and_read_back(source, source.same_row(), expected, session).await;
    }
    let Some(next) = next_version::<T>(expected) else {
        return Err(cannot_advance(source, expected, session).await);
    };
    let sent = send(source, source.assign(&next), expected, session).await?;
    Ok(sent.map(next))
}

/// Writes a user's changeset and the next version, which it returns.
pub(crate) async fn update<T, U, E>(
    record: &T,
    changes: U,
    session: &mut Session<'_, E>,
) -> Result<T::Version, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    U: AsChangeset<Target = T::Table, Changeset: QueryFragment<E::Backend>>,
{
    let changes = changes.as_changeset();
    let serialized = record.__serialize();
    let source = Source { record, serialized: &serialized };
    let is_guarded = scope::rule::<T>() != Rule::Unchecked;
    let answer = if is_guarded {
        let expected = record.__version();
        let changed = change(source, &changes, expected, session).await;
        changed.and_then(|sent| sent.or_refusal::<T, E::Backend>(record, expected))
    } else {
        unchecked::change(source, &changes, session).await
    };
    kept_changes::settle(answer, source, is_guarded, session).await
}

/// Writes a changeset and the version after the expected one, if the row has the expected version.
pub(crate) async fn change<T, U, E>(
    source: Source<'_, T>,
    changes: &U,
    expected: &T::Version,
    session: &mut Session<'_, E>,
) -> Result<Guarded<T::Version, T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    U: QueryFragment<E::Backend>,
{
    if const { matches!(T::VersionField::__ADVANCE, Advance::ByDatabase) } {
        return if is_empty::<E::Backend>(changes) {
            advance(source, expected, session).await
        } else {
            send_and_read_back(source, Changes(changes), expected, session).await
        };
    }
    let Some(next) = next_version::<T>(expected) else {
        return Err(cannot_advance(source, expected, session).await);
    };
    let set = Changes((changes, source.assign(&next)));
    let sent = send(source, set, expected, session).await?;
    Ok(sent.map(next))
}

/// Whether a changeset sets nothing. Its text decides, because Diesel's own answer is private.
fn is_empty<DB: ConcurrencyBackend>(changes: &impl QueryFragment<DB>) -> bool {
    diesel::debug_query::<DB, _>(changes).to_string().starts_with(" -- binds: ")
}

/// Deletes the record's row.
pub(crate) async fn delete<T, E>(record: &T, session: &mut Session<'_, E>) -> Result<(), ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let serialized = record.__serialize();
    remove(Source { record, serialized: &serialized }, session).await
}

/// Deletes the row of a record if it still has the record's version.
pub(crate) async fn remove<T, E>(source: Source<'_, T>, session: &mut Session<'_, E>) -> Result<(), ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    if remove_if_exists(source, session).await? { Ok(()) } else { Err(deleted::<T, E>(source.record)) }
}

/// Deletes the record's row, or returns `false` if there is none.
pub(crate) async fn delete_if_exists<T, E>(record: &T, session: &mut Session<'_, E>) -> Result<bool, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let serialized = record.__serialize();
    remove_if_exists(Source { record, serialized: &serialized }, session).await
}

/// Deletes the row, or returns `false` if there is none. If the table cannot roll back and the row is gone, an error
/// does not prove that this DELETE did nothing.
async fn remove_if_exists<T, E>(source: Source<'_, T>, session: &mut Session<'_, E>) -> Result<bool, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let answer = send_delete(source, session).await;
    kept_changes::settle(answer, source, scope::rule::<T>() != Rule::Unchecked, session).await
}

/// Sends the DELETE, and finds out whether it was refused or there is no row.
async fn send_delete<T, E>(source: Source<'_, T>, session: &mut Session<'_, E>) -> Result<bool, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    if scope::rule::<T>() == Rule::Unchecked {
        return unchecked::remove_if_exists(source, session).await;
    }
    let record = source.record;
    let version = record.__version();
    if let Some(refused) = refused_before::<T, E, Deletes>(source, version, session).await? {
        return match refused.found {
            Some(found) => Err(outcome::refusal::<T, E::Backend>(record, version, Some(&found))),
            None => Ok(false),
        };
    }
    if let Outcome::Written = execute(source, Delete::new(source, source.version_is(version)), session).await? {
        return Ok(true);
    }
    let mut found = unwritten::<T, E, Deletes>(source, version, session).await?;
    if let Some(stored) = stored_otherwise(source, version, &mut found, session).await? {
        let again = Delete::new(source, source.stored_is(&stored));
        if let Outcome::Written = execute(source, again, session).await? {
            return Ok(true);
        }
        found = unwritten::<T, E, Deletes>(source, version, session).await?;
    }
    match found {
        Some(found) => Err(outcome::refusal::<T, E::Backend>(record, version, Some(&found))),
        None => Ok(false),
    }
}

/// Reads the row's version under the lock `L` and compares it with the record's, unless a scope accepts any version.
pub(crate) async fn check<T, E, L>(record: &T, session: &mut Session<'_, E>) -> Result<(), ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    L: Lock,
{
    let serialized = record.__serialize();
    let source = Source { record, serialized: &serialized };
    match found_version::<T, E, L>(source, session).await? {
        Some(found) if scope::rule::<T>() == Rule::Unchecked || outcome::is_current(record, &found) => Ok(()),
        Some(found) => Err(outcome::refusal::<T, E::Backend>(record, record.__version(), Some(&found))),
        // Row security may hide from a locking read what a plain read shows.
        None => Err(refused(source, session).await),
    }
}

/// Whether the row is gone or has another version than the record.
pub(crate) async fn is_changed<T, E>(record: &T, session: &mut Session<'_, E>) -> Result<bool, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let serialized = record.__serialize();
    let source = Source { record, serialized: &serialized };
    let found = found_version::<T, E, Committed>(source, session).await?;
    Ok(!found.is_some_and(|found| outcome::is_current(record, &found)))
}

/// The version after this one.
pub(crate) fn next_version<T: Concurrent>(current: &T::Version) -> Option<T::Version> {
    T::VersionField::next(current)
}

/// Why a write whose version has no successor was not sent: the row is at this maximum, or the write is refused as with
/// any other version.
pub(crate) async fn cannot_advance<T, E>(
    source: Source<'_, T>,
    expected: &T::Version,
    session: &mut Session<'_, E>,
) -> ConcurrencyError
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    match found_version::<T, E, Committed>(source, session).await {
        Ok(found) => outcome::not_advanced::<T, E::Backend>(source.record, expected, found.as_ref()),
        Err(error) => error,
    }
}

/// Sends a statement about the record's row, and returns whether it wrote the row.
pub(crate) async fn execute<T, E, S>(
    source: Source<'_, T>,
    statement: S,
    session: &mut Session<'_, E>,
) -> Result<Outcome, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    S: QueryFragment<E::Backend> + QueryId,
{
    if views::is_view::<T, E>(session).await {
        let returned = T::Version::__load(views::returning::<T, _, _>(statement), session).await;
        let written = returned_version(source.record, returned, session).await?;
        return Ok(if written.is_some() { Outcome::Written } else { Outcome::Refused });
    }
    let rows = session.execute(statement).await;
    executed(source.record, rows, session).await
}

/// What the number of rows means that a statement about the record's row wrote. It is a function of its own, so that a
/// program contains it once for each record.
async fn executed<T, E>(
    record: &T,
    rows: QueryResult<usize>,
    session: &mut Session<'_, E>,
) -> Result<Outcome, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    match outcome::outcome::<T, E::Backend>(record, rows) {
        Err(error) if E::Backend::__KEEPS_CHANGES_OF_REFUSED => {
            Err(Box::pin(kept_changes::check(record, error, session)).await)
        }
        Ok(Outcome::Refused) if !E::Backend::__COUNTS_ROWS_OF_VIEWS => views::refused(record, session).await,
        answer => answer,
    }
}

/// Sends an UPDATE that is guarded by the expected version. If it is refused, returns the version that was found.
pub(crate) async fn send<T, E, S>(
    source: Source<'_, T>,
    set: S,
    expected: &T::Version,
    session: &mut Session<'_, E>,
) -> Result<Guarded<(), T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    S: QueryFragment<E::Backend> + QueryId + Copy,
{
    if let Some(refused) = refused_before::<T, E, Updates>(source, expected, session).await? {
        return Ok(Guarded::Refused(refused.found));
    }
    let update = Update::new(source, set, source.version_is(expected));
    if let Outcome::Written = execute(source, update, session).await? {
        return Ok(Guarded::Written(()));
    }
    let mut found = unwritten::<T, E, Updates>(source, expected, session).await?;
    let Some(stored) = stored_otherwise(source, expected, &mut found, session).await? else {
        return Ok(Guarded::Refused(found));
    };
    let update = Update::new(source, set, source.stored_is(&stored));
    Ok(match execute(source, update, session).await? {
        Outcome::Written => Guarded::Written(()),
        Outcome::Refused => Guarded::Refused(unwritten::<T, E, Updates>(source, expected, session).await?),
    })
}

/// A write that is refused before it is sent: the row has another version, or there is no row.
struct RefusedBefore<V> {
    found: Option<V>,
}

/// Refuses a write of the kind `W` before it is sent, if the table is known to replace such writes and the row does not
/// have the expected version.
async fn refused_before<T, E, W>(
    source: Source<'_, T>,
    expected: &T::Version,
    session: &mut Session<'_, E>,
) -> Result<Option<RefusedBefore<T::Version>>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    W: Write,
{
    Ok(match turning::before::<T, E, W>(source, session).await? {
        Before::Found(found) if !found.as_ref().is_some_and(|found| outcome::is_same::<T>(found, expected)) => {
            Some(RefusedBefore { found })
        }
        Before::Found(_) | Before::NotAsked => None,
    })
}

/// How the database stores the version that a write expected and found, if it stores it in another way than the version
/// is bound. SQLite compares a time as it is stored: as a text in one of many forms, or as a number. A row that moved
/// or went meanwhile is read again.
async fn stored_otherwise<T, E>(
    source: Source<'_, T>,
    expected: &T::Version,
    found: &mut Option<T::Version>,
    session: &mut Session<'_, E>,
) -> Result<Option<String>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    if E::Backend::__STORED.is_none() || !found.as_ref().is_some_and(|found| outcome::is_same::<T>(found, expected)) {
        return Ok(None);
    }
    let stored = T::Version::__load_stored(SelectStored::new(source, expected), session).await;
    *found = match outcome::at_most_one::<T, E::Backend, _>(source.record, stored)? {
        Some((version, stored)) if outcome::is_same::<T>(&version, expected) => return Ok(Some(stored)),
        Some((version, _)) => Some(version),
        // The row is stored as the version is bound, or it is gone.
        None => found_version::<T, E, Committed>(source, session).await?,
    };
    Ok(None)
}

/// Turns the refusal of a save that may keep the version into success, if the row is what the save would make of it. If
/// an UPDATE counts only the rows that it changed, it does not count such a row.
async fn unless_written<T, S, E>(
    found: Option<T::Version>,
    source: Source<'_, T>,
    selection: S,
    session: &mut Session<'_, E>,
) -> Result<(), ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    S: Selection<T>,
{
    let record = source.record;
    let refusal = outcome::refusal::<T, E::Backend>(record, record.__version(), found.as_ref());
    if !E::Backend::__MAY_COUNT_CHANGES || !matches!(refusal, ConcurrencyError::WriteSuppressed(_)) {
        return Err(refusal);
    }
    let found = T::Version::__load(SelectUnchanged::new(source, selection), session).await;
    match outcome::at_most_one::<T, E::Backend, _>(source.record, found)? {
        Some(_) => Ok(()),
        None => Err(refusal),
    }
}

/// The same for an UPDATE whose version the database computes. Returns that version.
async fn send_and_read_back<T, E, S>(
    source: Source<'_, T>,
    set: S,
    expected: &T::Version,
    session: &mut Session<'_, E>,
) -> Result<Guarded<T::Version, T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    S: QueryFragment<E::Backend> + QueryId + Copy,
{
    if let Some(refused) = refused_before::<T, E, Updates>(source, expected, session).await? {
        return Ok(Guarded::Refused(refused.found));
    }
    let update = Update::new(source, set, source.version_is(expected));
    if let Some(version) = read_back(source, update, session).await? {
        return Ok(Guarded::Written(version));
    }
    let mut found = unwritten::<T, E, Updates>(source, expected, session).await?;
    let Some(stored) = stored_otherwise(source, expected, &mut found, session).await? else {
        return Ok(Guarded::Refused(found));
    };
    let update = Update::new(source, set, source.stored_is(&stored));
    Ok(match read_back(source, update, session).await? {
        Some(version) => Guarded::Written(version),
        None => Guarded::Refused(unwritten::<T, E, Updates>(source, expected, session).await?),
    })
}

/// Sends an UPDATE whose version the database computes, and returns the version, or `None` if it wrote no row.
///
/// It never sends an UPDATE and then a SELECT of the version, which could read another writer's version.
pub(crate) async fn read_back<T, E, S>(
    source: Source<'_, T>,
    update: S,
    session: &mut Session<'_, E>,
) -> Result<Option<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    S: QueryFragment<E::Backend> + QueryId,
{
    if const { matches!(E::Backend::__READ_BACK, ReadBack::Returning) } {
        let returned = T::Version::__load(ReturningVersion::<_, T::__VersionColumn>::new(update), session).await;
        return returned_version(source.record, returned, session).await;
    }
    let rows = session.execute(update).await;
    kept_version(source.record, rows, session).await
}

/// The version that an UPDATE or a DELETE returned; `None` if it wrote no row.
async fn returned_version<T, E>(
    record: &T,
    versions: QueryResult<Vec<T::Version>>,
    session: &mut Session<'_, E>,
) -> Result<Option<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    match outcome::at_most_one_written::<T, E::Backend, _>(record, versions) {
        Err(error) if E::Backend::__KEEPS_CHANGES_OF_REFUSED => {
            Err(Box::pin(kept_changes::check(record, error, session)).await)
        }
        answer => answer,
    }
}

/// The version that an UPDATE kept for its connection; `None` if it wrote no row.
async fn kept_version<T, E>(
    record: &T,
    rows: QueryResult<usize>,
    session: &mut Session<'_, E>,
) -> Result<Option<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    match outcome::outcome::<T, E::Backend>(record, rows)? {
        Outcome::Written => {
            let kept = T::Version::__load(LastInsertId::<T>::new(), session).await;
            let told = outcome::told_after_write::<T, E::Backend, _>(record, kept);
            note_refusal(&told);
            told
        }
        Outcome::Refused => Ok(None),
    }
}

/// Why the database wrote nothing, by one more read of what is committed.
async fn refused<T, E>(source: Source<'_, T>, session: &mut Session<'_, E>) -> ConcurrencyError
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let record = source.record;
    match found_version::<T, E, Committed>(source, session).await {
        Ok(found) => outcome::refusal::<T, E::Backend>(record, record.__version(), found.as_ref()),
        Err(error) => error,
    }
}

/// The version of the record's row, under the lock `L`; `None` if there is no row.
pub(crate) async fn found_version<T, E, L>(
    source: Source<'_, T>,
    session: &mut Session<'_, E>,
) -> Result<Option<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    L: Lock,
{
    let versions = T::Version::__load(SelectVersion::<T, L>::new(source), session).await;
    outcome::at_most_one::<T, E::Backend, _>(source.record, versions)
}

/// The error for a record whose row is gone.
pub(crate) fn deleted<T, E>(record: &T) -> ConcurrencyError
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    outcome::refusal::<T, E::Backend>(record, record.__version(), None)
}
