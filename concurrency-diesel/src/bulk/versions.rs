//! Reads the versions of many records' rows.

use diesel::result::QueryResult;

use super::outcome::by_item;
use super::way::Way;
use crate::bind::VersionOn;
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session};
use crate::save::found_version;
use crate::statement::Lock;
use crate::statement::bulk::{Arrays, Item, Parts, SelectVersions, Tuples};

/// What a statement returns: the numbers of records and the versions of their rows.
pub(super) type Answers<'a, T, E> = <E as Executor>::Future<'a, QueryResult<Vec<(i64, <T as Concurrent>::Version)>>>;

/// The versions of the records' rows under the lock `L`, in the order of the items; `None` where there is no row.
pub(super) async fn found_versions<T, E, L>(
    items: &[Item<'_, T>],
    session: &mut Session<'_, E>,
) -> Result<Vec<Option<T::Version>>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    L: Lock,
{
    match Way::of_reads::<T, E::Backend>()? {
        Way::Arrays => {
            let answers = select_arrays::<T, E, L>(items, session)?.await?;
            by_item::<T, E::Backend>(items, answers)
        }
        Way::Tuples { chunk } | Way::Joined { chunk } => {
            let mut found = Vec::with_capacity(items.len());
            for items in items.chunks(chunk) {
                let answers = select_tuples::<T, E, L>(items, items.len() == chunk, session).await?;
                found.append(&mut by_item::<T, E::Backend>(items, answers)?);
            }
            Ok(found)
        }
        Way::Singles => {
            let mut found = Vec::with_capacity(items.len());
            for item in items {
                found.push(found_version::<T, E, L>(item.source, session).await?);
            }
            Ok(found)
        }
    }
}

/// Not an `async fn`: the statement must not live across an await, because nothing says that it is `Send`.
fn select_arrays<'a, T, E, L>(items: &[Item<'a, T>], session: &'a mut Session<'_, E>) -> QueryResult<Answers<'a, T, E>>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    L: Lock,
{
    let keys = Arrays::new(items, Parts::Keys)?;
    Ok(T::Version::__load_numbered(SelectVersions::<T, _, L>::new(keys), session))
}

fn select_tuples<'a, T, E, L>(
    items: &'a [Item<'a, T>],
    is_full: bool,
    session: &'a mut Session<'_, E>,
) -> Answers<'a, T, E>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
    L: Lock,
{
    let keys = Tuples::new(items, Parts::Keys, is_full);
    T::Version::__load_numbered(SelectVersions::<T, _, L>::new(keys), session)
}
