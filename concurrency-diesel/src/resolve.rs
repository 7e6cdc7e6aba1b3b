//! Saves that ask a resolver about a conflict. The caller decides; `Tracked` merges fields.

use diesel::result::Error::QueryBuilderError;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::{ConcurrentOn, table_name};
use crate::doubt::Stead;
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session};
use crate::key::write_key;
use crate::load::{self, LoadableBy};
use crate::memory::Memory as _;
use crate::save::{self, deleted};
use crate::statement::Source;

/// How often a resolver is asked while other writers keep saving the row. Without a limit the save might never return.
const ROUNDS: usize = 100;

/// Two versions of one record. Only one of them can be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict<T> {
    /// The record that could not be saved, as it is in memory.
    pub mine: T,
    /// The row as it is now, or `None` if it was deleted.
    pub theirs: Option<T>,
}

/// What [`save_resolving`](crate::ConcurrentDsl::save_resolving) does about a [`Conflict`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution<T> {
    /// Saves this record over the row that was shown, and over no other: the save takes the row's version. If the row
    /// was deleted, the save fails with [`RecordDeleted`](ConcurrencyError::RecordDeleted), as every save does. A
    /// record with another key fails with [`Database`](ConcurrencyError::Database), and nothing is written.
    Save(T),
    /// Writes nothing, and replaces the record with the row that was shown. If the row was deleted, the save fails with
    /// [`RecordDeleted`](ConcurrencyError::RecordDeleted).
    TakeTheirs,
    /// Writes nothing, leaves the record, and fails with the conflict.
    Fail,
}

/// A resolver that saves mine over theirs.
#[must_use]
pub fn client_wins<T>(conflict: Conflict<T>) -> Resolution<T> {
    Resolution::Save(conflict.mine)
}

/// A resolver that keeps theirs: the record becomes the row.
#[must_use]
pub fn store_wins<T>(_conflict: Conflict<T>) -> Resolution<T> {
    Resolution::TakeTheirs
}

/// Saves the record, and asks the resolver at every conflict.
pub(crate) async fn save_resolving<T, E, F>(
    record: &mut T,
    mut resolver: F,
    session: &mut Session<'_, E>,
) -> Result<(), ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend> + LoadableBy<E> + Clone,
    F: FnMut(Conflict<T>) -> Resolution<T>,
{
    if T::__Memory::is_in_doubt(record) {
        match load::current(record, session).await? {
            Some(mut row) if T::__Memory::is_saved_in(record, &row) => {
                T::__Memory::succeed(record, &mut row);
                *record = row;
                return Ok(());
            }
            _ => {}
        }
    }
    let mut saved = save::save(record, session).await;
    for _ in 0..ROUNDS {
        let conflict = match saved {
            Err(error) if error.is_conflict() => error,
            decided => return decided,
        };
        let theirs = load::current(record, session).await?;
        let resolution = resolver(Conflict { mine: record.clone(), theirs: theirs.clone() });
        let Some(mut theirs) = theirs else {
            return Err(deleted::<T, E>(record));
        };
        match resolution {
            Resolution::Save(mut resolved) => {
                refuse_another_row::<T, E::Backend>(record, &theirs, &resolved)?;
                resolved.__set_version(theirs.__version().clone());
                T::__Memory::set_base(&mut resolved, theirs);
                let mut stead = Stead::of(record, Box::new(resolved));
                saved = save::save(&mut *stead.other, session).await;
                if saved.is_ok() {
                    stead.saved();
                }
            }
            Resolution::TakeTheirs => {
                T::__Memory::succeed(record, &mut theirs);
                *record = theirs;
                return Ok(());
            }
            Resolution::Fail => return Err(conflict),
        }
    }
    saved
}

/// Refuses an answer that would be saved over another row than the one that was shown. Its key must be that row's, or
/// the key that found the row, which a collation may call the same.
fn refuse_another_row<T, DB>(record: &T, theirs: &T, resolved: &T) -> Result<(), ConcurrencyError>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let key = bound_key::<T, DB>(resolved)?;
    if key == bound_key::<T, DB>(record)? || key == bound_key::<T, DB>(theirs)? {
        return Ok(());
    }
    let (table, shown, answered) = (table_name::<T, DB>(), theirs.__key(), resolved.__key());
    let message = format!(
        "the conflict was about the row of {table} with {shown}, and the answer to it has {answered}; answer with a record of the row that was shown"
    );
    Err(ConcurrencyError::Database(QueryBuilderError(message.into())))
}

/// The key as it is bound.
fn bound_key<T, DB>(record: &T) -> Result<String, ConcurrencyError>
where
    DB: ConcurrencyBackend,
    T: ConcurrentOn<DB>,
{
    let serialized = record.__serialize();
    let mut key = String::new();
    write_key::<T, DB>(Source { record, serialized: &serialized }, &mut key)?;
    Ok(key)
}
