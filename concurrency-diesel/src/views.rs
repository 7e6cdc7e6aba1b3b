//! Views whose triggers write the rows. SQLite does not count such rows, so 0 rows prove nothing. RETURNING does return
//! them, but takes twice as long, so it is used for views only.

use diesel::query_builder::QueryFragment;
use diesel::result::QueryResult;

use crate::backend::{ConcurrencyBackend, WriteEvent};
use crate::bind::VersionOn;
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::ConcurrencyError;
use crate::executor::{ByText, Executor, Session};
use crate::outcome::{self, Outcome};
use crate::statement::{ReturningVersion, SelectRelation};

/// Whether a write of the record's table must return what it wrote, because the engine counts nothing for a view.
///
/// The catalog is queried once, before the table's first write, and again if a write counts no row: another database
/// may have a view of this name, or a migration may have made one.
pub(crate) async fn is_view<T, E>(session: &mut Session<'_, E>) -> bool
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    if E::Backend::__COUNTS_ROWS_OF_VIEWS {
        return false;
    }
    match T::__table_facts().is_view() {
        Some(is_view) => is_view,
        // If the library is too old for the query, the write uses the statement that is right for both.
        None => Box::pin(ask::<T, E>(session)).await.unwrap_or(true),
    }
}

/// The statement that returns the version that it wrote.
pub(crate) fn returning<'b, T, DB, S>(statement: S) -> ReturningVersion<ByText<'b, DB, ()>, T::__VersionColumn>
where
    DB: ConcurrencyBackend,
    T: Concurrent,
    S: QueryFragment<DB> + 'b,
{
    ReturningVersion::new(ByText::new(statement))
}

/// The outcome of a write that counted no row: it was refused, unless the table has become a view.
pub(crate) async fn refused<T, E>(record: &T, session: &mut Session<'_, E>) -> Result<Outcome, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    if ask::<T, E>(session).await? { Err(outcome::uncounted::<T, E::Backend>(record)) } else { Ok(Outcome::Refused) }
}

/// Whether the record's table is a view on this connection. It also notes which triggers and rules may replace its
/// writes.
pub(crate) async fn ask<T, E>(session: &mut Session<'_, E>) -> QueryResult<bool>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let numbers = <T::Version as VersionOn<_, _>>::__load_numbers(SelectRelation::<T>::new(), session).await?;
    let relation = numbers.first().copied().unwrap_or_default();
    let facts = T::__table_facts();
    facts.set_turned(WriteEvent::Update, relation & 2 != 0);
    facts.set_turned(WriteEvent::Delete, relation & 4 != 0);
    facts.set_unwritable(WriteEvent::Update, relation & 8 != 0);
    facts.set_unwritable(WriteEvent::Delete, relation & 16 != 0);
    facts.set_view(relation & 1 != 0);
    Ok(relation & 1 != 0)
}
