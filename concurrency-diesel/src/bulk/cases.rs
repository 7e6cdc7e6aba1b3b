//! Writing rows that are locked already without a join, where the engine can: records whose key is one integer, the primary key of
//! their table. Which records are current is decided before.

use concurrency_core::{Advance, VersionField};
use diesel::result::QueryResult;

use super::Write;
use super::versions::Answers;
use crate::bind::VersionOn;
use crate::concurrent::ConcurrentOn;
use crate::executor::{Executor, Session};
use crate::statement::bulk::{CaseUpdate, Item, SelectPrimary, integer_key};

/// How many records are written in one statement: each row is compared with all keys.
pub(super) const CHUNK: usize = 100;

/// Whether records can be written so, as far as it is known.
pub(super) enum Cases {
    Impossible,
    /// If this column is the primary key.
    Perhaps(&'static str),
    Possible,
}

impl Cases {
    pub(super) fn of<T, E>(what: Write) -> QueryResult<Self>
    where
        E: Executor,
        T: ConcurrentOn<E::Backend>,
    {
        Ok(match (what, T::VersionField::__ADVANCE) {
            (Write::Save, Advance::Assigned) if T::__SKIPPABLE == 0 => {
                integer_key::<T, E::Backend>()?.map_or(Self::Impossible, Self::Perhaps)
            }
            _ => Self::Impossible,
        })
    }

    /// How many of these records, whose rows are locked, go into one statement; asks for the primary key where that is worth it.
    pub(super) async fn chunk<T, E>(
        &mut self,
        items: &[Item<'_, T>],
        session: &mut Session<'_, E>,
    ) -> QueryResult<usize>
    where
        E: Executor,
        T: ConcurrentOn<E::Backend>,
    {
        if let (Self::Perhaps(column), Some(item)) = (&*self, items.get(CHUNK - 1)) {
            let answers = select_primary::<T, E>(*item, column, session).await?;
            *self = if matches!(answers.as_slice(), [(1, _)]) { Self::Possible } else { Self::Impossible };
        }
        Ok(match self {
            Self::Possible => CHUNK,
            Self::Impossible | Self::Perhaps(_) => usize::MAX,
        })
    }
}

/// No `async fn`: the statement must not live while the answer is awaited, because nothing says that it is `Send`.
fn select_primary<'a, T, E>(
    item: Item<'a, T>,
    column: &'static str,
    session: &'a mut Session<'_, E>,
) -> Answers<'a, T, E>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    T::Version::__load_numbered(SelectPrimary::new(item, column), session)
}

/// Writes records whose rows are locked, and answers with the number of rows.
pub(super) fn send<'a, T, E>(
    items: &'a [Item<'a, T>],
    next: &'a [T::Version],
    session: &'a mut Session<'_, E>,
) -> E::Future<'a, QueryResult<usize>>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    session.execute(CaseUpdate::new(items, next))
}
