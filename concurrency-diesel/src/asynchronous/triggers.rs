//! The triggers of [`crate::triggers`] on diesel-async's connections: created, dropped, listed and checked with the
//! same statements. Their migrations need no connection, so they are only there.
//!
//! # Example
//!
//! ```
//! use concurrency_diesel::asynchronous::{prelude::*, triggers};
//! use diesel::SqliteConnection;
//! use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
//! use diesel_async::{AsyncConnection, SimpleAsyncConnection};
//!
//! diesel::table! {
//!     articles (id) {
//!         id -> BigInt,
//!         title -> Text,
//!         version -> BigInt,
//!     }
//! }
//!
//! #[derive(Concurrent)]
//! struct Article {
//!     id: i64,
//!     title: String,
//!     #[concurrent(version = TriggerVersionField)]
//!     version: i64,
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut conn = SyncConnectionWrapper::<SqliteConnection>::establish(":memory:").await?;
//! # conn.batch_execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT NOT NULL, version BIGINT NOT NULL DEFAULT 1)").await?;
//! let problems = triggers::check::<Article, _>(&mut conn).await?;
//! assert_eq!(problems[0].to_string(), "articles has no trigger concurrency_articles_version; create it");
//!
//! triggers::create::<Article, _>(&mut conn).await?;
//! assert!(triggers::check::<Article, _>(&mut conn).await?.is_empty());
//! assert_eq!(triggers::list(&mut conn).await?.len(), 1);
//!
//! triggers::drop::<Article, _>(&mut conn).await?;
//! assert!(triggers::list(&mut conn).await?.is_empty());
//! # Ok(())
//! # }
//! ```

use diesel_async::AsyncConnection;
use futures_core::future::BoxFuture;

use super::connection::under_way;
use crate::triggers::install::{self, OtherForm};
use crate::triggers::unused as of_no_model;
use crate::triggers::{CatalogBackend, Error, FoundTrigger, Problem, TriggerModels, TriggerSpec};

/// Creates the triggers of these models where they do not exist: see [`triggers::create`](crate::triggers::create).
///
/// # Errors
///
/// As [there](crate::triggers::create).
pub fn create<M, C>(conn: &mut C) -> BoxFuture<'_, Result<(), Error>>
where
    C: AsyncConnection<Backend: CatalogBackend>,
    M: TriggerModels<C::Backend>,
{
    let specs = M::__specs();
    under_way!(conn, |session| async { install::create(&specs, OtherForm::Stays, session).await.map(|_| ()) })
}

/// [Creates](create) triggers that are specified only by names, as tools specify them, and returns those that it
/// created: see [`triggers::create_specs`](crate::triggers::create_specs).
///
/// # Errors
///
/// As [`create`].
pub fn create_specs<'a, C>(specs: &'a [TriggerSpec], conn: &'a mut C) -> BoxFuture<'a, Result<Vec<TriggerSpec>, Error>>
where
    C: AsyncConnection<Backend: CatalogBackend>,
{
    under_way!(conn, |session| install::create(specs, OtherForm::IsReplaced, session))
}

/// Drops the triggers of these models where they exist: see [`triggers::drop`](crate::triggers::drop).
///
/// # Errors
///
/// As [there](crate::triggers::drop).
pub fn drop<M, C>(conn: &mut C) -> BoxFuture<'_, Result<(), Error>>
where
    C: AsyncConnection<Backend: CatalogBackend>,
    M: TriggerModels<C::Backend>,
{
    let specs = M::__specs();
    under_way!(conn, |session| install::drop(&specs, session))
}

/// [Drops](drop) triggers that are specified only by names, as tools specify them.
///
/// # Errors
///
/// As [`drop`].
pub fn drop_specs<'a, C>(specs: &'a [TriggerSpec], conn: &'a mut C) -> BoxFuture<'a, Result<(), Error>>
where
    C: AsyncConnection<Backend: CatalogBackend>,
{
    under_way!(conn, |session| install::drop(specs, session))
}

/// Returns our triggers in the connection's database: see [`triggers::list`](crate::triggers::list).
///
/// # Errors
///
/// [`Database`](Error::Database).
pub fn list<C>(conn: &mut C) -> BoxFuture<'_, Result<Vec<FoundTrigger>, Error>>
where
    C: AsyncConnection<Backend: CatalogBackend>,
{
    under_way!(conn, |session| install::list(session))
}

/// Returns what is wrong with the triggers of these models: see [`triggers::check`](crate::triggers::check).
///
/// # Errors
///
/// As [there](crate::triggers::check).
pub fn check<M, C>(conn: &mut C) -> BoxFuture<'_, Result<Vec<Problem>, Error>>
where
    C: AsyncConnection<Backend: CatalogBackend>,
    M: TriggerModels<C::Backend>,
{
    let specs = M::__specs();
    under_way!(conn, |session| install::check(&specs, session))
}

/// [Checks](check) triggers that are specified only by names, as tools specify them.
///
/// # Errors
///
/// As [`check`].
pub fn check_specs<'a, C>(specs: &'a [TriggerSpec], conn: &'a mut C) -> BoxFuture<'a, Result<Vec<Problem>, Error>>
where
    C: AsyncConnection<Backend: CatalogBackend>,
{
    under_way!(conn, |session| install::check(specs, session))
}

/// Returns our triggers in the database that none of these specifications wants: see
/// [`triggers::unused`](crate::triggers::unused).
///
/// # Errors
///
/// As [there](crate::triggers::unused).
pub fn unused<'a, C>(specs: &'a [TriggerSpec], conn: &'a mut C) -> BoxFuture<'a, Result<Vec<Problem>, Error>>
where
    C: AsyncConnection<Backend: CatalogBackend>,
{
    under_way!(conn, |session| of_no_model::unused(specs, session))
}

/// Drops our triggers in the database that [none of these specifications wants](unused), and returns those that it
/// dropped.
///
/// # Errors
///
/// As [there](crate::triggers::drop_unused).
pub fn drop_unused<'a, C>(specs: &'a [TriggerSpec], conn: &'a mut C) -> BoxFuture<'a, Result<Vec<FoundTrigger>, Error>>
where
    C: AsyncConnection<Backend: CatalogBackend>,
{
    under_way!(conn, |session| of_no_model::drop_unused(specs, session))
}
