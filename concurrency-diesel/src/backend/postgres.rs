//! PostgreSQL.

use diesel::pg::Pg;

use super::{ConcurrencyBackend, ReadBack, sealed::Sealed};

impl Sealed for Pg {}

impl ConcurrencyBackend for Pg {
    const __NULL_SAFE_EQUAL: &'static str = " IS NOT DISTINCT FROM ";
    /// At READ COMMITTED each statement sees what is committed; above it a write over an older snapshot is refused (40001).
    const __COMMITTED_READ: &'static str = "";
    const __LOCKING_READ: &'static str = " FOR UPDATE";
    const __READ_BACK: ReadBack = ReadBack::Returning;

    fn __increment(_signed: bool) -> (&'static str, &'static str) {
        ("COALESCE(", ", 0) + 1")
    }
}
