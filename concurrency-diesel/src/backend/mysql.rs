//! MySQL and MariaDB.

use diesel::mysql::Mysql;

use super::{ConcurrencyBackend, ReadBack, sealed::Sealed};

impl Sealed for Mysql {}

impl ConcurrencyBackend for Mysql {
    const __NULL_SAFE_EQUAL: &'static str = " <=> ";
    /// A plain SELECT at REPEATABLE READ still shows the version that the UPDATE did not match; MariaDB has no FOR SHARE.
    const __COMMITTED_READ: &'static str = " LOCK IN SHARE MODE";
    const __LOCKING_READ: &'static str = " FOR UPDATE";
    const __READ_BACK: ReadBack = ReadBack::LastInsertId;

    /// LAST_INSERT_ID is unsigned: without the CAST a version below zero is out of range.
    fn __increment(signed: bool) -> (&'static str, &'static str) {
        if signed {
            ("CAST(LAST_INSERT_ID(COALESCE(", ", 0) + 1) AS SIGNED)")
        } else {
            ("LAST_INSERT_ID(COALESCE(", ", 0) + 1)")
        }
    }
}
