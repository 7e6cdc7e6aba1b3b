//! `transaction_concurrent`: what a transaction that rolls back leaves in memory, and that a transaction which the engine dropped
//! is never taken for committed.

pub mod dropped;
pub mod ended;
mod kept;
pub mod lost;
mod nested;
pub mod owned;
mod records;

use crate::library::prelude::*;
use crate::library::{ConcurrentOn, LoadableOn, transaction_concurrent};
use diesel::result::Error::NotInTransaction;

use crate::engine::TestConnection;

/// Whatever failed inside, no transaction is open afterwards.
#[track_caller]
pub fn assert_nothing_open(conn: &mut TestConnection) {
    let refused = AnsiTransactionManager::rollback_transaction(conn);
    assert!(matches!(refused, Err(NotInTransaction)), "{refused:?}");
}

/// The row that `load` reads, saved in a transaction that rolls back: by generic code, whatever its version field.
#[track_caller]
pub fn assert_restored<T, C>(conn: &mut C, load: impl Fn(&mut C) -> T + Crosses)
where
    C: AnyConnection,
    T: ConcurrentOn<C::Backend> + LoadableOn<C> + Clone + PartialEq + std::fmt::Debug,
{
    let row = load(conn);
    let mut record = row.clone();
    let result = transaction_concurrent(conn, &mut record, |conn, record| {
        record.save_concurrent(conn)?;
        record.touch_concurrent(conn)?;
        assert_ne!(**record, row);
        assert_eq!(load(conn), **record);
        Err::<(), _>(ConcurrencyError::from(diesel::result::Error::RollbackTransaction))
    });
    assert!(
        matches!(result, Err(ConcurrencyError::Database(diesel::result::Error::RollbackTransaction))),
        "{result:?}"
    );
    assert_eq!(record, row);
    assert_eq!(load(conn), row);
    record.check_concurrent(conn).unwrap();
}
