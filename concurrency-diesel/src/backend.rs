//! What differs between the engines, as named values; one file per engine holds them.

use std::fmt;

use concurrency_core::Engine;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, Text};

use crate::bind::{Bindable, Element};
#[cfg(feature = "edit-lock")]
use crate::edit_lock::LockRow;
use crate::executor::{Executor, Session};
#[cfg(feature = "edit-lock")]
use crate::statement::edit_lock::LockColumns;

#[cfg(feature = "mysql_backend")]
mod mysql;
#[cfg(feature = "postgres_backend")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

/// A Diesel backend that records can be saved on: `Sqlite`, `Pg`, and `Mysql` for MySQL and MariaDB.
///
/// It is implemented for a backend if the feature of its name is enabled, and for no other.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no backend that concurrency-diesel can save on",
    label = "not a supported backend",
    note = "supported are `Sqlite`, `Pg` and `Mysql` (MySQL and MariaDB); enable the feature `sqlite`, `postgres` or `mysql` of concurrency-diesel"
)]
pub trait ConcurrencyBackend: Backend<QueryBuilder: Default> + Default + sealed::Sealed + 'static {
    /// The engine, for the SQL of its triggers.
    #[doc(hidden)]
    const __ENGINE: Engine;

    /// Whether a rollback undoes CREATE and DROP, too.
    #[doc(hidden)]
    const __TRANSACTIONAL_DDL: bool;

    /// The end of a SELECT that reads what is committed now, not what the transaction saw first.
    #[doc(hidden)]
    const __COMMITTED_READ: &'static str;

    /// The end of a SELECT that locks its row against other writers.
    #[doc(hidden)]
    const __LOCKING_READ: &'static str;

    /// The end of a SELECT of several rows, before its lock, that returns all of them even if the session limits their
    /// number.
    #[doc(hidden)]
    const __ALL_ROWS: &'static str = "";

    /// Whether a SELECT that locks rows, which is often refused in the middle of its answer, is kept prepared.
    #[doc(hidden)]
    const __KEEPS_LOCKING_READS: bool;

    /// The statements that begin an outermost transaction.
    #[doc(hidden)]
    const __BEGIN: &'static str;

    /// A statement that is sent in a request of its own before such a transaction's COMMIT, and fails if the engine has
    /// dropped the transaction. It belongs to a savepoint that `__BEGIN` sets in its second statement.
    #[doc(hidden)]
    const __BEFORE_COMMIT: Option<&'static str>;

    /// The statement that commits such a transaction. It fails if the engine has dropped the transaction.
    #[doc(hidden)]
    const __COMMIT: &'static str;

    /// The statement that rolls it back. It fails if the engine has dropped the transaction.
    #[doc(hidden)]
    const __ROLLBACK: &'static str;

    /// Whether any error of a statement may have rolled back the whole transaction.
    #[doc(hidden)]
    const __ERROR_MAY_ROLL_BACK: bool;

    /// Whether a connection of diesel-async sends a statement when it is first polled, behind those that are not
    /// answered yet.
    #[doc(hidden)]
    const __QUEUES_STATEMENTS: bool;

    /// Whether a connection of diesel-async still returns the right answers after the future of a statement was
    /// dropped.
    #[doc(hidden)]
    const __SURVIVES_DROPPED_STATEMENTS: bool;

    /// Whether an UPDATE may not count a row that it found but did not change.
    #[doc(hidden)]
    const __MAY_COUNT_CHANGES: bool;

    /// Whether an UPDATE and a DELETE count the rows of a view that its triggers write.
    #[doc(hidden)]
    const __COUNTS_ROWS_OF_VIEWS: bool = true;

    /// Whether diesel-async's connection looks up every statement by its text.
    #[doc(hidden)]
    const __AWAITED_BY_TEXT: bool = false;

    /// Whether a statement that fails may stay written in part.
    #[doc(hidden)]
    const __KEEPS_CHANGES_OF_REFUSED: bool = false;

    /// An expression that counts the views with this name, on engines that must know.
    #[doc(hidden)]
    fn __count_of_views(path: &[String]) -> String {
        let _ = path;
        "0".to_owned()
    }

    /// An expression that counts those of them that have no trigger for such a write.
    #[doc(hidden)]
    fn __count_of_unwritable_views(path: &[String], event: WriteEvent) -> String {
        let _ = (path, event);
        "0".to_owned()
    }

    /// Whether a trigger or a rule can leave a row out of a write and write it in another way.
    #[doc(hidden)]
    const __CAN_TURN_WRITES: bool;

    /// An expression that counts the triggers and rules of the table that may do so for such a write.
    #[doc(hidden)]
    fn __count_of_turning(path: &[String], event: WriteEvent) -> String {
        let _ = (path, event);
        "0".to_owned()
    }

    /// The function that shows how a value is stored, if one value can be stored in several ways.
    #[doc(hidden)]
    const __STORED: Option<&'static str> = None;

    /// Binds a text.
    #[doc(hidden)]
    fn __push_text<'b>(out: &mut AstPass<'_, 'b, Self>, text: &'b str) -> QueryResult<()>;

    /// A number for the current database, on engines where a prepared statement stays in the database in which it was
    /// prepared.
    #[doc(hidden)]
    const __CURRENT_DATABASE: Option<&'static str> = None;

    /// How the version that an UPDATE computed is read back.
    #[doc(hidden)]
    const __READ_BACK: ReadBack;

    /// The SQL before and after the expression of a computed version, so that it can be read back.
    #[doc(hidden)]
    fn __kept(signed: bool) -> (&'static str, &'static str);

    /// Whether `=` tells all values of the SQL type apart. It does not for text: most collations call some texts equal.
    #[doc(hidden)]
    fn __equality_is_exact<ST, U>() -> bool
    where
        U: Bindable<ST, Self>;

    /// Whether the SQL type is an integer, so that the engine never takes two different values for equal.
    #[doc(hidden)]
    fn __is_integer<ST, U>() -> bool
    where
        U: Bindable<ST, Self>;

    /// The operator under which NULL equals NULL and that can use an index; `None` if the condition must be written
    /// out.
    #[doc(hidden)]
    const __NULL_SAFE_EQUALITY: Option<&'static str>;

    /// Writes the condition that a row's column and another value are exactly the same: NULL-safe, and byte by byte for
    /// text.
    #[doc(hidden)]
    fn __push_same<'b, ST, U>(
        out: &mut AstPass<'_, 'b, Self>,
        push_column: impl FnOnce(&mut AstPass<'_, 'b, Self>) -> QueryResult<()>,
        push_value: impl FnOnce(&mut AstPass<'_, 'b, Self>) -> QueryResult<()>,
    ) -> QueryResult<()>
    where
        U: Bindable<ST, Self>;

    /// Writes the condition that a row's column would stay the same if it were set to the value. Unlike
    /// [`__push_same`](Self::__push_same) it compares the value as the column would store it, if the engine can say
    /// how.
    #[doc(hidden)]
    fn __push_unchanged<'b, ST, U>(
        out: &mut AstPass<'_, 'b, Self>,
        column: Column<'_>,
        push_column: impl Fn(&mut AstPass<'_, 'b, Self>) -> QueryResult<()>,
        push_value: impl Fn(&mut AstPass<'_, 'b, Self>) -> QueryResult<()>,
    ) -> QueryResult<()>
    where
        U: Bindable<ST, Self>,
    {
        let _ = column;
        Self::__push_same::<ST, U>(out, push_column, push_value)
    }

    /// Writes what a value is bound as.
    #[doc(hidden)]
    fn __write_bound<ST, U>(value: &U, out: &mut dyn fmt::Write) -> QueryResult<()>
    where
        Self: HasSqlType<ST>,
        U: ToSql<ST, Self>;

    /// Appends the sort key of a value in a record's key, on engines where the database does not sort a batch: all
    /// batches must lock rows in one order. A value has the same sort key whatever its Rust type; two values have
    /// different ones.
    #[doc(hidden)]
    fn __push_order<ST, U>(value: &U, order: &mut Vec<u8>) -> QueryResult<()>
    where
        Self: HasSqlType<ST>,
        U: ToSql<ST, Self>,
    {
        let _ = (value, order);
        Ok(())
    }

    /// How many bytes of values go into one statement, if the engine refuses statements for their length.
    #[doc(hidden)]
    const __MOST_BYTES: Option<usize> = None;

    /// How many bytes a value is sent as, on engines that need to know.
    #[doc(hidden)]
    fn __length<ST, U>(value: &U) -> QueryResult<usize>
    where
        Self: HasSqlType<ST>,
        U: ToSql<ST, Self>,
    {
        let _ = value;
        Ok(0)
    }

    /// Whether there are tables that no transaction rolls back.
    #[doc(hidden)]
    const __HAS_TABLES_WITHOUT_TRANSACTIONS: bool = false;

    /// Runs a query about a table that returns a name and a number.
    #[doc(hidden)]
    fn __ask<'a, E, Q>(question: Q, session: &'a mut Session<'_, E>) -> E::Future<'a, QueryResult<Vec<NameAndNumber>>>
    where
        E: Executor<Backend = Self>,
        Q: Query<SqlType = (Nullable<Text>, BigInt)> + QueryFragment<Self> + QueryId + 'a;

    /// Runs a statement that returns names and texts.
    #[doc(hidden)]
    fn __load_texts<'a, E, Q>(
        statement: Q,
        session: &'a mut Session<'_, E>,
    ) -> E::Future<'a, QueryResult<Vec<(String, String)>>>
    where
        E: Executor<Backend = Self>,
        Q: Query<SqlType = (Text, Text)> + QueryFragment<Self> + QueryId + 'a;

    /// Runs a statement that returns pairs of numbers.
    #[doc(hidden)]
    fn __load_pairs<'a, E, Q>(
        statement: Q,
        session: &'a mut Session<'_, E>,
    ) -> E::Future<'a, QueryResult<Vec<(i64, i64)>>>
    where
        E: Executor<Backend = Self>,
        Q: Query<SqlType = (BigInt, BigInt)> + QueryFragment<Self> + QueryId + 'a;

    /// How an edit lock is taken.
    #[cfg(feature = "edit-lock")]
    #[doc(hidden)]
    const __EDIT_LOCKS: EditLocks;

    /// Binds a number.
    #[cfg(feature = "edit-lock")]
    #[doc(hidden)]
    fn __push_number<'b>(out: &mut AstPass<'_, 'b, Self>, number: &'b i64) -> QueryResult<()>;

    /// Runs a statement that returns edit locks.
    #[cfg(feature = "edit-lock")]
    #[doc(hidden)]
    fn __load_locks<'a, E, Q>(
        statement: Q,
        session: &'a mut Session<'_, E>,
    ) -> E::Future<'a, QueryResult<Vec<LockRow>>>
    where
        E: Executor<Backend = Self>,
        Q: Query<SqlType = LockColumns> + QueryFragment<Self> + QueryId + 'a;

    /// How many records reach the database at once.
    #[doc(hidden)]
    const __BULK: Bulk;

    /// Whether after an error inside a transaction nothing but a rollback is possible.
    #[doc(hidden)]
    const __ERROR_ENDS_TRANSACTION: bool;

    /// How records are written as a table of tuples.
    #[doc(hidden)]
    const __TUPLES: Tuples;

    /// The join of the table of records with the table of their rows that visits the rows in the order of the records,
    /// if the engine has a keyword for it.
    #[doc(hidden)]
    const __ORDERED_JOIN: &'static str;

    /// Binds a value in a place where the engine does not learn the type from its surroundings.
    #[doc(hidden)]
    fn __push_typed<'b, ST, U>(out: &mut AstPass<'_, 'b, Self>, value: &'b U) -> QueryResult<()>
    where
        U: Bindable<ST, Self>,
    {
        value.__bind(out)
    }

    /// Whether the engine has arrays whose elements are of this type.
    #[doc(hidden)]
    fn __has_array_of<ST: 'static>() -> bool
    where
        Self: HasSqlType<ST>,
    {
        false
    }

    /// Binds an array.
    #[doc(hidden)]
    fn __push_array<'b, ST, U>(out: &mut AstPass<'_, 'b, Self>, values: &'b [Element<'b, U>]) -> QueryResult<()>
    where
        Self: HasSqlType<ST>,
        ST: 'static,
        U: ToSql<ST, Self>,
    {
        let _ = (out, values);
        Err(no_arrays())
    }

    /// Binds an array of booleans.
    #[doc(hidden)]
    fn __push_flags<'b>(out: &mut AstPass<'_, 'b, Self>, flags: &'b [bool]) -> QueryResult<()> {
        let _ = (out, flags);
        Err(no_arrays())
    }
}

