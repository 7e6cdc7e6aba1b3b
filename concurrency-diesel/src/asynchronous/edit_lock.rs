//! Who is editing a record: [`crate::edit_lock`] on diesel-async's connections, with the same statements.
//!
//! # Example
//!
//! ```
//! use concurrency_diesel::RecordId;
//! use concurrency_diesel::asynchronous::edit_lock::{self, EditLock, Editing};
//! use diesel::SqliteConnection;
//! use diesel_async::AsyncConnection;
//! use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut conn = SyncConnectionWrapper::<SqliteConnection>::establish(":memory:").await?;
//! edit_lock::create(&mut conn).await?;
//! let article = RecordId::new("articles", 1_i64);
//!
//! assert!(matches!(EditLock::new(&article, "ann").acquire(&mut conn).await?, Editing::Mine(_)));
//! let Editing::Theirs(shown) = EditLock::new(&article, "bob").acquire(&mut conn).await? else {
//!     panic!("Ann has it")
//! };
//! assert_eq!(shown.holder, "ann");
//! assert!(matches!(EditLock::new(&article, "bob").take_over(shown.turn, &mut conn).await?, Editing::Mine(_)));
//! assert!(!EditLock::new(&article, "ann").release(&mut conn).await?);
//! # Ok(())
//! # }
//! ```

use std::time::Duration;

use concurrency_core::RecordId;
use futures_core::future::BoxFuture;

use super::connection::{Connection, under_way};
use crate::edit_lock::{Claim, work};

pub use crate::edit_lock::{Editing, Error, Holder};

/// A person's claim to edit a record: see [`edit_lock::EditLock`](crate::edit_lock::EditLock).
///
/// Nothing is sent until one of its methods is awaited.
#[derive(Debug, Clone, Copy)]
pub struct EditLock<'a>(Claim<'a>);

impl<'a> EditLock<'a> {
    /// The lock of this record for this holder. Each [`acquire`](Self::acquire) keeps it for 150 seconds.
    #[must_use]
    pub const fn new(id: &'a RecordId, holder: &'a str) -> Self {
        Self(Claim::new(id, holder))
    }

    /// The same lock, kept for this long.
    #[must_use]
    pub fn lasting(self, duration: Duration) -> Self {
        Self(self.0.lasting(duration))
    }

    /// [Takes the lock](crate::edit_lock::EditLock::acquire) if it is free, and renews it if the holder has it already.
    ///
    /// # Errors
    ///
    /// As [there](crate::edit_lock::EditLock::acquire).
    pub fn acquire<'c, C, Use>(&self, conn: &'c mut C) -> BoxFuture<'c, Result<Editing, Error>>
    where
        'a: 'c,
        C: Connection<Use>,
    {
        let claim = self.0;
        under_way!(conn, |session| work::acquire(&claim, session))
    }

    /// [Takes the lock](crate::edit_lock::EditLock::take_over) from the holder who was shown.
    ///
    /// # Errors
    ///
    /// As [there](crate::edit_lock::EditLock::take_over).
    pub fn take_over<'c, C, Use>(&self, turn: i64, conn: &'c mut C) -> BoxFuture<'c, Result<Editing, Error>>
    where
        'a: 'c,
        C: Connection<Use>,
    {
        let claim = self.0;
        under_way!(conn, |session| work::take_over(&claim, turn, session))
    }

    /// [Releases the lock](crate::edit_lock::EditLock::release), and returns whether the holder had it.
    ///
    /// # Errors
    ///
    /// As [there](crate::edit_lock::EditLock::release).
    pub fn release<'c, C, Use>(&self, conn: &'c mut C) -> BoxFuture<'c, Result<bool, Error>>
    where
        'a: 'c,
        C: Connection<Use>,
    {
        let claim = self.0;
        under_way!(conn, |session| work::release(&claim, session))
    }
}

/// [Returns who is editing](crate::edit_lock::holder) the record now.
///
/// # Errors
///
/// As [there](crate::edit_lock::holder).
pub fn holder<'c, C, Use>(id: &'c RecordId, conn: &'c mut C) -> BoxFuture<'c, Result<Option<Holder>, Error>>
where
    C: Connection<Use>,
{
    under_way!(conn, |session| work::holder(id, session))
}

/// [Creates the table](crate::edit_lock::create) of the locks if it does not exist.
///
/// # Errors
///
/// As [there](crate::edit_lock::create).
pub fn create<C, Use>(conn: &mut C) -> BoxFuture<'_, Result<(), Error>>
where
    C: Connection<Use>,
{
    under_way!(conn, |session| work::create(session))
}

/// [Deletes the locks](crate::edit_lock::delete_expired) that have run out or were released, and returns how many.
///
/// # Errors
///
/// As [there](crate::edit_lock::delete_expired).
pub fn delete_expired<C, Use>(conn: &mut C) -> BoxFuture<'_, Result<usize, Error>>
where
    C: Connection<Use>,
{
    under_way!(conn, |session| work::delete_expired(session))
}
