//! Triggers for the versions of [`TriggerVersionField`]: created, dropped, listed and checked at run time, or as migrations.
//!
//! What a trigger does, and its SQL, stands with [`TriggerSpec`]. A program needs one of two things:
//!
//! - A migration: [`write_migration`] writes its files, for `diesel migration run`; [`with_migrations`] adds the triggers to the
//!   migrations that a program embeds and runs itself.
//! - [`create`] at its start, which does nothing where the triggers are there.
//!
//! [`check`] then tells whether they still are. Models are named as a type: one, or a tuple of up to sixteen.
//!
//! A trigger of ours is known by a mark in its body, `concurrency-diesel 1`, or where a client dropped that, because it does word for
//! word what ours do. Any other trigger is never replaced and never dropped, whatever it is named. One of ours that is left over on
//! the table, after its version column was renamed say, is found by [`check`], and dropped by [`create`] and [`drop`].
//!
//! On PostgreSQL a table that inherits from another (`INHERITS`) does not inherit its triggers, so each gets its own. One that is
//! added later is found by [`check`].
//!
//! What becomes of a write that another program sends:
//!
//! | it … | SQLite | PostgreSQL | MySQL, MariaDB |
//! |---|---|---|---|
//! | leaves the version, or lowers it | it gets the next one | it gets the next one | it gets the next one |
//! | sets the next one, as our own saves do | that stays | that stays, and the function is not called | that stays |
//! | jumps ahead | that stays | it gets the next one | it gets the next one |
//! | is not seen | `REPLACE`: delete and insert | `session_replication_role = replica` | `REPLACE`, cascades of foreign keys |
//!
//! The [strict](TriggerSpec::strict) form refuses, on every engine, a write that lowers the version or jumps ahead. `diesel-concurrency`
//! makes it with `--strict`, a program with [`create_specs`].
//!
//! A BEFORE trigger of your own that comes later, on PostgreSQL by its name and on MySQL by its age, can still change the version.
//! A trigger of your own that writes the row once more, as `diesel_manage_updated_at` makes one on SQLite, is one more write: the
//! version takes one more step, and the record must be reloaded before its next save.
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

/// Creates the triggers of these models, where they are not there yet.
///
/// A trigger that is disabled or was altered is created anew; a [strict](TriggerSpec::strict) one that fires is left as it is. Every
/// model is looked at before anything is sent; on PostgreSQL and SQLite it is then all of them or none, MySQL and MariaDB commit
/// each. Several programs may call it at once.
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

/// [Creates](create) triggers that are known by their names only, as tools know them; those that it created.
///
/// A specification says which form is wanted: a trigger that is [strict](TriggerSpec::strict) where it is not, or the other way
/// round, is created anew as well, under the name it has. On MySQL and MariaDB there is none for the moment in between.
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

/// Drops the triggers of these models, where they are there.
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

/// [Drops](drop) triggers that are known by their names only, as tools know them.
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

/// Our triggers in the connection's database, of whatever models; on PostgreSQL those of the schemas in its `search_path`.
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

/// What is wrong with the triggers of these models; nothing, if each is there and does what it should.
///
/// A test or a health check can ask. A trigger under another name counts, too: a renamed table keeps its own. On MySQL and MariaDB
/// a user without the privilege TRIGGER sees none.
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

/// [Checks](check) triggers that are known by their names only, as tools know them.
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

/// What is wrong with each of the triggers, in the order of the specifications.
#[doc(hidden)]
pub fn check_each<C>(specs: &[TriggerSpec], conn: &mut C) -> Result<Vec<Vec<Problem>>, Error>
where
    C: LoadConnection<Backend: CatalogBackend>,
{
    now(install::check_each(specs, &mut Blocking::session(conn)))
}

/// Our triggers in the database that none of these specifications wants, since their model was removed say: [`Problem::Unused`], or what a
/// trigger breaks. Triggers that [`check`] names are left out.
///
/// Another program may want them: its models are not known here.
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

/// Drops our triggers in the database that [none of these specifications wants](unused); those that it dropped.
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