/// A text as a literal, on engines that take a backslash literally.
#[cfg(any(feature = "postgres_backend", feature = "sqlite"))]
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What a query about a table returns.
pub(crate) type NameAndNumber = (Option<String>, i64);

fn no_arrays() -> diesel::result::Error {
    diesel::result::Error::QueryBuilderError("this engine has no arrays".into())
}

/// A kind of write for which triggers and rules can exist.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteEvent {
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
}

/// A column by its SQL names.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Column<'n> {
    /// The schema, if one is named, and the table.
    pub table: &'n [String],
    /// The column.
    pub name: &'n str,
}

/// How an edit lock is taken.
#[cfg(feature = "edit-lock")]
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct EditLocks {
    /// The SQL of the current time in milliseconds since 1970, whatever the session's time zone.
    pub now_ms: &'static str,
    /// What an INSERT does if the lock's row exists: takes the lock if it has run out, renews it if it is the holder's.
    pub where_it_is_there: &'static str,
    /// How many bytes the columns of the names hold, if there is a limit.
    pub longest_text: Option<usize>,
}

/// What an INSERT of an edit lock does if the lock's row exists, on the engines that have ON CONFLICT.
#[cfg(all(feature = "edit-lock", any(feature = "sqlite", feature = "postgres_backend")))]
const TAKE_LOCK_ON_CONFLICT: &str = " ON CONFLICT (table_name, record_key) DO UPDATE SET \
     since_ms = CASE WHEN concurrency_edit_locks.until_ms > excluded.since_ms THEN concurrency_edit_locks.since_ms ELSE excluded.since_ms END, \
     turn = concurrency_edit_locks.turn + CASE WHEN concurrency_edit_locks.until_ms > excluded.since_ms THEN 0 ELSE 1 END, \
     holder = excluded.holder, until_ms = excluded.until_ms \
     WHERE concurrency_edit_locks.holder = excluded.holder OR concurrency_edit_locks.until_ms <= excluded.since_ms";

