//! SQLite.

use diesel::sqlite::Sqlite;

use super::{ConcurrencyBackend, ReadBack, sealed::Sealed};

impl Sealed for Sqlite {}

impl ConcurrencyBackend for Sqlite {
    const __NULL_SAFE_EQUAL: &'static str = " IS ";
    /// A statement sees its transaction's snapshot, and a write over an older snapshot is refused (SQLITE_BUSY_SNAPSHOT).
    const __COMMITTED_READ: &'static str = "";
    /// There are no row locks: the first write locks the file.
    const __LOCKING_READ: &'static str = "";
    const __READ_BACK: ReadBack = ReadBack::Returning;

    fn __increment(_signed: bool) -> (&'static str, &'static str) {
        ("COALESCE(", ", 0) + 1")
    }
}
