//! Triggers for the versions of [`TriggerVersionField`]: created, dropped, listed and checked at run time, or as
//! migrations.
//!
//! [`TriggerSpec`] describes what a trigger does, and its SQL. A program needs one of two things:
//!
//! - A migration: [`write_migration`] writes its files, for `diesel migration run`; [`with_migrations`] adds the
//!   triggers to the migrations that a program embeds and runs itself.
//! - [`create`] at its start, which does nothing if the triggers exist.
//!
//! [`check`] then tells whether the triggers still exist and are intact. You name the models as a type: one model, or a
//! tuple of up to sixteen.
//!
//! A trigger of ours is recognized by a mark in its body, `concurrency-diesel 1`. If a client dropped the mark, it is
//! recognized because it does word for word what ours do. No other trigger is ever replaced or dropped, whatever its
//! name. [`check`] finds a trigger of ours that is left over on the table, for example after its version column was
//! renamed. [`create`] and [`drop`] drop it.
//!
//! On PostgreSQL a table that inherits from another (`INHERITS`) does not inherit its triggers, so each table gets its
//! own. [`check`] finds a table that is added later.
//!
//! What happens to a write that another program sends:
//!
//! | it … | SQLite | PostgreSQL | MySQL, MariaDB |
//! |---|---|---|---|
//! | leaves the version, or lowers it | it gets the next one | it gets the next one | it gets the next one |
//! | sets the next one, as our own saves do | that stays | that stays, and the function is not called | that stays |
//! | jumps ahead | that stays | it gets the next one | it gets the next one |
//! | bypasses the trigger | `REPLACE`: delete and insert | `session_replication_role = replica` | `REPLACE`, cascades of foreign keys |
//!
//! The [strict](TriggerSpec::strict) form refuses, on every engine, a write that lowers the version or jumps ahead.
//! `diesel-concurrency` creates it with `--strict`, a program with [`create_specs`].
//!
//! A BEFORE trigger of your own that runs after ours can still change the version. PostgreSQL orders triggers by name,
//! MySQL by age. A trigger of your own that updates the row again, as `diesel_manage_updated_at` does on SQLite, is one
//! more write. The version then takes one more step, so reload the record before its next save.
//!
//! ```
//! # include!("doctest_trigger.rs");
//! use concurrency_diesel::triggers;
//! use diesel::connection::SimpleConnection;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let conn = &mut connection();
//! triggers::create::<Article, _>(conn)?;
//! let mut mine: Article = articles::table.find(1).first(conn)?;
//!
//! // Another program, which knows nothing of versions.
//! conn.batch_execute("UPDATE articles SET title = 'theirs' WHERE id = 1")?;
//!
//! mine.title = "mine".to_owned();
//! let error = mine.save_concurrent(conn).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "articles with id 1 was modified by somebody else: expected version 1, found 2; reload it and try again",
//! );
//! # Ok(())
//! # }
//! ```
//!
//! [`TriggerVersionField`]: crate::TriggerVersionField

mod catalog;
mod error;
mod files;
pub(crate) mod install;
mod migrations;
mod models;
mod plan;
mod problem;
mod survey;
pub(crate) mod unused;

use diesel::connection::LoadConnection;

use self::install::OtherForm;

pub use self::catalog::CatalogBackend;
pub use self::error::Error;
pub use self::files::{write_migration, write_migration_of, written_migrations};
pub use self::migrations::{TriggerMigrations, WithMigrations, migrations, with_migrations};
pub use self::models::TriggerModels;
#[cfg(feature = "testing")]
pub(crate) use self::models::spec_of;
pub use self::problem::Problem;
pub use concurrency_core::{
    Engine, FoundTrigger, Obstacle, SchemaChange, TriggerSpec, UnknownEngine, add_version_column, adds_version_column,
    create_triggers, pending_triggers, triggers_created_twice, unclear_triggers, unused_triggers,
};
#[doc(hidden)]
pub use concurrency_core::{TriggerHistory, standing_triggers};

use crate::backend::ConcurrencyBackend as _;
use crate::executor::{Blocking, Executor, now};

