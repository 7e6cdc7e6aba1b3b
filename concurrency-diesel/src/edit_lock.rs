//! Who is editing a record: advisory locks that expire, kept in a table of their own.
//!
//! Two people who open the same record learn of each other before one of them has typed in vain. A lock promises no
//! more: a save never checks it, and the version alone decides what is written. So never let an error of these
//! functions keep a page from opening.
//!
//! An [`EditLock`] is held for 150 seconds, by the database's clock. The page that edits the record
//! [acquires](EditLock::acquire) it when it opens and again every 30 seconds. (Browsers run the timers of a hidden page
//! only once a minute.) A holder is a name; one holder in two windows holds one lock.
//!
//! The locks are in the table `concurrency_edit_locks`. `diesel-concurrency edit-locks` writes the migration that
//! creates it; [`create`] creates it without a migration. They are not columns of the record's own row, because writing
//! those would move its version.
//!
//! Use these functions outside of transactions: while a lock is not committed, others wait instead of learning who has
//! it.
//!
//! # Example
//!
//! ```
//! use concurrency_diesel::RecordId;
//! use concurrency_diesel::edit_lock::{self, EditLock, Editing};
//! use diesel::prelude::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let conn = &mut SqliteConnection::establish(":memory:")?;
//! edit_lock::create(conn)?;
//! let article = RecordId::new("articles", 1_i64);
//!
//! let ann = EditLock::new(&article, "ann");
//! assert!(matches!(ann.acquire(conn)?, Editing::Mine(_)));
//!
//! // Bob opens the same article, reads that Ann is editing it, and takes over.
//! let bob = EditLock::new(&article, "bob");
//! let Editing::Theirs(shown) = bob.acquire(conn)? else { panic!("Ann has it") };
//! assert_eq!(shown.holder, "ann");
//! assert!(matches!(bob.take_over(shown.turn, conn)?, Editing::Mine(_)));
//!
//! // Ann's page renews its lock, and learns that she has lost it.
//! assert!(matches!(ann.acquire(conn)?, Editing::Theirs(holder) if holder.holder == "bob"));
//! assert!(!ann.release(conn)?);
//! assert!(bob.release(conn)?);
//! assert_eq!(edit_lock::holder(&article, conn)?, None);
//! # Ok(())
//! # }
//! ```

mod claim;
mod error;
mod holder;
pub(crate) mod work;

use std::time::Duration;

use concurrency_core::RecordId;
pub use concurrency_core::{create_edit_locks, creates_edit_locks};

pub use self::error::Error;
pub use self::holder::{Editing, Holder};

pub(crate) use self::claim::Claim;
pub(crate) use self::holder::LockRow;
use crate::connection::Connection;
use crate::executor::{Blocking, now};

