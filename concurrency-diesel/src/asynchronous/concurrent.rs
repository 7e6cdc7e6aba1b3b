//! What a record must be so that the future that saves it is `Send`. `crate::concurrent` says what it must be to be
//! saved at all.

use crate::backend::ConcurrencyBackend;

/// A record that can be saved on the backend `DB` by a future that is `Send`: the bound of generic code that saves.
///
/// It is [`ConcurrentOn`](crate::ConcurrentOn) of a record that is `Send` and `Sync`, as are the types that its
/// `serialize_as` fields are converted to. There is nothing to implement.
///
/// ```
/// use concurrency_diesel::ConcurrencyBackend;
/// use concurrency_diesel::asynchronous::{ConcurrentOn, prelude::*};
/// use diesel_async::AsyncConnection;
///
/// async fn save_both<T, C>(first: &mut T, second: &mut T, conn: &mut C) -> Result<(), ConcurrencyError>
/// where
///     C: AsyncConnection<Backend: ConcurrencyBackend>,
///     T: ConcurrentOn<C::Backend>,
/// {
///     conn.transaction(async |conn| {
///         first.save_concurrent(conn).await?;
///         second.save_concurrent(conn).await
///     })
///     .await
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be saved on an asynchronous connection to `{DB}`",
    note = "it needs `#[derive(Concurrent)]`, and it and what its `serialize_as` fields are converted to must be `Send` and `Sync`",
    note = "code that is generic over its record `T` needs `T: concurrency_diesel::asynchronous::ConcurrentOn<C::Backend>`",
    note = "the closure of `transaction_concurrent` is given a `&mut &mut` reference; list the record in a nested one as `&mut **record`",
    note = "the backends are `Sqlite`, `Pg` and `Mysql` (MySQL and MariaDB); each needs the feature `sqlite`, `postgres_backend` or `mysql_backend` of concurrency-diesel"
)]
pub trait ConcurrentOn<DB: ConcurrencyBackend>:
    crate::ConcurrentOn<DB, __Serialized: Send + Sync, __Memory: Send> + Send + Sync
{
}

impl<T, DB> ConcurrentOn<DB> for T
where
    DB: ConcurrencyBackend,
    T: crate::ConcurrentOn<DB, __Serialized: Send + Sync, __Memory: Send> + Send + Sync,
{
}