/// Creates the triggers of these models where they do not exist.
///
/// A trigger that is disabled or was altered is created anew. A [strict](TriggerSpec::strict) trigger that fires is
/// left as it is. All models are checked first. PostgreSQL and SQLite then create all triggers in one transaction;
/// MySQL and MariaDB commit each. Several programs may call it at once.
///
/// # Errors
///
/// [`MissingTable`](Error::MissingTable), [`MissingColumn`](Error::MissingColumn), [`VersionType`](Error::VersionType),
/// [`ForeignTrigger`](Error::ForeignTrigger), [`OnAnotherTable`](Error::OnAnotherTable),
/// [`MissingPrivilege`](Error::MissingPrivilege), [`Database`](Error::Database).
///
/// # Example
///
/// ```
/// # include!("doctest_trigger.rs");
/// use concurrency_diesel::triggers;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// triggers::create::<(Article,), _>(conn)?;
/// triggers::create::<(Article,), _>(conn)?;
/// let found = triggers::list(conn)?;
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].trigger_name, "concurrency_articles_version");
/// # Ok(())
/// # }
/// ```
pub fn create<M, C>(conn: &mut C) -> Result<(), Error>
where
    C: LoadConnection<Backend: CatalogBackend>,
    M: TriggerModels<C::Backend>,
{
    let created = now(install::create(&M::__specs(), OtherForm::Stays, &mut Blocking::session(conn)));
    created.map(|_| ())
}

/// [Creates](create) triggers that are specified only by names, as tools specify them, and returns those that it
/// created.
///
/// A specification says which form is wanted. A trigger in the other form, [strict](TriggerSpec::strict) or not, is
/// also created anew, under its existing name. On MySQL and MariaDB the table has no trigger for the moment in between.
///
/// # Errors
///
/// As [`create`].
///
/// # Example
///
/// ```
/// # include!("doctest_trigger.rs");
/// use concurrency_diesel::triggers::{self, TriggerSpec};
/// use diesel::connection::SimpleConnection;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// triggers::create::<Article, _>(conn)?;
/// let strict = [TriggerSpec::new("articles", ["id"], "version").strict()];
/// assert_eq!(triggers::create_specs(&strict, conn)?, strict);
/// assert_eq!(triggers::create_specs(&strict, conn)?, []);
///
/// let jump = conn.batch_execute("UPDATE articles SET version = 9").unwrap_err();
/// assert_eq!(jump.to_string(), "the version of a row may only advance by one; write the row without it");
/// # Ok(())
/// # }
/// ```
pub fn create_specs<C>(specs: &[TriggerSpec], conn: &mut C) -> Result<Vec<TriggerSpec>, Error>
where
    C: LoadConnection<Backend: CatalogBackend>,
{
    now(install::create(specs, OtherForm::IsReplaced, &mut Blocking::session(conn)))
}

/// Drops the triggers of these models where they exist.
///
/// # Errors
///
/// [`MissingTable`](Error::MissingTable), [`ForeignTrigger`](Error::ForeignTrigger),
/// [`MissingPrivilege`](Error::MissingPrivilege), [`Database`](Error::Database).
///
/// # Example
///
/// ```
/// # include!("doctest_trigger.rs");
/// use concurrency_diesel::triggers;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// triggers::create::<Article, _>(conn)?;
/// triggers::drop::<Article, _>(conn)?;
/// triggers::drop::<Article, _>(conn)?;
/// assert!(triggers::list(conn)?.is_empty());
/// # Ok(())
/// # }
/// ```
pub fn drop<M, C>(conn: &mut C) -> Result<(), Error>
where
    C: LoadConnection<Backend: CatalogBackend>,
    M: TriggerModels<C::Backend>,
{
    drop_specs(&M::__specs(), conn)
}

/// [Drops](drop) triggers that are specified only by names, as tools specify them.
///
/// # Errors
///
/// As [`drop`].
pub fn drop_specs<C>(specs: &[TriggerSpec], conn: &mut C) -> Result<(), Error>
where
    C: LoadConnection<Backend: CatalogBackend>,
{
    now(install::drop(specs, &mut Blocking::session(conn)))
}

/// Returns our triggers in the connection's database, of any model; on PostgreSQL those of the schemas in its
/// `search_path`.
///
/// # Errors
///
/// [`Database`](Error::Database).
pub fn list<C>(conn: &mut C) -> Result<Vec<FoundTrigger>, Error>
where
    C: LoadConnection<Backend: CatalogBackend>,
{
    now(install::list(&mut Blocking::session(conn)))
}

