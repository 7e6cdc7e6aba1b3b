//! Writes each record by its own statement: the fastest way on some engines, and elsewhere the way for records that
//! cannot be written together.

use super::outcome::Outcome;
use super::{BulkConflict, BulkError, Policy, Write};
use crate::backend::ConcurrencyBackend;
use crate::concurrent::ConcurrentOn;
use crate::doubt::Unconfirmed;
use crate::error::{ConcurrencyError, Fault};
use crate::executor::{Session, Transactions};
use crate::memory::Memory as _;
use crate::scope::{self, Rule};
use crate::statement::bulk::Item;
use crate::statement::{EveryColumn, SomeColumns};
use crate::tracked::ColumnSet;
use crate::{doubt, kept_changes, save, transaction};

/// Writes each record by itself.
pub(super) async fn write<T, E>(
    items: &[Item<'_, T>],
    what: Write,
    policy: Policy,
    session: &mut Session<'_, E>,
    unconfirmed: &mut Unconfirmed<T::Version>,
) -> Result<Outcome<T::Version>, BulkError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let mut outcome = Outcome::new();
    for item in items {
        unconfirmed.sent(item.index);
        let written = match policy {
            Policy::Each if E::Backend::__ERROR_ENDS_TRANSACTION => write_in_savepoint(*item, what, session).await,
            Policy::Each | Policy::AllOrNothing => write_one(*item, what, session).await,
        };
        unconfirmed.answered::<T>(&written);
        match written {
            Ok(Some(version)) => outcome.versions.push((item.index, version)),
            Ok(None) => {}
            Err(error) if error.is_conflict() || matches!(error, ConcurrencyError::WriteSuppressed(_)) => {
                outcome.refused.push(BulkConflict::new(item.index, error));
            }
            Err(error) if error.fault() != Fault::Statement => {
                let conflict = BulkConflict::new(item.index, error);
                match policy {
                    // Any further record would be committed alone.
                    Policy::Each if transaction::is_open(session).await? => outcome.refused.push(conflict),
                    Policy::Each | Policy::AllOrNothing => return Err(BulkError::Record(Box::new(conflict))),
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(outcome)
}

/// Writes one record in a savepoint, so that an error leaves the transaction as it was.
async fn write_in_savepoint<T, E>(
    item: Item<'_, T>,
    what: Write,
    session: &mut Session<'_, E>,
) -> Result<Option<T::Version>, ConcurrencyError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let mut savepoint = session.begin().await?;
    let written = write_one(item, what, &mut savepoint.session()).await;
    savepoint.end(written, ConcurrencyError::explain_lost_transaction::<E::Backend>).await
}

/// Writes one record and returns its new version, or `None` after a DELETE.
async fn write_one<T, E>(
    item: Item<'_, T>,
    what: Write,
    session: &mut Session<'_, E>,
) -> Result<Option<T::Version>, ConcurrencyError>
where
    E: Transactions,
    T: ConcurrentOn<E::Backend>,
{
    let source = item.source;
    match what {
        Write::Delete => save::remove(source, session).await.map(|()| None),
        Write::Save => {
            let rule = scope::rule::<T>();
            let is_in_doubt = T::__Memory::is_in_doubt(source.record);
            // All columns and the next version are a fence: a write that is still on its way comes too late.
            let answer = if is_in_doubt {
                save::write(source, SomeColumns::of::<T>(ColumnSet::EVERY, true), rule, &mut None, session).await
            } else {
                save::write(source, EveryColumn, rule, &mut None, session).await
            };
            let moves_version = rule != Rule::Unchecked && (is_in_doubt || doubt::moves_version::<T>(rule));
            kept_changes::settle(answer, source, moves_version, session).await.map(Some)
        }
    }
}
