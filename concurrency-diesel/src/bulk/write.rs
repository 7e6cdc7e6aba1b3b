//! Writes a batch in a transaction. It decides what is committed, and which record is at fault if the database refuses
//! them all.

use concurrency_core::{Advance, VersionField};

use super::outcome::{Outcome, refusal};
use super::versions::found_versions;
use super::way::Way;
use super::{BulkConflict, BulkError, Policy, Write, joined, one_by_one, returning, same_rows, singles};
use crate::concurrent::{Concurrent, ConcurrentOn};
use crate::doubt::{self, Unconfirmed};
use crate::error::{ConcurrencyError, Fault};
use crate::executor::{Executor, Session, Transactions};
use crate::memory::Memory as _;
use crate::outcome::{exhausted as exhausted_version, is_current};
use crate::save::next_version;
use crate::scope::{self, Rule};
use crate::statement::Committed;
use crate::statement::bulk::Item;
use crate::table::{self, CatalogFacts, Rollback};
use crate::transaction::RolledBack;

/// Writes the records in a transaction of their own, or in a savepoint of the caller's transaction. After an error
/// `unconfirmed` says which of them may be committed.
pub(super) async fn write<T, E>(
    mut items: Vec<Item<'_, T>>,
    what: Write,
    policy: Policy,
    session: &mut Session<'_, E>,
    unconfirmed: &mut Unconfirmed<T::Version>,
) -> Result<Outcome<T::Version>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    if items.is_empty() {
        return Ok(Outcome::new());
    }
    let table = table::facts::<T, E>(session).await?;
    let can_roll_back = match (&table.rollback, policy) {
        (Rollback::Impossible(error), Policy::AllOrNothing) => return Err(BulkError::CannotRollBack(error.clone())),
        (Rollback::Impossible(_) | Rollback::Unknown, _) => false,
        (Rollback::Possible, _) => true,
    };
    // If the catalog does not tell, the records count as in doubt only if the write moves their versions: then one read
    // resolves the doubt.
    let may_stay = match &table.rollback {
        Rollback::Impossible(_) => true,
        Rollback::Unknown => doubt::moves_version::<T>(scope::rule::<T>()),
        Rollback::Possible => false,
    };
    if may_stay {
        unconfirmed.stays();
    }
    let mut exhausted = Vec::new();
    // In a scope the version that advances is the row's, or none does.
    if matches!((what, scope::rule::<T>()), (Write::Save, Rule::Ordinary)) {
        exhausted = take_exhausted::<T>(&mut items);
    }
    let batch = Batch { items: &items, exhausted: &exhausted, table: &table, what, policy, can_roll_back };
    let mut outcome = in_transaction(&batch, session, unconfirmed).await?;
    unconfirmed.confirm();
    super::sort_by_index(&mut outcome.refused);
    Ok(outcome)
}

/// What is to be written, and what is known about it.
struct Batch<'i, 'b, T: Concurrent> {
    items: &'i [Item<'b, T>],
    /// The records whose versions cannot advance.
    exhausted: &'i [Item<'b, T>],
    table: &'i CatalogFacts,
    what: Write,
    policy: Policy,
    can_roll_back: bool,
}

/// Takes out the records whose versions cannot advance, because there is no next version to send.
fn take_exhausted<'b, T: Concurrent>(items: &mut Vec<Item<'b, T>>) -> Vec<Item<'b, T>> {
    let mut exhausted = Vec::new();
    items.retain(|item| {
        let can_advance = T::VersionField::next(item.source.record.__version()).is_some();
        if !can_advance {
            exhausted.push(*item);
        }
        can_advance
    });
    exhausted
}

/// Refuses the records whose versions cannot advance. A record counts as exhausted only if its row has the same
/// version, because a version from outside the program may be any value.
async fn refuse_exhausted<T, E>(
    exhausted: &[Item<'_, T>],
    policy: Policy,
    session: &mut Session<'_, E>,
) -> Result<Vec<BulkConflict>, BulkError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    if exhausted.is_empty() {
        return Ok(Vec::new());
    }
    let found = found_versions::<T, E, Committed>(exhausted, session).await?;
    let mut refused: Vec<_> = exhausted
        .iter()
        .zip(found)
        .map(|(item, found)| match found {
            Some(found) if is_current(item.source.record, &found) => {
                BulkConflict::new(item.index, exhausted_version::<T, E::Backend>())
            }
            found => refusal::<T, E::Backend>(*item, found.as_ref()),
        })
        .collect();
    super::sort_by_index(&mut refused);
    let is_exhausted = |one: &BulkConflict| matches!(one.error, ConcurrencyError::VersionExhausted { .. });
    match policy {
        Policy::AllOrNothing => match refused.iter().position(is_exhausted) {
            Some(position) => Err(BulkError::Record(Box::new(refused.swap_remove(position)))),
            None => Ok(refused),
        },
        Policy::Each => Ok(refused),
    }
}