/// Returns what is wrong with the triggers of these models: nothing, if each exists and does what it should.
///
/// Use it in a test or a health check. A trigger with another name counts, too, because a renamed table keeps its
/// trigger. On MySQL and MariaDB a user without the privilege TRIGGER sees none.
///
/// # Errors
///
/// [`MissingTable`](Error::MissingTable), [`MissingColumn`](Error::MissingColumn), [`VersionType`](Error::VersionType),
/// [`Database`](Error::Database).
///
/// # Example
///
/// ```
/// # include!("doctest_trigger.rs");
/// use concurrency_diesel::triggers;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// let problems = triggers::check::<Article, _>(conn)?;
/// assert_eq!(
///     problems[0].to_string(),
///     "articles has no trigger concurrency_articles_version; create it",
/// );
/// # Ok(())
/// # }
/// ```
pub fn check<M, C>(conn: &mut C) -> Result<Vec<Problem>, Error>
where
    C: LoadConnection<Backend: CatalogBackend>,
    M: TriggerModels<C::Backend>,
{
    check_specs(&M::__specs(), conn)
}

/// [Checks](check) triggers that are specified only by names, as tools specify them.
///
/// # Errors
///
/// As [`check`].
pub fn check_specs<C>(specs: &[TriggerSpec], conn: &mut C) -> Result<Vec<Problem>, Error>
where
    C: LoadConnection<Backend: CatalogBackend>,
{
    now(install::check(specs, &mut Blocking::session(conn)))
}

/// Returns what is wrong with each of the triggers, in the order of the specifications.
#[doc(hidden)]
pub fn check_each<C>(specs: &[TriggerSpec], conn: &mut C) -> Result<Vec<Vec<Problem>>, Error>
where
    C: LoadConnection<Backend: CatalogBackend>,
{
    now(install::check_each(specs, &mut Blocking::session(conn)))
}

/// Returns what is wrong with each of the triggers, and what [`unused`] returns, for one look at the tables.
#[doc(hidden)]
#[allow(clippy::type_complexity, reason = "the answers of two functions")]
pub fn check_all<C>(specs: &[TriggerSpec], conn: &mut C) -> Result<(Vec<Vec<Problem>>, Vec<Problem>), Error>
where
    C: LoadConnection<Backend: CatalogBackend>,
{
    now(unused::check_all(specs, &mut Blocking::session(conn)))
}

/// Returns our triggers in the database that none of these specifications wants, for example because their model was
/// removed: [`Problem::Unused`], or what such a trigger breaks. Triggers that [`check`] names are left out.
///
/// Another program may want them: its models are unknown here.
///
/// # Errors
///
/// [`Database`](Error::Database).
///
/// # Example
///
/// ```
/// # include!("doctest_trigger.rs");
/// use concurrency_diesel::triggers::{self, TriggerSpec};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut connection();
/// let articles = [TriggerSpec::new("articles", ["id"], "version")];
/// triggers::create_specs(&articles, conn)?;
/// assert_eq!(triggers::unused(&articles, conn)?, []);
/// assert_eq!(
///     triggers::unused(&[], conn)?[0].to_string(),
///     "no model has the trigger concurrency_articles_version of articles; drop it, unless another program needs it",
/// );
/// assert_eq!(triggers::drop_unused(&[], conn)?.len(), 1);
/// assert!(triggers::list(conn)?.is_empty());
/// # Ok(())
/// # }
/// ```
pub fn unused<C>(specs: &[TriggerSpec], conn: &mut C) -> Result<Vec<Problem>, Error>
where
    C: LoadConnection<Backend: CatalogBackend>,
{
    now(unused::unused(specs, &mut Blocking::session(conn)))
}

/// Drops our triggers in the database that [none of these specifications wants](unused), and returns those that it
/// dropped.
///
/// # Errors
///
/// [`MissingPrivilege`](Error::MissingPrivilege), [`InUse`](Error::InUse), [`Database`](Error::Database).
pub fn drop_unused<C>(specs: &[TriggerSpec], conn: &mut C) -> Result<Vec<FoundTrigger>, Error>
where
    C: LoadConnection<Backend: CatalogBackend>,
{
    now(unused::drop_unused(specs, &mut Blocking::session(conn)))
}

const fn engine<E: Executor>() -> Engine {
    E::Backend::__ENGINE
}

/// The table as messages name it.
fn shown(spec: &TriggerSpec) -> String {
    match spec.schema() {
        Some(schema) => format!("{schema}.{}", spec.table()),
        None => spec.table().to_owned(),
    }
}
