//! Writing a batch in a transaction: what is committed, and which record is at fault where the database refuses them all.

use concurrency_core::{Advance, VersionField};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::outcome::Outcome;
use super::versions::found_versions;
use super::way::Way;
use super::{BulkConflict, BulkError, Policy, Write, joined, returning, singles};
use crate::concurrent::ConcurrentOn;
use crate::error::ConcurrencyError;
use crate::executor::{Executor, Session, Transactions};
use crate::outcome;
use crate::save::next_version;
use crate::scope::{self, Rule};
use crate::statement::Committed;
use crate::statement::bulk::Item;
use crate::transaction;

/// Writes the records in a transaction of their own, or in a savepoint of the caller's transaction; after an error it says whether
/// they may be committed all the same.
pub(super) async fn write<T, E>(
    mut items: Vec<Item<'_, T>>,
    what: Write,
    policy: Policy,
    session: &mut Session<'_, E>,
    may_be_committed: &mut bool,
) -> Result<Outcome<T::Version>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let mut refused = Vec::new();
    // In a scope the version that advances is the row's, or none.
    if matches!((what, scope::rule::<T>()), (Write::Save, Rule::Ordinary)) {
        refused = take_exhausted::<T, E>(&mut items, policy, session).await?;
    }
    if items.is_empty() {
        return decide(Ok(Outcome { versions: Vec::new(), refused }), policy);
    }
    in_transaction(&items, refused, what, policy, session, may_be_committed).await
}

/// Takes out the records whose versions cannot advance: they are not sent, and refused as their rows are found.
async fn take_exhausted<T, E>(
    items: &mut Vec<Item<'_, T>>,
    policy: Policy,
    session: &mut Session<'_, E>,
) -> Result<Vec<BulkConflict>, BulkError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let can_advance = |item: &Item<'_, T>| next_version::<T>(item.source.record.__version()).is_some();
    let at_maximum: Vec<_> = items.iter().filter(|item| !can_advance(item)).copied().collect();
    if at_maximum.is_empty() {
        return Ok(Vec::new());
    }
    items.retain(can_advance);
    let found = found_versions::<T, E, Committed>(&at_maximum, session).await?;
    let mut refused: Vec<_> = at_maximum
        .iter()
        .zip(found)
        .map(|(item, found)| {
            let record = item.source.record;
            let error = outcome::not_advanced::<T, E::Backend>(record, record.__version(), found.as_ref());
            BulkConflict::new(item.index, error)
        })
        .collect();
    refused.sort_by_key(|conflict| conflict.index);
    match policy {
        Policy::Each => Ok(refused),
        Policy::AllOrNothing => match refused.iter().position(|refused| !refused.error.is_conflict()) {
            Some(exhausted) => Err(BulkError::Record(Box::new(refused.swap_remove(exhausted)))),
            None => Ok(refused),
        },
    }
}

/// The next versions of the records, where these are known before the rows are written; none for a DELETE.
pub(super) fn next_versions<T, E>(items: &[Item<'_, T>], what: Write) -> Result<Vec<T::Version>, ConcurrencyError>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    match (what, T::VersionField::__ADVANCE) {
        (Write::Save, Advance::Assigned) => {
            let next = items.iter().map(|item| next_version::<T>(item.source.record.__version()));
            next.map(|next| next.ok_or_else(outcome::exhausted::<T, E::Backend>)).collect()
        }
        (Write::Delete, _) | (Write::Save, Advance::IfChanged | Advance::ByDatabase) => Ok(Vec::new()),
    }
}

/// Writes the records at once; where an error may be the fault of one of them, starts again and writes them in parts. Some records
/// may be refused already.
async fn in_transaction<T, E>(
    items: &[Item<'_, T>],
    mut refused: Vec<BulkConflict>,
    what: Write,
    policy: Policy,
    session: &mut Session<'_, E>,
    may_be_committed: &mut bool,
) -> Result<Outcome<T::Version>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let mut open = transaction::begin(session).await?;
    let mut written = send(items, what, policy, session).await;
    if matches!(&written, Err(BulkError::Concurrency(error)) if may_be_one_records_fault(error)) {
        transaction::roll_back(open, session).await?;
        open = transaction::begin(session).await?;
        written = in_parts(items, what, policy, session).await;
    }
    if let Ok(written) = &mut written {
        written.refused.append(&mut refused);
    }
    transaction::end_known(open, decide(written, policy), session, may_be_committed).await
}

/// What is committed: with a refused record, nothing or the rest.
fn decide<V>(written: Result<Outcome<V>, BulkError>, policy: Policy) -> Result<Outcome<V>, BulkError> {
    let mut outcome = written?;
    outcome.refused.sort_by_key(|conflict| conflict.index);
    match policy {
        Policy::AllOrNothing if !outcome.refused.is_empty() => Err(BulkError::Conflicts(outcome.refused)),
        Policy::AllOrNothing | Policy::Each => Ok(outcome),
    }
}

/// Writes the records in halves, and a half that is refused by an error in its halves, until the error is one record's.
async fn in_parts<T, E>(
    items: &[Item<'_, T>],
    what: Write,
    policy: Policy,
    session: &mut Session<'_, E>,
) -> Result<Outcome<T::Version>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let mut outcome = Outcome::new();
    let mut parts = vec![items];
    while let Some(part) = parts.pop() {
        if let [_] = part {
            outcome.append(singles::write(part, what, policy, session).await?);
            continue;
        }
        let open = transaction::begin(session).await?;
        let written = send(part, what, policy, session).await;
        match transaction::end(open, written, session).await {
            Ok(written) => outcome.append(written),
            Err(BulkError::Concurrency(error)) if may_be_one_records_fault(&error) => {
                let (first, second) = part.split_at_checked(part.len() / 2).unwrap_or((part, &[]));
                parts.extend([second, first]);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(outcome)
}

/// Sends the records the way that the engine is fastest with; in a scope each by itself, because only single statements know scopes.
async fn send<T, E>(
    items: &[Item<'_, T>],
    what: Write,
    policy: Policy,
    session: &mut Session<'_, E>,
) -> Result<Outcome<T::Version>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let way = match scope::rule::<T>() {
        Rule::Ordinary => Way::of_writes::<T, E::Backend>()?,
        Rule::Unchecked | Rule::WithoutIncrement => Way::Singles,
    };
    Ok(match way {
        Way::Arrays => returning::write(items, what, None, session).await?,
        Way::Tuples { chunk } => returning::write(items, what, Some(chunk), session).await?,
        Way::Joined { chunk } => joined::write(items, what, chunk, session).await?,
        Way::Singles => singles::write(items, what, policy, session).await?,
    })
}

/// Whether an error may be the fault of one record, so that the others can be written without it.
pub(super) fn may_be_one_records_fault(error: &ConcurrencyError) -> bool {
    match error {
        ConcurrencyError::Database(DieselError::DatabaseError(kind, _)) => !matches!(
            kind,
            DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction
                | DatabaseErrorKind::SerializationFailure
        ),
        ConcurrencyError::Database(DieselError::SerializationError(_) | DieselError::QueryBuilderError(_))
        | ConcurrencyError::VersionExhausted { .. } => true,
        _ => false,
    }
}
