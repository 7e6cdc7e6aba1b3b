//! The engines to measure, and which of them are available.

use std::fmt;

use crate::contender::{BY_HAND, Contender, FLOOR, IN_BULK, OURS, Setting, VERSIONED};
use crate::saver::{AllAtOnce, DieselConnection, Saver, Through};

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

/// An engine that is not opened yet.
#[derive(Debug, Clone, Copy)]
pub struct Engine {
    pub name: &'static str,
    /// Opens the contenders, each with its own table of this many rows.
    pub open: fn(rows: i64) -> Result<Vec<Contender>, Absent>,
}

/// Every engine, in the order of the tables.
pub const ENGINES: &[Engine] = &[
    Engine { name: "SQLite, in memory", open: sqlite::in_memory },
    Engine { name: "SQLite, file in WAL mode", open: sqlite::in_file },
    #[cfg(feature = "postgres")]
    Engine { name: "PostgreSQL", open: postgres::open },
    #[cfg(not(feature = "postgres"))]
    Engine { name: "PostgreSQL", open: |_| Err(Absent("the feature `postgres` is off")) },
    #[cfg(feature = "mysql")]
    Engine { name: "MariaDB or MySQL", open: mysql::open },
    #[cfg(not(feature = "mysql"))]
    Engine { name: "MariaDB or MySQL", open: |_| Err(Absent("the feature `mysql` is off")) },
];

/// Why an engine cannot be measured here.
#[derive(Debug, Clone, Copy)]
pub struct Absent(pub &'static str);

impl fmt::Display for Absent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NOT MEASURED: {}", self.0)
    }
}

/// The contenders of an engine, each with its own connection and setting.
fn contenders<C, F>(
    rows: i64,
    connect: impl Fn() -> C,
    floor: impl FnOnce() -> F,
    setting: impl Fn() -> Setting,
) -> Vec<Contender>
where
    C: DieselConnection + 'static,
    F: Saver + 'static,
{
    vec![
        Contender::new(OURS, Through::new(connect(), C::save_concurrent), rows, setting()),
        Contender::new(IN_BULK, AllAtOnce(connect()), rows, setting()),
        Contender::new(BY_HAND, Through::new(connect(), C::save_by_hand), rows, setting()),
        Contender::new(VERSIONED, Through::new(connect(), C::save_versioned), rows, setting()),
        Contender::new(FLOOR, floor(), rows, setting()),
    ]
}

/// A name that no other contender and no other run uses.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn unique_name() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("concurrency_bench_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
