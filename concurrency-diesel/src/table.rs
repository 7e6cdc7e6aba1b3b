//! What the database's catalog says of a record's table: whether a transaction rolls it back, and what a batch must know before it is
//! written. It is asked each time: the same table may be kept otherwise in the next database.

use diesel::result::QueryResult;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::{ConcurrentOn, table_name, table_path};
use crate::executor::{Executor, Session};
use crate::statement::{EngineQuestion, TableQuestion};

/// Returned where all or nothing is asked of a table that cannot roll back: MyISAM, Aria and MEMORY keep what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{table} is kept by the engine {engine}, which cannot roll back, so that a part could stay written; convert it with ALTER TABLE … ENGINE = InnoDB, or write each record by itself"
)]
#[non_exhaustive]
pub struct CannotRollBackError {
    /// The table's SQL name, unquoted, `schema.table` where one is named.
    pub table: &'static str,
    /// The storage engine, as the server calls it.
    pub engine: String,
}

/// What the catalog says of a table.
pub(crate) struct CatalogFacts {
    pub(crate) rollback: Rollback,
    /// Whether the record's key is one integer, and alone the primary key.
    pub(crate) key_is_primary: bool,
    /// Whether the database computes a column that the record writes.
    pub(crate) writes_generated_column: bool,
}

/// Whether what was written to a table is gone after ROLLBACK.
pub(crate) enum Rollback {
    Possible,
    /// The catalog does not say it of views and temporary tables.
    Unknown,
    Impossible(CannotRollBackError),
}

const HAS_TRANSACTIONS: i64 = 1;
const KEY_IS_PRIMARY: i64 = 2;
const WRITES_GENERATED_COLUMN: i64 = 4;

/// Asks for the record's table, on engines where tables differ.
pub(crate) async fn facts<T, E>(session: &mut Session<'_, E>) -> QueryResult<CatalogFacts>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    if !E::Backend::__HAS_TABLES_WITHOUT_TRANSACTIONS {
        let rollback = Rollback::Possible;
        return Ok(CatalogFacts { rollback, key_is_primary: false, writes_generated_column: false });
    }
    let answers = E::Backend::__ask(TableQuestion::<T>::new(), session).await?;
    let (engine, facts) = answers.into_iter().next().unwrap_or((None, 0));
    let is_so = |fact: i64| facts & fact != 0;
    let rollback = rollback(table_name::<T, E::Backend>(), engine, is_so(HAS_TRANSACTIONS));
    let (key_is_primary, writes_generated_column) = (is_so(KEY_IS_PRIMARY), is_so(WRITES_GENERATED_COLUMN));
    Ok(CatalogFacts { rollback, key_is_primary, writes_generated_column })
}

/// Whether a transaction rolls back what is written to the record's table.
pub(crate) async fn rollback_of<T, E>(session: &mut Session<'_, E>) -> QueryResult<Rollback>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let path = table_path::<T, E::Backend>();
    let answers = E::Backend::__ask(EngineQuestion { path }, session).await?;
    let (engine, has_transactions) = answers.into_iter().next().unwrap_or((None, 0));
    Ok(rollback(table_name::<T, E::Backend>(), engine, has_transactions != 0))
}

fn rollback(table: &'static str, engine: Option<String>, has_transactions: bool) -> Rollback {
    match engine {
        Some(_) if has_transactions => Rollback::Possible,
        Some(engine) => Rollback::Impossible(CannotRollBackError { table, engine }),
        None => Rollback::Unknown,
    }
}

/// A table of records that a transaction lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedTable {
    name: &'static str,
    path: &'static [String],
}

impl ListedTable {
    pub(crate) fn of<T, DB>() -> Self
    where
        DB: ConcurrencyBackend,
        T: ConcurrentOn<DB>,
    {
        Self { name: table_name::<T, DB>(), path: table_path::<T, DB>() }
    }
}

/// Refuses tables that cannot roll back, before a transaction is begun that may have to.
pub(crate) async fn refuse_without_rollback<E: Executor>(
    tables: Vec<ListedTable>,
    session: &mut Session<'_, E>,
) -> QueryResult<()> {
    let mut asked = Vec::new();
    for table in tables {
        if asked.contains(&table) {
            continue;
        }
        let answers = E::Backend::__ask(EngineQuestion { path: table.path }, session).await?;
        let (engine, has_transactions) = answers.into_iter().next().unwrap_or((None, 0));
        if let Rollback::Impossible(error) = rollback(table.name, engine, has_transactions != 0) {
            return Err(diesel::result::Error::QueryBuilderError(Box::new(error)));
        }
        asked.push(table);
    }
    Ok(())
}
