//! The engines whose triggers we write. `dialect` and the files of the engines have what differs between them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::dialect::Dialect;
use super::found::TriggerQuery;
use super::mysql::MysqlDialect;
use super::postgres::PostgresDialect;
use super::sqlite::SqliteDialect;

/// A database engine.
///
/// ```
/// # mod concurrency_diesel {
/// #     pub use concurrency_core as triggers;
/// # }
/// use concurrency_diesel::triggers::Engine;
///
/// assert_eq!("postgres".parse(), Ok(Engine::Postgres));
/// assert_eq!("mariadb".parse(), Ok(Engine::Mysql));
/// assert_eq!(Engine::Sqlite.to_string(), "SQLite");
/// assert!("oracle".parse::<Engine>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Engine {
    /// The query for the triggers of the connection's database, on PostgreSQL of the schemas in its `search_path`:
    /// [`FoundTrigger`](crate::FoundTrigger)s, [ours](crate::FoundTrigger::is_ours) and others.
    #[must_use]
    pub fn list_triggers(self) -> TriggerQuery {
        self.dialect().list()
    }

    /// The query for the triggers of every table of a schema at once, if the query for one table would look at all of
    /// them.
    #[doc(hidden)]
    #[must_use]
    pub fn find_all_triggers(self, of_schema: Option<&str>) -> Option<TriggerQuery> {
        self.dialect().find_all_triggers(of_schema)
    }

    /// The SQL that keeps changes of tables from waiting without end, and the SQL that restores the session's own
    /// limit, as migrations contain both.
    #[must_use]
    pub fn lock_limit(self) -> Option<(&'static str, &'static str)> {
        self.dialect().lock_limit().map(|limit| (limit.set, limit.put_back))
    }

    pub(super) fn dialect(self) -> &'static dyn Dialect {
        match self {
            Self::Sqlite => &SqliteDialect,
            Self::Postgres => &PostgresDialect,
            Self::Mysql => &MysqlDialect,
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL",
        })
    }
}

impl FromStr for Engine {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<Self, UnknownEngine> {
        match name.to_ascii_lowercase().as_str() {
            "sqlite" => Ok(Self::Sqlite),
            "postgres" | "postgresql" => Ok(Self::Postgres),
            "mysql" | "mariadb" => Ok(Self::Mysql),
            _ => Err(UnknownEngine(name.to_owned())),
        }
    }
}

/// Returned if a name is not that of a known engine.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no engine; use `sqlite`, `postgres` or `mysql` (MySQL and MariaDB)")]
pub struct UnknownEngine(String);