/// A person's claim to edit a record: see the [module](self).
///
/// Nothing is sent until one of its methods is called.
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

    /// Takes the lock if it is free, and renews it if the holder already has it. This is the heartbeat of a page.
    ///
    /// If several holders ask at once, exactly one of them gets it. A lock is free if it was never taken, was released,
    /// or has run out. Renewing a lock keeps its `turn` and the time since when it is held.
    ///
    /// `INSERT INTO concurrency_edit_locks … ON CONFLICT (table_name, record_key) DO UPDATE … WHERE` it is the holder's
    /// or has run out; on MySQL and MariaDB `ON DUPLICATE KEY UPDATE …`. If that returns no row, as always on MySQL and
    /// MariaDB, a SELECT reads who has the lock.
    ///
    /// # Errors
    ///
    /// [`MissingTable`](Error::MissingTable), [`TooLong`](Error::TooLong), [`Busy`](Error::Busy),
    /// [`Concurrency`](Error::Concurrency).
    ///
    /// # Example
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use concurrency_diesel::RecordId;
    /// use concurrency_diesel::edit_lock::{self, EditLock, Editing};
    /// use diesel::prelude::*;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut SqliteConnection::establish(":memory:")?;
    /// # edit_lock::create(conn)?;
    /// let article = RecordId::new("articles", 1_i64);
    /// match EditLock::new(&article, "ann").lasting(Duration::from_secs(60)).acquire(conn)? {
    ///     Editing::Mine(holder) => println!("yours for {} more seconds", holder.left.as_secs()),
    ///     Editing::Theirs(holder) => println!("{} is editing this", holder.holder),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn acquire<C: Connection>(&self, conn: &mut C) -> Result<Editing, Error> {
        now(work::acquire(&self.0, &mut Blocking::session(conn)))
    }

    /// Takes the lock from the holder who was shown: the one with this [`turn`](Holder::turn).
    ///
    /// If another holder has taken it meanwhile, the lock stays theirs, and the result says whose it is. A free lock is
    /// taken whatever the turn. The previous holder learns of it at the next [`acquire`](Self::acquire).
    ///
    /// `UPDATE concurrency_edit_locks SET …, turn = turn + 1 WHERE … AND turn = ?`. If that returns no row, as always
    /// on MySQL and MariaDB, it goes on as [`acquire`](Self::acquire).
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    ///
    /// # Example
    ///
    /// ```
    /// use concurrency_diesel::RecordId;
    /// use concurrency_diesel::edit_lock::{self, EditLock, Editing};
    /// use diesel::prelude::*;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let conn = &mut SqliteConnection::establish(":memory:")?;
    /// # edit_lock::create(conn)?;
    /// let article = RecordId::new("articles", 1_i64);
    /// EditLock::new(&article, "ann").acquire(conn)?;
    /// let shown = edit_lock::holder(&article, conn)?.ok_or("Ann has it")?;
    ///
    /// let bob = EditLock::new(&article, "bob").take_over(shown.turn, conn)?;
    /// assert!(matches!(bob, Editing::Mine(_)));
    ///
    /// // Cid was also shown Ann, and comes second.
    /// let cid = EditLock::new(&article, "cid").take_over(shown.turn, conn)?;
    /// assert!(matches!(cid, Editing::Theirs(holder) if holder.holder == "bob"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn take_over<C: Connection>(&self, turn: i64, conn: &mut C) -> Result<Editing, Error> {
        now(work::take_over(&self.0, turn, &mut Blocking::session(conn)))
    }

    /// Releases the lock, and returns whether the holder had it.
    ///
    /// `UPDATE concurrency_edit_locks SET until_ms = 0 WHERE … AND holder = ?`. The row stays until [`delete_expired`]
    /// deletes it, so that the next holder gets another `turn`.
    ///
    /// # Errors
    ///
    /// [`MissingTable`](Error::MissingTable), [`TooLong`](Error::TooLong), [`Concurrency`](Error::Concurrency).
    pub fn release<C: Connection>(&self, conn: &mut C) -> Result<bool, Error> {
        now(work::release(&self.0, &mut Blocking::session(conn)))
    }
}

/// Returns who is editing the record now, or `None` if the lock was never taken, was released or has run out.
///
/// `SELECT holder, since_ms, until_ms, turn, … FROM concurrency_edit_locks WHERE table_name = ? AND record_key = ?`.
///
/// # Errors
///
/// [`MissingTable`](Error::MissingTable), [`TooLong`](Error::TooLong), [`Concurrency`](Error::Concurrency).
pub fn holder<C: Connection>(id: &RecordId, conn: &mut C) -> Result<Option<Holder>, Error> {
    now(work::holder(id, &mut Blocking::session(conn)))
}

/// Creates the table of the locks if it does not exist. `diesel-concurrency edit-locks` writes a migration that does
/// the same.
///
/// `CREATE TABLE IF NOT EXISTS concurrency_edit_locks …`. Several programs may call it at once.
///
/// # Errors
///
/// [`Concurrency`](Error::Concurrency).
pub fn create<C: Connection>(conn: &mut C) -> Result<(), Error> {
    now(work::create(&mut Blocking::session(conn)))
}

/// Deletes the locks that have run out or were released, and returns how many there were.
///
/// A lock that has run out is free without this, which only keeps the table small. Afterwards the turns of a record
/// begin again at 1, so a page that was opened before may take over from a holder that it did not show. Call it seldom,
/// for example at night.
///
/// `DELETE FROM concurrency_edit_locks WHERE until_ms <= …`.
///
/// # Errors
///
/// [`MissingTable`](Error::MissingTable), [`Concurrency`](Error::Concurrency).
///
/// # Example
///
/// ```
/// use std::time::Duration;
///
/// use concurrency_diesel::RecordId;
/// use concurrency_diesel::edit_lock::{self, EditLock};
/// use diesel::prelude::*;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let conn = &mut SqliteConnection::establish(":memory:")?;
/// # edit_lock::create(conn)?;
/// let (first, second) = (RecordId::new("articles", 1_i64), RecordId::new("articles", 2_i64));
/// EditLock::new(&first, "ann").acquire(conn)?;
/// EditLock::new(&second, "ann").lasting(Duration::ZERO).acquire(conn)?;
/// assert_eq!(edit_lock::delete_expired(conn)?, 1);
/// # Ok(())
/// # }
/// ```
pub fn delete_expired<C: Connection>(conn: &mut C) -> Result<usize, Error> {
    now(work::delete_expired(&mut Blocking::session(conn)))
}