/// The next versions of the records, if they are known before the rows are written; empty for a DELETE.
pub(super) fn next_versions<T, E>(items: &[Item<'_, T>], what: Write) -> Result<Vec<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    match (what, T::VersionField::__ADVANCE) {
        (Write::Save, Advance::Assigned) => {
            let next = items.iter().map(|item| next_version::<T>(item.source.record.__version()));
            next.map(|next| next.ok_or_else(exhausted_version::<T, E::Backend>)).collect()
        }
        (Write::Delete, _) | (Write::Save, Advance::IfChanged | Advance::ByDatabase) => Ok(Vec::new()),
    }
}

/// Writes the records together. If that does not tell what became of each, it starts again and writes them in another
/// way.
async fn in_transaction<T, E>(
    batch: &Batch<'_, '_, T>,
    session: &mut Session<'_, E>,
    unconfirmed: &mut Unconfirmed<T::Version>,
) -> Result<Outcome<T::Version>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let mut attempt = Attempt::first(batch);
    loop {
        let mut transaction = session.begin().await?;
        let written = attempt.run(batch, &mut transaction.session(), unconfirmed).await;
        let Some(next) = attempt.next(&written, batch) else {
            let decided = decide(written, batch);
            if let Ok(outcome) = &decided {
                unconfirmed.note::<T>(&outcome.versions);
            }
            let explain = BulkError::explain_lost_transaction::<E::Backend>;
            return transaction.end_known(decided, explain, &mut unconfirmed.may_be_committed).await;
        };
        drop(written);
        if let RolledBack::Gone(lost) = transaction.roll_back().await? {
            unconfirmed.may_be_committed = true;
            return Err(lost.into());
        }
        attempt = next;
    }
}

/// How the records are sent, depending on the attempt before.
enum Attempt {
    /// In the way that is fastest on the engine.
    Together,
    /// In halves, because an error may be the fault of one record.
    InParts,
    /// Each by itself, after their rows were locked and checked. The suspects are also checked for naming other
    /// records' rows.
    OneByOne { suspects: Vec<usize>, is_last: bool },
}

impl Attempt {
    /// The first attempt. If the statement of a batch may leave the version, a record in doubt needs a fence, which
    /// only a single statement has.
    fn first<T: Concurrent>(batch: &Batch<'_, '_, T>) -> Self {
        let may_leave_version = matches!(batch.what, Write::Save) && !doubt::moves_version::<T>(scope::rule::<T>());
        if may_leave_version && batch.items.iter().any(|item| T::__Memory::is_in_doubt(item.source.record)) {
            return Self::OneByOne { suspects: Vec::new(), is_last: true };
        }
        Self::Together
    }

    async fn run<T, E>(
        &self,
        batch: &Batch<'_, '_, T>,
        session: &mut Session<'_, E>,
        unconfirmed: &mut Unconfirmed<T::Version>,
    ) -> Result<Outcome<T::Version>, BulkError>
    where
        E: Transactions,
        T: ConcurrentOn<E::Backend>,
    {
        let Batch { items, what, policy, .. } = *batch;
        let mut refused = refuse_exhausted(batch.exhausted, policy, session).await?;
        let mut outcome = match self {
            _ if items.is_empty() => Outcome::new(),
            Self::Together => send(items, batch, session, unconfirmed).await?,
            Self::InParts => in_parts(batch, session, unconfirmed).await?,
            Self::OneByOne { suspects, .. } => {
                one_by_one::write(items, suspects, what, policy, session, unconfirmed).await?
            }
        };
        if let Write::Save = what {
            same_rows::refuse_after(items, &outcome, session).await?;
        }
        outcome.refused.append(&mut refused);
        Ok(outcome)
    }

