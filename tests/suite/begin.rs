//! A transaction that begins with its own statement, on either kind of connection.

use crate::engine::TestConnection;
use crate::library::prelude::*;

/// Commits what succeeds and rolls back what fails.
pub fn transaction_sql<T>(
    begin: &str,
    connection: &mut TestConnection,
    work: impl FnOnce(&mut TestConnection) -> Result<T, ConcurrencyError>,
) -> Result<T, ConcurrencyError> {
    AnsiTransactionManager::begin_transaction_sql(connection, begin)?;
    match work(connection) {
        Ok(done) => {
            AnsiTransactionManager::commit_transaction(connection)?;
            Ok(done)
        }
        Err(error) => {
            AnsiTransactionManager::rollback_transaction(connection)?;
            Err(error)
        }
    }
}
