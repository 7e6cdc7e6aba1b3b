//! The save that merges: on a conflict the row is read, both edits are joined, and the result is saved. How one field is merged
//! stands in `fields`.

use diesel::result::DatabaseErrorKind;
use diesel::result::Error::DatabaseError;

use super::{MergeError, Trackable, TrackedRecord, fields, save_changed};
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::Error;
use crate::executor::{Executor, Session};
use crate::load::{self, LoadableBy};
use crate::save::deleted;

/// How often the row is merged anew when other writers change it in between.
const ROUNDS: usize = 100;

/// Writes the fields that changed, joined with what other writers changed.
pub(crate) async fn save_merging<T, M, E>(
    tracked: &mut TrackedRecord<T, M>,
    session: &mut Session<'_, E>,
) -> Result<(), MergeError<T>>
where
    E: Executor,
    T: Trackable + ConcurrentOn<E::Backend> + Concurrent<Version: Clone> + LoadableBy<E> + Clone,
{
    let mut saved = save_changed(tracked, session).await;
    for _ in 0..ROUNDS {
        match saved {
            // Of another row the base says nothing.
            Err(Error::RecordModified(_)) if T::__same_key(&tracked.base, &tracked.record) => {}
            done => return Ok(done?),
        }
        let Some(theirs) = load::current(&tracked.record, session).await? else {
            return Err(deleted::<T, E>(&tracked.record).into());
        };
        if tracked.is_in_doubt && fields::changed_columns(&theirs, &tracked.record).is_empty() {
            // It was that save which moved the version.
            tracked.record.__set_version(theirs.__version().clone());
            let mut saved = TrackedRecord::new(theirs);
            saved.record.clone_from(&tracked.record);
            *tracked = saved;
            return Ok(());
        }
        let mut merged = TrackedRecord::<T, M>::new(theirs);
        let conflicts = fields::merge_into(&tracked.base, &tracked.record, &mut merged.record);
        if !conflicts.is_empty() {
            let TrackedRecord { record, base, .. } = &*tracked;
            return Err(MergeError::Fields {
                fields: conflicts,
                base: base.clone(),
                mine: record.clone(),
                theirs: merged.base,
            });
        }
        saved = save_changed(&mut merged, session).await;
        match saved {
            Ok(()) => *tracked = merged,
            Err(ref error) => tracked.is_in_doubt |= leaves_doubt(error),
        }
    }
    Ok(saved?)
}

/// Whether the write may have happened all the same: the connection was lost before its answer came.
pub(super) const fn leaves_doubt(error: &Error) -> bool {
    use DatabaseErrorKind::{
        CheckViolation, ForeignKeyViolation, NotNullViolation, ReadOnlyTransaction, UniqueViolation,
    };
    match error {
        Error::Database(DatabaseError(kind, _)) => !matches!(
            kind,
            UniqueViolation | ForeignKeyViolation | NotNullViolation | CheckViolation | ReadOnlyTransaction
        ),
        _ => false,
    }
}
