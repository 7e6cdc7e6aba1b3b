//! The errors of a command that did nothing, as the user reads them. All end with exit code 2, and none contains a
//! password.

use concurrency_diesel::triggers::{self, Engine};
use thiserror::Error;

use crate::environment::DatabaseUrl;
use crate::source::{Mistake, Place};

#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error(".env cannot be read: {0}")]
    Dotenv(String),

    #[error("no database is named; use --database-url, or set DATABASE_URL, in `.env` perhaps")]
    NoUrl,

    #[error("no engine is named; use --engine, or name a database with --database-url or DATABASE_URL")]
    NoEngine,

    #[error("`{0}://` is no scheme of a database URL; use postgres://, mysql:// (MariaDB too), or a file of SQLite")]
    UnknownScheme(String),

    #[error(
        "the password in the database URL holds a character that ends it; write `/` as %2F, `?` as %3F, `#` as %23, `@` as %40"
    )]
    UnencodedPassword,

    /// The sources, with one mistake on each line.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Source(Vec<Mistake>),

    #[error(
        "two migrations create {}, and the second one will fail; delete one of them, as two branches may each have written it",
        .0.join(", ")
    )]
    CreatedTwice(Vec<String>),

    /// Triggers that no migration can create, each with the reason.
    #[error("{}", .0.join("\n"))]
    Obstructed(Vec<String>),

    #[error(
        "{table} has a column `{column}` already ({place}); name another with --column, or let a model use it and run `triggers generate`"
    )]
    ColumnExists { table: String, column: String, place: Place },

    #[error(
        "this diesel-concurrency was built without {0}; install it with `cargo install concurrency-cli`, whose features are `sqlite`, `postgres` and `mysql`"
    )]
    NotBuiltIn(Engine),

    #[error("{0}: there is no such file; make the database with `diesel setup`, or name another with --database-url")]
    NoDatabaseFile(DatabaseUrl),

    #[error("{url}: {message}")]
    Connection { url: DatabaseUrl, message: String },

    /// An error of `concurrency_diesel::triggers` about a database.
    #[error("{0}")]
    Database(String),

    /// An error of `concurrency_diesel::triggers` about a folder of migrations.
    #[error(transparent)]
    Migrations(triggers::Error),
}

impl From<Vec<Mistake>> for Error {
    fn from(mistakes: Vec<Mistake>) -> Self {
        Self::Source(mistakes)
    }
}
