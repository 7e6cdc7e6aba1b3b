//! The save that merges: on a conflict it reads the row, joins both edits, and saves the result. `fields` merges one
//! field; `worlds` merges when a write was not answered.

use super::worlds::{self, Merged};
use super::{MergeError, Trackable, Tracked, fields, rounding};
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::doubt::Stead;
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session};
use crate::load::{self, LoadableBy};
use crate::memory::Memory as _;
use crate::save::{self, deleted};
use crate::statement::SomeColumns;

/// How often the row is merged again while other writers change it.
const ROUNDS: usize = 100;

/// Writes the fields that changed, joined with what other writers changed.
pub(crate) async fn save_merging<T, E>(
    tracked: &mut Tracked<T>,
    session: &mut Session<'_, E>,
) -> Result<(), MergeError<T>>
where
    E: Executor,
    T: Trackable + ConcurrentOn<E::Backend> + Concurrent<Version: Clone> + LoadableBy<E> + Clone,
{
    // In doubt, only the row says what there is to write.
    if !<Tracked<T> as Concurrent>::__Memory::is_in_doubt(tracked) {
        match save::save(tracked, session).await {
            Err(ConcurrencyError::RecordModified(_)) if tracked.has_base() => {}
            done => return Ok(done?),
        }
    }
    let mut saved = Ok(());
    for _ in 0..ROUNDS {
        let Some(theirs) = load::current(&tracked.record, session).await? else {
            return Err(deleted::<T, E>(&tracked.record).into());
        };
        let merged = merge::<T, E>(tracked, theirs)?;
        let fence = tracked.columns_to_come(merged.base.__version());
        let columns = |merged: &Tracked<T>| {
            SomeColumns::with_fence::<T>(fields::changed_columns(&merged.base, &merged.record), fence)
        };
        let mut stead = Stead::of(tracked, Box::new(merged));
        saved = save::save_columns(&mut *stead.other, columns, session).await;
        match saved {
            Ok(()) => {
                stead.saved();
                return Ok(());
            }
            Err(ConcurrencyError::RecordModified(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(saved?)
}

/// What the record becomes when it is merged with this row.
fn merge<T, E>(tracked: &Tracked<T>, theirs: T) -> Result<Tracked<T>, MergeError<T>>
where
    E: Executor,
    T: Trackable + ConcurrentOn<E::Backend> + Concurrent<Version: Clone> + Clone,
{
    let worlds = rounding::worlds_as_stored::<T, E::Backend>(tracked, &theirs)?;
    let told = |columns| (fields::names(columns, &theirs), tracked.base.clone(), tracked.record.clone());
    match worlds::merge(&worlds, &theirs) {
        Merged::One { record, conflicts } if conflicts.is_empty() => {
            let mut merged = Tracked::new(theirs);
            merged.record = record;
            Ok(merged)
        }
        Merged::One { conflicts, .. } => {
            let (fields, base, mine) = told(conflicts);
            Err(MergeError::Fields { fields, base, mine, theirs })
        }
        Merged::Several(differing) => {
            let (fields, base, mine) = told(differing);
            Err(MergeError::InDoubt { fields, base, mine, theirs })
        }
    }
}
