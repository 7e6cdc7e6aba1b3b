//! Writes whose outcome is unknown, because the connection was lost before the answer came or the future was dropped.
//! They leave a tracked record in doubt, and its next save finds out what it can. `tracked` remembers them.

use concurrency_core::{Advance, VersionField};

use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session};
use crate::memory::{self, Memory as _};
use crate::outcome;
use crate::save::{deleted, found_version};
use crate::scope::{self, Rule};
use crate::statement::{Committed, Source};
use crate::tracked::ColumnSet;

/// A record whose write is not answered yet. If this is dropped before the answer, the record is in doubt.
pub(crate) struct Unanswered<'r, T: Concurrent> {
    record: &'r mut T,
    write: memory::Unanswered<T::Version>,
    is_answered: bool,
}

impl<'r, T: Concurrent> Unanswered<'r, T> {
    /// A write of these columns of the record.
    pub(crate) const fn of(record: &'r mut T, columns: ColumnSet, moves_version: bool) -> Self {
        Self { record, write: memory::Unanswered { columns, version: None, moves_version }, is_answered: false }
    }

    /// The record as it is written, and the place to note the version that the row gets, if it is known beforehand.
    pub(crate) const fn parts(&mut self) -> (&T, &mut Option<T::Version>) {
        (self.record, &mut self.write.version)
    }

    /// Takes the answer, which says what version the row has if it was written.
    pub(crate) fn answered(mut self, answer: Result<T::Version, ConcurrencyError>) -> Result<(), ConcurrencyError> {
        self.is_answered = !matches!(answer, Err(ConcurrencyError::OutcomeUnknown(_)));
        T::__Memory::written(self.record, self.write.columns, answer?);
        Ok(())
    }
}

impl<T: Concurrent> Drop for Unanswered<'_, T> {
    fn drop(&mut self) {
        if !self.is_answered {
            let memory::Unanswered { columns, version, moves_version } = &mut self.write;
            let write =
                memory::Unanswered { columns: *columns, version: version.take(), moves_version: *moves_version };
            T::__Memory::unanswered(self.record, write);
        }
    }
}

/// Notes the version that a write is to give the row, if no other write can make it and the record remembers it.
pub(crate) fn note<T: Concurrent<Version: Clone>>(planned: &mut Option<T::Version>, version: &T::Version) {
    if T::__Memory::IS_TRACKED && T::VersionField::__IS_UNIQUE {
        *planned = Some(version.clone());
    }
}

/// The records of a batch whose transaction is not answered yet. If this is dropped during the COMMIT, the records are
/// in doubt.
pub(crate) struct UnansweredBatch<'r, T: Concurrent> {
    pub(crate) records: &'r mut [T],
    pub(crate) unconfirmed: Unconfirmed<T::Version>,
    moves_version: bool,
}

/// What is known of a batch that is not confirmed as committed.
pub(crate) struct Unconfirmed<V> {
    /// Whether it may be committed.
    pub(crate) may_be_committed: bool,
    /// Whether each of its writes may stay whatever becomes of the batch, because the table cannot roll back.
    stays: bool,
    /// The positions of the records that it wrote, and the versions of their rows if no other write can make them. If
    /// `None`, it may have written any record.
    written: Option<Vec<(usize, Option<V>)>>,
}

impl<V> Unconfirmed<V> {
    pub(crate) const fn new() -> Self {
        Self { may_be_committed: false, stays: false, written: None }
    }

    /// Notes that each write of the batch may stay.
    pub(crate) fn stays(&mut self) {
        self.stays = true;
        self.written = Some(Vec::new());
    }

    /// Notes that one record is sent by itself.
    pub(crate) fn sent(&mut self, index: usize) {
        match &mut self.written {
            Some(written) if self.stays => written.push((index, None)),
            _ => {}
        }
    }

    /// Notes the answer to the record that was sent last.
    pub(crate) fn answered<T>(&mut self, answer: &Result<Option<V>, ConcurrencyError>)
    where
        T: Concurrent<Version = V>,
        V: Clone,
    {
        let Some(written) = self.written.as_mut().filter(|_| self.stays) else { return };
        match answer {
            Ok(Some(version)) => {
                if let Some((_, planned)) = written.last_mut() {
                    note::<T>(planned, version);
                }
            }
            Ok(None) | Err(ConcurrencyError::OutcomeUnknown(_)) => {}
            Err(_) => drop(written.pop()),
        }
    }

    /// Notes that the batch came to its end, so that the records learn what it wrote.
    pub(crate) const fn confirm(&mut self) {
        self.stays = false;
    }

    /// Notes what is to be committed.
    pub(crate) fn note<T>(&mut self, versions: &[(usize, V)])
    where
        T: Concurrent<Version = V>,
        V: Clone,
    {
        if !T::__Memory::IS_TRACKED {
            return;
        }
        let noted = versions.iter().map(|(index, version)| {
            let mut planned = None;
            note::<T>(&mut planned, version);
            (*index, planned)
        });
        self.written = Some(noted.collect());
    }
}

