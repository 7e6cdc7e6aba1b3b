//! What differs between the engines, as named values; one file per engine holds them.

use diesel::backend::Backend;

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
pub trait ConcurrencyBackend: Backend<QueryBuilder: Default> + Default + sealed::Sealed {
    /// The comparison under which NULL equals NULL.
    #[doc(hidden)]
    const __NULL_SAFE_EQUAL: &'static str;

    /// What a SELECT ends with to see what is committed now, not what the transaction saw first.
    #[doc(hidden)]
    const __COMMITTED_READ: &'static str;

    /// What a SELECT ends with to keep other writers off its row.
    #[doc(hidden)]
    const __LOCKING_READ: &'static str;

    /// How the version that an UPDATE computed comes back.
    #[doc(hidden)]
    const __READ_BACK: ReadBack;

    /// What stands before and after the column's name to make its value plus one, NULL counting as 0.
    #[doc(hidden)]
    fn __increment(signed: bool) -> (&'static str, &'static str);
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
