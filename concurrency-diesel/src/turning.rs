//! Triggers and rules that leave a row out of a write and write it in another way. Over such a table 0 rows do not
//! prove that another writer was faster, so its versions are read before each write. `backend` knows what the catalog
//! says about them.

use crate::backend::ConcurrencyBackend;
use crate::bind::VersionOn;
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session};
use crate::outcome;
use crate::save::found_version;
use crate::statement::{Committed, SelectTurning, SelectUnwritten, Source, Write};
use crate::views;

/// What is known of the record's row before a write is sent.
pub(crate) enum Before<V> {
    /// No trigger or rule is known that may replace the write.
    NotAsked,
    /// The row's version; `None` if there is no row.
    Found(Option<V>),
}

/// Whether the row is to be read before a write of the kind `W`. It takes one atomic load if nothing is known against
/// the table.
fn is_asked_before<T, E, W>() -> bool
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    W: Write,
{
    E::Backend::__CAN_TURN_WRITES && (is_known::<T, W>() || is_unknown::<T, E>() || is_unwritable::<T, W>())
}

/// Whether it is known that a write of the kind `W` may be replaced by another.
pub(crate) fn is_known<T: Concurrent, W: Write>() -> bool {
    T::__table_facts().is_turned(W::EVENT) == Some(true)
}

/// Whether the table was never queried, on an engine where it is queried before its first write.
fn is_unknown<T, E>() -> bool
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    !E::Backend::__COUNTS_ROWS_OF_VIEWS && T::__table_facts().is_view().is_none()
}

/// Whether the table was a view that cannot be written in this way.
fn is_unwritable<T: Concurrent, W: Write>() -> bool {
    T::__table_facts().is_unwritable(W::EVENT)
}

/// Reads the row before a write of the kind `W`, if a trigger or a rule may replace the write. If the row already has
/// another version, another writer moved it.
pub(crate) async fn before<T, E, W>(
    source: Source<'_, T>,
    session: &mut Session<'_, E>,
) -> Result<Before<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    W: Write,
{
    if !is_asked_before::<T, E, W>() {
        return Ok(Before::NotAsked);
    }
    // Boxed, because it is seldom needed and would enlarge every save's future.
    Box::pin(ask_before::<T, E, W>(source, session)).await
}

async fn ask_before<T, E, W>(
    source: Source<'_, T>,
    session: &mut Session<'_, E>,
) -> Result<Before<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    W: Write,
{
    // If the library is too old for this query, the write reports it.
    let is_asked = is_unknown::<T, E>() || is_unwritable::<T, W>();
    if is_asked && views::ask::<T, E>(session).await.is_err() {
        return Ok(Before::NotAsked);
    }
    if is_unwritable::<T, W>() {
        return Err(outcome::unwritable::<T, E::Backend>(W::EVENT));
    }
    if !is_known::<T, W>() {
        return Ok(Before::NotAsked);
    }
    Ok(Before::Found(found_version::<T, E, Committed>(source, session).await?))
}

/// The version of a row that a write of the kind `W` did not write; `None` if there is no row. `expected` is the
/// version that the write expected. It is an error if the write itself may have made another version of it.
pub(crate) async fn unwritten<T, E, W>(
    source: Source<'_, T>,
    expected: &T::Version,
    session: &mut Session<'_, E>,
) -> Result<Option<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    W: Write,
{
    if !E::Backend::__CAN_TURN_WRITES {
        return found_version::<T, E, Committed>(source, session).await;
    }
    let record = source.record;
    let found = T::Version::__load_numbered(SelectUnwritten::<T, W>::new(source), session).await;
    let (is_turned, found) = match outcome::at_most_one::<T, E::Backend, _>(record, found)? {
        Some((standing, found)) => (note::<T, E, W>(standing), Some(found)),
        // No row brought the catalog's answer. The catalog is then queried once for each type.
        None => match T::__table_facts().is_turned(W::EVENT) {
            Some(is_turned) => (is_turned, None),
            None => (is_turned::<T, E, W>(session).await?, None),
        },
    };
    if is_turned && !found.as_ref().is_some_and(|found| outcome::is_same::<T>(found, expected)) {
        return Err(outcome::turned::<T, E::Backend>(record, W::EVENT, expected, found.as_ref()));
    }
    Ok(found)
}

/// Whether a trigger or a rule may replace a write of the kind `W` by another.
pub(crate) async fn is_turned<T, E, W>(session: &mut Session<'_, E>) -> Result<bool, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    W: Write,
{
    if !E::Backend::__CAN_TURN_WRITES {
        return Ok(false);
    }
    let standing = <T::Version as VersionOn<_, _>>::__load_numbers(SelectTurning::<T, W>::new(), session).await;
    let standing = standing.map_err(ConcurrencyError::classified)?;
    Ok(note::<T, E, W>(standing.first().copied().unwrap_or_default()))
}

/// Remembers for the next write whether there are such triggers or rules.
fn note<T, E, W>(standing: i64) -> bool
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    W: Write,
{
    let is_turned = standing > 0;
    T::__table_facts().set_turned(W::EVENT, is_turned);
    is_turned
}
