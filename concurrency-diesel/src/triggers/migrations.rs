//! The triggers of models as Diesel migrations that the program runs itself. `files` writes migrations as files.

use std::fmt;
use std::marker::PhantomData;

use concurrency_core::{Probe, SchemaChange, TriggerSpec, fingerprint, restore_trigger};
use diesel::connection::BoxableConnection;
use diesel::migration::{self, Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion};
use diesel::result::{Error, QueryResult};

use super::models::TriggerModels;
use crate::backend::ConcurrencyBackend;

/// The triggers of these models as migrations, one for each table: the SQL that
/// [`write_migration`](super::write_migration) writes.
///
/// Diesel reverts only migrations that its source knows. So do not run these beside migrations of your own: chain them
/// with [`with_migrations`].
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

/// Your own migrations, followed by the triggers of these models.
///
/// The triggers come last, however new your own migrations are. So they are reverted first, before the tables that they
/// are on. They run again after every new migration of yours, because it may have recreated a table without its
/// trigger. A trigger that exists is left as it is. So run pending migrations before you revert anything.
///
/// If you rename or remove a model, drop its trigger in a migration of your own, and delete its row of
/// `__diesel_schema_migrations`, which begins with `99999999999999-`.
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
    WithMigrations { source, models: PhantomData }
}

/// The triggers of models as a source of migrations: see [`migrations`].
pub struct TriggerMigrations<M>(PhantomData<fn() -> M>);

/// A source of migrations with the triggers of models after it: see [`with_migrations`].
pub struct WithMigrations<M, S> {
    source: S,
    models: PhantomData<fn() -> M>,
}

impl<M, DB> MigrationSource<DB> for TriggerMigrations<M>
where
    DB: ConcurrencyBackend,
    M: TriggerModels<DB>,
{
    fn migrations(&self) -> migration::Result<Vec<Box<dyn Migration<DB>>>> {
        Ok(after::<M, DB>(None))
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
        let mut versions: Vec<String> =
            migrations.iter().map(|migration| migration.name().version().to_string()).collect();
        versions.sort_unstable();
        migrations.extend(after::<M, DB>(Some(&versions.join(" "))));
        Ok(migrations)
    }
}

/// The migrations of the triggers, to be run after those with these versions.
fn after<M, DB>(versions: Option<&str>) -> Vec<Box<dyn Migration<DB>>>
where
    DB: ConcurrencyBackend,
    M: TriggerModels<DB>,
{
    let migration =
        |spec: &TriggerSpec| Box::new(TriggerMigration::new::<DB>(spec, versions)) as Box<dyn Migration<DB>>;
    M::__specs().iter().map(migration).collect()
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

/// The migration of one trigger. It does nothing if the trigger exists.
struct TriggerMigration {
    name: TriggerMigrationName,
    probe: Option<Probe>,
    change: SchemaChange,
}

impl TriggerMigration {
    fn new<DB: ConcurrencyBackend>(spec: &TriggerSpec, after: Option<&str>) -> Self {
        let (probe, change) = restore_trigger(spec, DB::__ENGINE);
        Self { name: TriggerMigrationName::new(spec, after), probe, change }
    }

    /// On an engine whose SQL has no conditions, the probe answers by an error.
    fn is_there<DB: ConcurrencyBackend>(&self, conn: &mut dyn BoxableConnection<DB>) -> QueryResult<bool> {
        let Some(probe) = &self.probe else { return Ok(false) };
        match conn.batch_execute(&probe.sql) {
            Err(Error::DatabaseError(_, said)) if said.message().contains(probe.failure) => Ok(true),
            answer => answer.map(|()| false),
        }
    }
}

impl<DB: ConcurrencyBackend> Migration<DB> for TriggerMigration {
    fn run(&self, conn: &mut dyn BoxableConnection<DB>) -> migration::Result<()> {
        if !self.is_there(conn)? {
            conn.batch_execute(&self.change.up_sql())?;
        }
        Ok(conn.batch_execute(&self.name.forget_earlier())?)
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

/// The trigger's name. The version consists of hashes of the name and of the migrations before it, because Diesel keeps
/// 50 characters.
struct TriggerMigrationName {
    name: String,
    trigger: String,
    version: String,
}

impl TriggerMigrationName {
    /// The version begins with nines, so that it comes after every date. It includes the schema, because two schemas
    /// may have a table of one name. A new migration before it gives it another version, which has not been run.
    fn new(spec: &TriggerSpec, after: Option<&str>) -> Self {
        let trigger = format!("99999999999999-{}", spec.fingerprint());
        let version = after.map_or_else(|| trigger.clone(), |versions| format!("{trigger}-{}", fingerprint(versions)));
        Self { name: spec.name(), trigger, version }
    }

    /// Deletes its earlier versions, so that Diesel does not ask a source to revert them. Hashes need no quotes.
    fn forget_earlier(&self) -> String {
        let (trigger, version) = (&self.trigger, &self.version);
        format!("DELETE FROM __diesel_schema_migrations WHERE version LIKE '{trigger}%' AND version <> '{version}'")
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
