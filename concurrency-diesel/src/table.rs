//! What the database's catalog says about a record's table: whether a transaction rolls it back, and what a batch must
//! know before it is written. The catalog is queried each time, because the next database may keep the same table in
//! another way.

mod shown;

use diesel::result::QueryResult;

use crate::backend::ConcurrencyBackend;
use crate::concurrent::{ConcurrentOn, table_name, table_path};
use crate::error;
use crate::executor::{Executor, Session};
use crate::statement::{EngineQuestion, ShowTable, TableQuestion};

use shown::Shown;

/// Returned when all or nothing is asked of a table that cannot roll back: MyISAM, Aria and MEMORY keep what was
/// written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{table} is kept by the engine {engine}, which cannot roll back, so that a part could stay written; convert it with ALTER TABLE … ENGINE = InnoDB, or write each record by itself"
)]
#[non_exhaustive]
pub struct CannotRollBackError {
    /// The table's SQL name, unquoted; `schema.table` if it names a schema.
    pub table: &'static str,
    /// The storage engine, as the server calls it.
    pub engine: String,
}

/// What the catalog says about a table.
pub(crate) struct CatalogFacts {
    pub(crate) rollback: Rollback,
    /// Whether the record's key is one integer, and is the whole primary key.
    pub(crate) key_is_primary: bool,
    /// Whether the database computes a column that the record writes.
    pub(crate) writes_generated_column: bool,
}

/// Whether what was written to a table is gone after ROLLBACK.
pub(crate) enum Rollback {
    Possible,
    /// The catalog does not say it of a view.
    Unknown,
    Impossible(CannotRollBackError),
}

/// The engine that needs no further query.
const USUAL_ENGINE: &str = "InnoDB";
/// How many views are followed, one to the next.
const MOST_VIEWS: usize = 8;

const HAS_TRANSACTIONS: i64 = 1;
const KEY_IS_PRIMARY: i64 = 2;
const WRITES_GENERATED_COLUMN: i64 = 4;

/// Queries the catalog for the record's table, on engines where tables differ.
pub(crate) async fn facts<T, E>(session: &mut Session<'_, E>) -> QueryResult<CatalogFacts>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    let of_no_catalog =
        |rollback, writes_generated_column| CatalogFacts { rollback, key_is_primary: false, writes_generated_column };
    if !E::Backend::__HAS_TABLES_WITHOUT_TRANSACTIONS {
        return Ok(of_no_catalog(Rollback::Possible, false));
    }
    let table = ListedTable::of::<T, E::Backend>();
    match show(table.path, session).await? {
        Some(Shown::Table { is_temporary: false, .. }) | None => {}
        Some(shown @ Shown::Table { has_generated_column, .. }) => {
            return Ok(of_no_catalog(rollback_of_shown(table, shown, session).await?, has_generated_column));
        }
        Some(shown @ Shown::View(_)) => {
            return Ok(of_no_catalog(rollback_of_shown(table, shown, session).await?, false));
        }
    }
    let answers = E::Backend::__ask(TableQuestion::<T>::new(), session).await?;
    let (engine, facts) = answers.into_iter().next().unwrap_or((None, 0));
    let is_so = |fact: i64| facts & fact != 0;
    let rollback = rollback(table.name, engine, is_so(HAS_TRANSACTIONS));
    let (key_is_primary, writes_generated_column) = (is_so(KEY_IS_PRIMARY), is_so(WRITES_GENERATED_COLUMN));
    Ok(CatalogFacts { rollback, key_is_primary, writes_generated_column })
}

/// Whether a transaction rolls back what is written to the record's table.
pub(crate) async fn rollback_of<T, E>(session: &mut Session<'_, E>) -> QueryResult<Rollback>
where
    E: Executor,
    T: ConcurrentOn<E::Backend>,
{
    rollback_of_table(ListedTable::of::<T, E::Backend>(), session).await
}

async fn rollback_of_table<E: Executor>(table: ListedTable, session: &mut Session<'_, E>) -> QueryResult<Rollback> {
    match show(table.path, session).await? {
        Some(shown) => rollback_of_shown(table, shown, session).await,
        None => ask_for_engine(table, EngineQuestion::Of(table.path), session).await,
    }
}

/// The same for what was shown of the table. A view is followed to its table.
async fn rollback_of_shown<E: Executor>(
    table: ListedTable,
    shown: Shown,
    session: &mut Session<'_, E>,
) -> QueryResult<Rollback> {
    let mut is_view = false;
    let mut shown = shown;
    for _ in 0..MOST_VIEWS {
        let path = match shown {
            Shown::Table { engine: Some(engine), .. } if engine == USUAL_ENGINE => {
                return Ok(if is_view { Rollback::Unknown } else { Rollback::Possible });
            }
            Shown::Table { engine: Some(engine), .. } => {
                let rollback = ask_for_engine(table, EngineQuestion::Named(&engine), session).await?;
                return Ok(if is_view && matches!(rollback, Rollback::Possible) {
                    Rollback::Unknown
                } else {
                    rollback
                });
            }
            Shown::Table { engine: None, is_temporary: false, .. } if !is_view => {
                return ask_for_engine(table, EngineQuestion::Of(table.path), session).await;
            }
            Shown::View(Some(path)) => path,
            Shown::Table { engine: None, .. } | Shown::View(None) => return Ok(Rollback::Unknown),
        };
        is_view = true;
        match show(&path, session).await? {
            Some(next) => shown = next,
            None => return Ok(Rollback::Unknown),
        }
    }
    Ok(Rollback::Unknown)
}

async fn ask_for_engine<E: Executor>(
    table: ListedTable,
    question: EngineQuestion<'_>,
    session: &mut Session<'_, E>,
) -> QueryResult<Rollback> {
    let answers = E::Backend::__ask(question, session).await?;
    let (engine, has_transactions) = answers.into_iter().next().unwrap_or((None, 0));
    Ok(rollback(table.name, engine, has_transactions != 0))
}

/// What the server shows of a table; `None` if it does not exist, or this user may not see it.
async fn show<E: Executor>(path: &[String], session: &mut Session<'_, E>) -> QueryResult<Option<Shown>> {
    match E::Backend::__load_texts(ShowTable(path), session).await {
        Ok(answers) => Ok(answers.first().map(|(_, statement)| Shown::read(statement))),
        Err(error) if error::is_not_shown(&error) => Ok(None),
        Err(error) => Err(error),
    }
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

/// Refuses tables that cannot roll back, before a transaction begins that may have to.
pub(crate) async fn refuse_without_rollback<E: Executor>(
    tables: Vec<ListedTable>,
    session: &mut Session<'_, E>,
) -> QueryResult<()> {
    let mut asked = Vec::new();
    for table in tables {
        if asked.contains(&table) {
            continue;
        }
        if let Rollback::Impossible(error) = rollback_of_table(table, session).await? {
            return Err(diesel::result::Error::QueryBuilderError(Box::new(error)));
        }
        asked.push(table);
    }
    Ok(())
}
