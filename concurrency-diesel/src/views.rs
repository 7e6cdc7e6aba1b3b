//! Views whose triggers write the rows. SQLite counts nothing of that, so that 0 rows would be no proof; RETURNING answers for it, but
//! takes twice as long, so that it is kept for views.

use diesel::query_builder::{QueryFragment, QueryId};
use diesel::result::QueryResult;

use crate::backend::WriteEvent;
use crate::bind::VersionOn;
use crate::concurrent::ConcurrentOn;
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session};
use crate::outcome::{self, Outcome};
use crate::statement::{ReturningVersion, SelectRelation, Source};

/// Sends a statement about the record's row, and says whether it wrote the row; on an engine that counts nothing for a view.
///
/// Whether the table is a view is asked once, before its first write, and again where a write counts no row: another database may have
/// a view of this name, or a migration may have made one.
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
    let record = source.record;
    let is_view = match T::__table_facts().is_view() {
        Some(is_view) => is_view,
        // A library that is too old to be asked gets the statement that is right for both.
        None => ask::<T, E>(session).await.unwrap_or(true),
    };
    if is_view {
        let written = ReturningVersion::<_, T::__VersionColumn>::new(statement);
        let written =
            outcome::at_most_one_written::<T, E::Backend, _>(record, T::Version::__load(written, session).await)?;
        return Ok(if written.is_some() { Outcome::Written } else { Outcome::Refused });
    }
    let outcome = outcome::outcome::<T, E::Backend>(record, session.execute(statement).await)?;
    if matches!(outcome, Outcome::Refused) && ask::<T, E>(session).await? {
        return Err(outcome::uncounted::<T, E::Backend>(record));
    }
    Ok(outcome)
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
    facts.set_view(relation & 1 != 0);
    Ok(relation & 1 != 0)
}
