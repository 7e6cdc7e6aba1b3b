//! What the methods of a lock do, written once for blocking and awaited connections. The statements are in
//! `statement::edit_lock`.

use concurrency_core::{RecordId, create_edit_locks_if_missing};

use super::claim::Claim;
use super::error::Error;
use super::holder::{Editing, Holder, LockRow};
use crate::backend::{ConcurrencyBackend, ReadBack};
use crate::executor::{Executor, Session};
use crate::statement::edit_lock::{
    CreateLocks, DeleteExpired, LockName, ReleaseLock, SelectLock, TakeLock, TakeLockOver, TakeLockOverReturning,
    TakeLockReturning,
};

/// The holder may release the lock between a refusal and the query for the holder. Both are then repeated, up to this
/// many times.
const ATTEMPTS: usize = 3;

pub(crate) async fn acquire<E: Executor>(claim: &Claim<'_>, session: &mut Session<'_, E>) -> Result<Editing, Error> {
    let name = name_of::<E::Backend>(claim.id)?;
    let holder = short::<E::Backend>("holder", claim.holder)?;
    for _ in 0..ATTEMPTS {
        let take = TakeLock { name, holder, lasting_ms: claim.lasting_ms };
        match E::Backend::__READ_BACK {
            ReadBack::Returning => {
                let taken = E::Backend::__load_locks(TakeLockReturning(take), session).await?;
                if let Some(row) = taken.into_iter().next() {
                    return Ok(Editing::Mine(Holder::of(row)));
                }
            }
            ReadBack::LastInsertId => {
                session.execute(take).await?;
            }
        }
        if let Some(editing) = read(name, session).await?.and_then(|row| editing::<E::Backend>(row, holder)) {
            return Ok(editing);
        }
    }
    Err(Error::Busy)
}

pub(crate) async fn take_over<E: Executor>(
    claim: &Claim<'_>,
    turn: i64,
    session: &mut Session<'_, E>,
) -> Result<Editing, Error> {
    let name = name_of::<E::Backend>(claim.id)?;
    let holder = short::<E::Backend>("holder", claim.holder)?;
    let take = TakeLockOver { name, holder, lasting_ms: claim.lasting_ms, turn };
    match E::Backend::__READ_BACK {
        ReadBack::Returning => {
            let taken = E::Backend::__load_locks(TakeLockOverReturning(take), session).await?;
            if let Some(row) = taken.into_iter().next() {
                return Ok(Editing::Mine(Holder::of(row)));
            }
        }
        ReadBack::LastInsertId => {
            session.execute(take).await?;
        }
    }
    acquire(claim, session).await
}

pub(crate) async fn release<E: Executor>(claim: &Claim<'_>, session: &mut Session<'_, E>) -> Result<bool, Error> {
    let name = name_of::<E::Backend>(claim.id)?;
    let holder = short::<E::Backend>("holder", claim.holder)?;
    Ok(session.execute(ReleaseLock { name, holder }).await? > 0)
}

pub(crate) async fn holder<E: Executor>(id: &RecordId, session: &mut Session<'_, E>) -> Result<Option<Holder>, Error> {
    let row = read(name_of::<E::Backend>(id)?, session).await?;
    Ok(row.filter(is_held).map(Holder::of))
}

/// If two programs create the table at the same time, PostgreSQL refuses one of them in spite of IF NOT EXISTS.
pub(crate) async fn create<E: Executor>(session: &mut Session<'_, E>) -> Result<(), Error> {
    let created = session.execute(CreateLocks(create_edit_locks_if_missing(E::Backend::__ENGINE))).await;
    let Err(error) = created else { return Ok(()) };
    match read(LockName { table: "", key: "" }, session).await {
        Ok(_) => Ok(()),
        Err(_) => Err(error.into()),
    }
}

pub(crate) async fn delete_expired<E: Executor>(session: &mut Session<'_, E>) -> Result<usize, Error> {
    Ok(session.execute(DeleteExpired).await?)
}

async fn read<E: Executor>(name: LockName<'_>, session: &mut Session<'_, E>) -> Result<Option<LockRow>, Error> {
    let rows = E::Backend::__load_locks(SelectLock(name), session).await?;
    Ok(rows.into_iter().next())
}

/// Whose the lock is; `None` if it is free. If the statement that takes a lock returns no row, a lock of the holder
/// that has run out since then was taken.
fn editing<DB: ConcurrencyBackend>(row: LockRow, holder: &str) -> Option<Editing> {
    let is_mine = row.0 == holder;
    let (.., until_ms, _, _) = row;
    let was_taken = is_mine && until_ms > 0 && DB::__READ_BACK == ReadBack::LastInsertId;
    if !is_held(&row) && !was_taken {
        return None;
    }
    let found = Holder::of(row);
    Some(if is_mine { Editing::Mine(found) } else { Editing::Theirs(found) })
}

const fn is_held(row: &LockRow) -> bool {
    let (_, _, until_ms, _, now_ms) = row;
    *until_ms > *now_ms
}

fn name_of<DB: ConcurrencyBackend>(id: &RecordId) -> Result<LockName<'_>, Error> {
    Ok(LockName { table: short::<DB>("table", id.table())?, key: short::<DB>("key", id.key())? })
}

/// A server that is not strict would cut off the rest, and two records would have one lock.
fn short<'t, DB: ConcurrencyBackend>(what: &'static str, text: &'t str) -> Result<&'t str, Error> {
    match DB::__EDIT_LOCKS.longest_text {
        Some(most) if text.len() > most => Err(Error::TooLong { what, length: text.len(), most }),
        _ => Ok(text),
    }
}
