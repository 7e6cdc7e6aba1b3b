//! The functions of `triggers` under the names and signatures of the synchronous side, each of which waits for the asynchronous
//! function of its name.

use concurrency_diesel::asynchronous::triggers;
use diesel_async::AsyncConnection;

use super::block_on::block_on;

// The parts that await nothing.
pub use concurrency_diesel::triggers::{
    CatalogBackend, Engine, Error, FoundTrigger, Problem, TriggerModels, TriggerSpec, add_version_column,
    create_triggers, migrations, with_migrations, write_migration,
};

pub fn create<M, C>(conn: &mut C) -> Result<(), Error>
where
    C: AsyncConnection<Backend: CatalogBackend>,
    M: TriggerModels<C::Backend>,
{
    block_on(triggers::create::<M, C>(conn))
}

pub fn create_specs<C>(specs: &[TriggerSpec], conn: &mut C) -> Result<Vec<TriggerSpec>, Error>
where
    C: AsyncConnection<Backend: CatalogBackend>,
{
    block_on(triggers::create_specs(specs, conn))
}

pub fn drop<M, C>(conn: &mut C) -> Result<(), Error>
where
    C: AsyncConnection<Backend: CatalogBackend>,
    M: TriggerModels<C::Backend>,
{
    block_on(triggers::drop::<M, C>(conn))
}

pub fn drop_specs<C>(specs: &[TriggerSpec], conn: &mut C) -> Result<(), Error>
where
    C: AsyncConnection<Backend: CatalogBackend>,
{
    block_on(triggers::drop_specs(specs, conn))
}

pub fn list<C>(conn: &mut C) -> Result<Vec<FoundTrigger>, Error>
where
    C: AsyncConnection<Backend: CatalogBackend>,
{
    block_on(triggers::list(conn))
}

pub fn check<M, C>(conn: &mut C) -> Result<Vec<Problem>, Error>
where
    C: AsyncConnection<Backend: CatalogBackend>,
    M: TriggerModels<C::Backend>,
{
    block_on(triggers::check::<M, C>(conn))
}

pub fn check_specs<C>(specs: &[TriggerSpec], conn: &mut C) -> Result<Vec<Problem>, Error>
where
    C: AsyncConnection<Backend: CatalogBackend>,
{
    block_on(triggers::check_specs(specs, conn))
}

pub fn unused<C>(specs: &[TriggerSpec], conn: &mut C) -> Result<Vec<Problem>, Error>
where
    C: AsyncConnection<Backend: CatalogBackend>,
{
    block_on(triggers::unused(specs, conn))
}

pub fn drop_unused<C>(specs: &[TriggerSpec], conn: &mut C) -> Result<Vec<FoundTrigger>, Error>
where
    C: AsyncConnection<Backend: CatalogBackend>,
{
    block_on(triggers::drop_unused(specs, conn))
}