    /// What is tried next, if this attempt did not tell what became of each record.
    fn next<T: Concurrent>(
        &self,
        written: &Result<Outcome<T::Version>, BulkError>,
        batch: &Batch<'_, '_, T>,
    ) -> Option<Self> {
        if !batch.can_roll_back {
            return None;
        }
        let one_by_one = |suspects: &[usize], is_last| Some(Self::OneByOne { suspects: suspects.to_vec(), is_last });
        match (self, written) {
            (Self::Together, Err(BulkError::Concurrency(error))) if error.fault() != Fault::Statement => {
                match batch.what {
                    Write::Save => Some(Self::InParts),
                    // Halves could delete a row before the rows that depend on it.
                    Write::Delete => one_by_one(&[], false),
                }
            }
            (Self::Together | Self::InParts, Ok(outcome)) => {
                let suspects = outcome.suspects(batch);
                if suspects.is_empty() { None } else { one_by_one(&suspects, false) }
            }
            (Self::OneByOne { is_last: false, .. }, Ok(outcome)) if !outcome.suspects.is_empty() => {
                one_by_one(&outcome.suspects, true)
            }
            _ => None,
        }
    }
}

impl<V> Outcome<V> {
    /// The records whose fate is unknown. If other rows were deleted, these include the rows that are gone, because a
    /// foreign key may have taken them.
    fn suspects<T: Concurrent<Version = V>>(&self, batch: &Batch<'_, '_, T>) -> Vec<usize> {
        let mut suspects = self.suspects.clone();
        if matches!(batch.what, Write::Delete) && self.refused.len() < batch.items.len() {
            let is_gone = |one: &&BulkConflict| matches!(one.error, ConcurrencyError::RecordDeleted(_));
            suspects.extend(self.refused.iter().filter(is_gone).map(|one| one.index));
        }
        suspects
    }
}

/// Decides what is committed if a record was refused: nothing, or the rest.
fn decide<T: Concurrent>(
    written: Result<Outcome<T::Version>, BulkError>,
    batch: &Batch<'_, '_, T>,
) -> Result<Outcome<T::Version>, BulkError> {
    let mut outcome = written?;
    if let Some(error) = outcome.take_common_error(batch.items.len()) {
        return Err(error.into());
    }
    match batch.policy {
        Policy::AllOrNothing if !outcome.refused.is_empty() => {
            super::sort_by_index(&mut outcome.refused);
            Err(BulkError::Conflicts(outcome.refused))
        }
        Policy::AllOrNothing | Policy::Each => Ok(outcome),
    }
}

/// Writes the records in halves. A half that is refused with an error is halved again, until the offending record is
/// found.
async fn in_parts<T, E>(
    batch: &Batch<'_, '_, T>,
    session: &mut Session<'_, E>,
    unconfirmed: &mut Unconfirmed<T::Version>,
) -> Result<Outcome<T::Version>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let mut outcome = Outcome::new();
    let mut parts = vec![batch.items];
    while let Some(part) = parts.pop() {
        if let [_] = part {
            outcome.append(singles::write(part, batch.what, batch.policy, session, unconfirmed).await?);
            continue;
        }
        let mut savepoint = session.begin().await?;
        let written = send(part, batch, &mut savepoint.session(), unconfirmed).await;
        match savepoint.end(written, BulkError::explain_lost_transaction::<E::Backend>).await {
            Ok(written) => outcome.append(written),
            Err(BulkError::Concurrency(error)) if error.fault() != Fault::Statement => {
                let (first, second) = part.split_at_checked(part.len() / 2).unwrap_or((part, &[]));
                parts.extend([second, first]);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(outcome)
}

/// Sends the records in the way that is fastest on the engine. In a scope it sends each by itself, because only single
/// statements know scopes.
async fn send<T, E>(
    items: &[Item<'_, T>],
    batch: &Batch<'_, '_, T>,
    session: &mut Session<'_, E>,
    unconfirmed: &mut Unconfirmed<T::Version>,
) -> Result<Outcome<T::Version>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let Batch { what, policy, table, .. } = *batch;
    let way = match scope::rule::<T>() {
        Rule::Ordinary => Way::of_writes::<T, E::Backend>(what, table)?,
        Rule::Unchecked | Rule::WithoutIncrement => Way::Singles,
    };
    Ok(match way {
        Way::Arrays => returning::write(items, what, None, session).await?,
        Way::Tuples { chunk } => returning::write(items, what, Some(chunk), session).await?,
        Way::Joined { chunk } => joined::write(items, what, chunk, table, session).await?,
        Way::Singles => singles::write(items, what, policy, session, unconfirmed).await?,
    })
}
