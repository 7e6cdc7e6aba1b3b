//! What differs between the engines, as named values; one file per engine holds them.

use concurrency_core::Engine;
use diesel::backend::Backend;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;

use crate::bind::Bindable;

#[cfg(feature = "mysql_backend")]
mod mysql;
#[cfg(feature = "postgres_backend")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

/// A Diesel backend that records can be saved on: `Sqlite`, `Pg`, and `Mysql` for MySQL and MariaDB.
///
/// It is implemented for a backend when the feature of its name is enabled, and for no other.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no backend that concurrency-diesel can save on",
    label = "not a supported backend",
    note = "supported are `Sqlite`, `Pg` and `Mysql` (MySQL and MariaDB); enable the feature `sqlite`, `postgres` or `mysql` of concurrency-diesel"
)]
pub trait ConcurrencyBackend: Backend<QueryBuilder: Default> + Default + sealed::Sealed + 'static {
    /// The engine, for the SQL of its triggers.
    #[doc(hidden)]
    const __ENGINE: Engine;

    /// Whether a transaction that is rolled back takes its CREATE and DROP back, too.
    #[doc(hidden)]
    const __TRANSACTIONAL_DDL: bool;

    /// What a SELECT ends with to see what is committed now, not what the transaction saw first.
    #[doc(hidden)]
    const __COMMITTED_READ: &'static str;

    /// What a SELECT ends with to keep other writers off its row.
    #[doc(hidden)]
    const __LOCKING_READ: &'static str;

    /// What begins a transaction that is not inside of another.
    #[doc(hidden)]
    const __BEGIN: &'static str;

    /// What fails before such a transaction's COMMIT, where the engine has dropped the transaction; ends in `; ` or is empty.
    #[doc(hidden)]
    const __BEFORE_COMMIT: &'static str;

    /// Whether a connection of diesel-async still gives the right answers after the future of a statement was dropped.
    #[doc(hidden)]
    const __SURVIVES_DROPPED_STATEMENTS: bool;

    /// Whether an UPDATE may count as none a row that it found and did not change.
    #[doc(hidden)]
    const __MAY_COUNT_CHANGES: bool;

    /// How the version that an UPDATE computed comes back.
    #[doc(hidden)]
    const __READ_BACK: ReadBack;

    /// What stands before and after the expression of a computed version, so that it can be read back.
    #[doc(hidden)]
    fn __kept(signed: bool) -> (&'static str, &'static str);

    /// Whether `=` tells all values of the SQL type apart. It does not for text: most collations call some texts equal.
    #[doc(hidden)]
    fn __equality_is_exact<ST, U>() -> bool
    where
        U: Bindable<ST, Self>;

    /// Writes the condition that the row holds exactly this value: NULL-safe, and for text byte by byte.
    #[doc(hidden)]
    fn __push_same<'b, ST, U>(out: &mut AstPass<'_, 'b, Self>, column: &str, value: &'b U) -> QueryResult<()>
    where
        U: Bindable<ST, Self>;
}

/// How the version that an UPDATE computed comes back.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadBack {
    /// With the UPDATE itself.
    Returning,
    /// By a second statement, which reads what this connection's UPDATE kept for it: never another writer's version.
    LastInsertId,
}

mod sealed {
    /// Keeps the list of engines ours: each was measured, an unknown one may lose updates.
    pub trait Sealed {}
}
