//! Edit locks under the names and signatures of the synchronous side, each of which waits for the asynchronous function of its
//! name.

use std::time::Duration;

use concurrency_diesel::RecordId;
use concurrency_diesel::asynchronous::Connection;
use concurrency_diesel::asynchronous::edit_lock;

use super::block_on::block_on;

pub use concurrency_diesel::edit_lock::{Editing, Error, Holder};

/// [`edit_lock::EditLock`], waited for.
#[derive(Clone, Copy)]
pub struct EditLock<'a>(edit_lock::EditLock<'a>);

impl<'a> EditLock<'a> {
    pub fn new(id: &'a RecordId, holder: &'a str) -> Self {
        Self(edit_lock::EditLock::new(id, holder))
    }

    pub fn lasting(self, duration: Duration) -> Self {
        Self(self.0.lasting(duration))
    }

    pub fn acquire<C: Connection<Use>, Use>(&self, conn: &mut C) -> Result<Editing, Error> {
        block_on(self.0.acquire(conn))
    }

    pub fn take_over<C: Connection<Use>, Use>(&self, turn: i64, conn: &mut C) -> Result<Editing, Error> {
        block_on(self.0.take_over(turn, conn))
    }

    pub fn release<C: Connection<Use>, Use>(&self, conn: &mut C) -> Result<bool, Error> {
        block_on(self.0.release(conn))
    }
}

pub fn holder<C: Connection<Use>, Use>(id: &RecordId, conn: &mut C) -> Result<Option<Holder>, Error> {
    block_on(edit_lock::holder(id, conn))
}

pub fn create<C: Connection<Use>, Use>(conn: &mut C) -> Result<(), Error> {
    block_on(edit_lock::create(conn))
}

pub fn delete_expired<C: Connection<Use>, Use>(conn: &mut C) -> Result<usize, Error> {
    block_on(edit_lock::delete_expired(conn))
}