/// How many records reach the database at once.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bulk {
    /// In one statement, with one array for each column of all records; in chunks of this size if a column is itself an
    /// array.
    Arrays {
        /// The records of a chunk.
        chunk: usize,
    },
    /// In chunks of this size, one statement each, with a value for each column of each record.
    Chunks {
        /// The records of a chunk.
        chunk: usize,
    },
    /// Each in a statement of its own.
    Singles,
}

/// How the version that an UPDATE computed is read back.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadBack {
    /// By the UPDATE itself.
    Returning,
    /// By a second statement, which reads what this connection's UPDATE kept for it: never another writer's version.
    LastInsertId,
}

/// How records are written as a table of tuples.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Tuples {
    /// Before all tuples.
    pub before: &'static str,
    /// Before the first tuple.
    pub first: &'static str,
    /// Before each tuple that follows.
    pub next: &'static str,
    /// After the number of each tuple.
    pub after_number: &'static str,
    /// After each tuple.
    pub last: &'static str,
    /// After all tuples.
    pub after: &'static str,
    /// Whether the first tuple names the columns; otherwise their names follow at the end.
    pub names_first_tuple: bool,
    /// Whether a text in a tuple has a collation with which no column of another collation can be compared.
    pub texts_need_collations: bool,
}

mod sealed {
    /// Keeps the list of engines closed: each was tested, and an unknown one may lose updates.
    pub trait Sealed {}
}
