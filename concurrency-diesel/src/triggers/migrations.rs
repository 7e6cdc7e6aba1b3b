//! The triggers of models as migrations of Diesel's, to be run by the program itself. Files are written by `files`.

use std::fmt;
use std::marker::PhantomData;

use concurrency_core::{SchemaChange, TriggerSpec, create_triggers};
use diesel::connection::BoxableConnection;
use diesel::migration::{self, Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion};

use super::models::TriggerModels;
use crate::backend::ConcurrencyBackend;

/// The triggers of these models as migrations, one for each table: the SQL that [`write_migration`](super::write_migration) writes.
///
/// Diesel reverts only migrations that its source knows, so do not run these beside migrations of your own: chain them, with
/// [`with_migrations`].
///
/// # Example
///
/// ```
/// # include!("../doctest_trigger.rs");
/// use concurrency_diesel::triggers;
/// use diesel_migrations::MigrationHarness;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// # let conn = &mut connection();
/// conn.run_pending_migrations(triggers::migrations::<(Article,)>())?;
/// assert_eq!(triggers::check::<Article, _>(conn)?, []);
/// conn.revert_last_migration(triggers::migrations::<(Article,)>())?;
/// assert!(triggers::list(conn)?.is_empty());
/// # Ok(())
/// # }
/// ```
#[must_use]
pub const fn migrations<M>() -> TriggerMigrations<M> {
    TriggerMigrations(PhantomData)
}

/// Your own migrations, and after them the triggers of these models.
///
/// The triggers come last, however new your own migrations are: they are the first to be reverted, before the tables they stand on.
///
/// # Example
///
/// ```
/// # include!("../doctest_trigger.rs");
/// use concurrency_diesel::triggers;
/// use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
///
/// const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
///
/// # fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// # let conn = &mut SqliteConnection::establish(":memory:")?;
/// let migrations = || triggers::with_migrations::<(Article,), _>(MIGRATIONS);
/// conn.run_pending_migrations(migrations())?;
/// assert_eq!(triggers::check::<Article, _>(conn)?, []);
/// conn.revert_all_migrations(migrations())?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub const fn with_migrations<M, S>(source: S) -> WithMigrations<M, S> {
    WithMigrations { source, triggers: migrations() }
}

/// The triggers of models as a source of migrations: see [`migrations`].
pub struct TriggerMigrations<M>(PhantomData<fn() -> M>);

/// A source of migrations with the triggers of models after it: see [`with_migrations`].
pub struct WithMigrations<M, S> {
    source: S,
    triggers: TriggerMigrations<M>,
}

impl<M, DB> MigrationSource<DB> for TriggerMigrations<M>
where
    DB: ConcurrencyBackend,
    M: TriggerModels<DB>,
{
    fn migrations(&self) -> migration::Result<Vec<Box<dyn Migration<DB>>>> {
        let migration = |spec: &TriggerSpec| Box::new(TriggerMigration::new::<DB>(spec)) as Box<dyn Migration<DB>>;
        Ok(M::__specs().iter().map(migration).collect())
    }
}

impl<M, S, DB> MigrationSource<DB> for WithMigrations<M, S>
where
    DB: ConcurrencyBackend,
    S: MigrationSource<DB>,
    M: TriggerModels<DB>,
{
    fn migrations(&self) -> migration::Result<Vec<Box<dyn Migration<DB>>>> {
        let mut migrations = self.source.migrations()?;
        migrations.extend(MigrationSource::<DB>::migrations(&self.triggers)?);
        Ok(migrations)
    }
}

impl<M> fmt::Debug for TriggerMigrations<M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TriggerMigrations")
    }
}

impl<M, S: fmt::Debug> fmt::Debug for WithMigrations<M, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("WithMigrations").field(&self.source).finish()
    }
}

/// The migration of one trigger.
struct TriggerMigration {
    name: TriggerMigrationName,
    change: SchemaChange,
}

impl TriggerMigration {
    fn new<DB: ConcurrencyBackend>(spec: &TriggerSpec) -> Self {
        Self { name: TriggerMigrationName::new(spec), change: create_triggers([spec], DB::__ENGINE) }
    }
}

impl<DB: ConcurrencyBackend> Migration<DB> for TriggerMigration {
    fn run(&self, conn: &mut dyn BoxableConnection<DB>) -> migration::Result<()> {
        Ok(conn.batch_execute(&self.change.up_sql())?)
    }

    fn revert(&self, conn: &mut dyn BoxableConnection<DB>) -> migration::Result<()> {
        Ok(conn.batch_execute(&self.change.down_sql())?)
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        &InTransaction
    }

    fn name(&self) -> &dyn MigrationName {
        &self.name
    }
}

struct InTransaction;

impl MigrationMetadata for InTransaction {}

/// The trigger's name; as the version a hash of it, because Diesel keeps 50 characters.
struct TriggerMigrationName {
    name: String,
    version: String,
}

impl TriggerMigrationName {
    /// Nines, so that it comes after every date; the schema, because two of them may have a table of one name.
    fn new(spec: &TriggerSpec) -> Self {
        let name = spec.name();
        let version = format!("99999999999999-{}", spec.fingerprint());
        Self { name, version }
    }
}

impl MigrationName for TriggerMigrationName {
    fn version(&self) -> MigrationVersion<'_> {
        MigrationVersion::from(&self.version)
    }
}

impl fmt::Display for TriggerMigrationName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}
