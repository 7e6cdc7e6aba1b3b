//! The save that merges: on a conflict the row is read, both edits are joined, and the result is saved. How one field is merged
//! stands in `fields`.

use super::attempt::Attempt;
use super::{MergeError, Trackable, Tracked, fields};
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session};
use crate::load::{self, LoadableBy};
use crate::save::{self, deleted};

/// How often the row is merged anew when other writers change it in between.
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
    let mut saved = save::save(tracked, session).await;
    for _ in 0..ROUNDS {
        match saved {
            Err(ConcurrencyError::RecordModified(_)) if tracked.has_base() => {}
            done => return Ok(done?),
        }
        let Some(theirs) = load::current(&tracked.record, session).await? else {
            return Err(deleted::<T, E>(&tracked.record).into());
        };
        let mut round = Round::new(tracked, theirs)?;
        saved = save::save(&mut round.merged, session).await;
        if saved.is_ok() {
            round.adopt();
        }
    }
    Ok(saved?)
}

/// A record, and what it becomes once it is saved over the row as it was read.
struct Round<'t, T: Trackable + Concurrent<Version: Clone> + Clone> {
    tracked: &'t mut Tracked<T>,
    merged: Tracked<T>,
}

impl<'t, T: Trackable + Concurrent<Version: Clone> + Clone> Round<'t, T> {
    fn new(tracked: &'t mut Tracked<T>, theirs: T) -> Result<Self, MergeError<T>> {
        let base = tracked.ancestor(&theirs);
        let mut merged = Tracked::new(theirs);
        let conflicts = fields::merge_into(base, &tracked.record, &mut merged.record);
        if conflicts.is_empty() {
            return Ok(Self { tracked, merged });
        }
        Err(MergeError::Fields {
            fields: conflicts,
            base: base.clone(),
            mine: tracked.record.clone(),
            theirs: merged.base,
        })
    }

    fn adopt(mut self) {
        std::mem::swap(self.tracked, &mut self.merged);
        self.merged.in_doubt.clear();
    }
}

/// What nobody knows of the merged record nobody knows of the record: here, too, where the future is dropped.
impl<T: Trackable + Concurrent<Version: Clone> + Clone> Drop for Round<'_, T> {
    fn drop(&mut self) {
        let Self { tracked, merged } = self;
        let of_the_record = |Attempt { row, .. }| Attempt { record: tracked.record.clone(), row };
        tracked.in_doubt.extend(merged.in_doubt.drain(..).map(of_the_record));
    }
}
