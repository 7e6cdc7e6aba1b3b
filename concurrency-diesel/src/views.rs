//! Views whose triggers write the rows. SQLite counts nothing of that, so that 0 rows would be no proof; RETURNING answers for it, but
//! takes twice as long, so that it is kept for views.

use diesel::query_builder::QueryFragment;
use diesel::result::QueryResult;

use crate::backend::{ConcurrencyBackend, WriteEvent};
use crate::bind::VersionOn;
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::ConcurrencyError;
use crate::executor::{ByText, Executor, Session};
use crate::outcome::{self, Outcome};
use crate::statement::{ReturningVersion, SelectRelation};

/// Whether a write of the record's table is to answer with what it wrote, because the engine counts nothing for a view.
///
/// This is asked once, before the table's first write, and again where a write counts no row: another database may have a view of this
/// name, or a migration may have made one.
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
        // A library that is too old to be asked gets the statement that is right for both.
        None => Box::pin(ask::<T, E>(session)).await.unwrap_or(true),
    }
}

/// The statement that answers with the version that it wrote.
pub(crate) fn returning<'b, T, DB, S>(statement: S) -> ReturningVersion<ByText<'b, DB, ()>, T::__VersionColumn>
where
    DB: ConcurrencyBackend,
    T: Concurrent,
    S: QueryFragment<DB> + 'b,
{
    ReturningVersion::new(ByText::new(statement))
}

/// A write counted no row: it is refused, unless the table has become a view.
pub(crate) async fn refused<T, E>(record: &T, session: &mut Session<'_, E>) -> Result<Outcome, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    if ask::<T, E>(session).await? { Err(outcome::uncounted::<T, E::Backend>(record)) } else { Ok(Outcome::Refused) }
}

/// Whether the record's table is a view on this connection; what stands between it and its writes is noted, too.
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