impl<'r, T: Concurrent> UnansweredBatch<'r, T> {
    pub(crate) fn of(records: &'r mut [T]) -> Self {
        Self { records, unconfirmed: Unconfirmed::new(), moves_version: moves_version::<T>(scope::rule::<T>()) }
    }
}

impl<T: Concurrent> Drop for UnansweredBatch<'_, T> {
    fn drop(&mut self) {
        if !T::__Memory::IS_TRACKED || !(self.unconfirmed.may_be_committed || self.unconfirmed.stays) {
            return;
        }
        let moves_version = self.moves_version;
        let remember = |record: &mut T, version| {
            let write = memory::Unanswered { columns: ColumnSet::EVERY, version, moves_version };
            T::__Memory::unanswered(record, write);
        };
        match self.unconfirmed.written.take() {
            None => self.records.iter_mut().for_each(|record| remember(record, None)),
            Some(written) => {
                for (index, version) in written {
                    if let Some(record) = self.records.get_mut(index) {
                        remember(record, version);
                    }
                }
            }
        }
    }
}

/// Whether a save under this rule is certain to move the version.
pub(crate) fn moves_version<T: Concurrent>(rule: Rule) -> bool {
    match rule {
        Rule::Unchecked => true,
        Rule::WithoutIncrement if !T::VersionField::__EVERY_WRITE_COUNTS => false,
        Rule::Ordinary | Rule::WithoutIncrement => !matches!(T::VersionField::__ADVANCE, Advance::IfChanged),
    }
}

/// Finds out by the row's version what became of the writes without an answer. It is an error if the version proves
/// neither that none of them was done, nor which one was. Otherwise the record can be saved or, if one was done, the
/// record that this returns, which continues from that write.
pub(crate) async fn find_out<T, E>(record: &T, session: &mut Session<'_, E>) -> Result<Option<Box<T>>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let serialized = record.__serialize();
    let source = Source { record, serialized: &serialized };
    let Some(found) = found_version::<T, E, Committed>(source, session).await? else {
        return Err(deleted::<T, E>(record));
    };
    if outcome::is_current(record, &found) {
        return Ok(None);
    }
    match T::__Memory::proved(record, &found) {
        Some(proved) => Ok(Some(Box::new(proved))),
        None => Err(outcome::refusal::<T, E::Backend>(record, record.__version(), Some(&found))),
    }
}

/// Whether the row's version may prove that a write without an answer was done, and that matters to the record's save.
pub(crate) fn can_be_proved<T: Concurrent>(record: &T) -> bool {
    T::VersionField::__IS_UNIQUE && T::__Memory::is_in_doubt(record) && scope::rule::<T>() != Rule::Unchecked
}

/// The record as it continues from a write without an answer, if the row's version proves that it was done.
pub(crate) async fn prove<T, E>(record: &T, session: &mut Session<'_, E>) -> Result<Option<T>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let serialized = record.__serialize();
    let source = Source { record, serialized: &serialized };
    let found = found_version::<T, E, Committed>(source, session).await?;
    Ok(found.and_then(|found| T::__Memory::proved(record, &found)))
}

/// A record that is saved in place of another. Unless it is saved, the other stays as it is. A doubt about it becomes a
/// doubt about the other, also if the future is dropped.
pub(crate) struct Stead<'r, T: Concurrent> {
    record: &'r mut T,
    pub(crate) other: Box<T>,
    is_saved: bool,
}

impl<'r, T: Concurrent> Stead<'r, T> {
    pub(crate) const fn of(record: &'r mut T, other: Box<T>) -> Self {
        Self { record, other, is_saved: false }
    }

    /// Ends with the other record saved: it takes the record's place.
    pub(crate) fn saved(mut self) {
        T::__Memory::succeed(self.record, &mut self.other);
        std::mem::swap(self.record, &mut *self.other);
        self.is_saved = true;
    }
}

impl<T: Concurrent> Drop for Stead<'_, T> {
    fn drop(&mut self) {
        if !self.is_saved {
            T::__Memory::inherit_doubt(self.record, &mut self.other);
        }
    }
}

/// The records of a batch, of which some are saved in place of others. The others are put back in the end, unless they
/// are taken out, and inherit the doubts about the records that were in their place.
pub(crate) struct Steads<'r, T: Concurrent> {
    pub(crate) records: &'r mut [T],
    /// The others that are to be put back, and their positions.
    pub(crate) others: Vec<(usize, T)>,
}

impl<'r, T: Concurrent> Steads<'r, T> {
    pub(crate) const fn of(records: &'r mut [T]) -> Self {
        Self { records, others: Vec::new() }
    }

    /// Puts this record in the place of another.
    pub(crate) fn replace(&mut self, index: usize, record: T) {
        if let Some(other) = self.records.get_mut(index) {
            self.others.push((index, std::mem::replace(other, record)));
        }
    }
}

impl<T: Concurrent> Drop for Steads<'_, T> {
    fn drop(&mut self) {
        for (index, mut other) in self.others.drain(..) {
            if let Some(record) = self.records.get_mut(index) {
                std::mem::swap(record, &mut other);
                T::__Memory::inherit_doubt(record, &mut other);
            }
        }
    }
}
