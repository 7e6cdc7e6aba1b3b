//! The form of each engine's table of isolation: plain data, which the engines fill in.
#![allow(dead_code, reason = "not everything happens on every engine")]

use diesel::connection::SimpleConnection as _;

use crate::engine::{Database, TestConnection};

/// A way to run transactions on an engine: one row of the table.
pub struct Setting {
    pub name: &'static str,
    /// Sent once, while no other connection to the database is open.
    pub database: &'static [&'static str],
    /// Sent by every connection that takes part.
    pub session: &'static [&'static str],
    /// Begins a transaction.
    pub begin: &'static str,
    pub cells: Cells,
}

impl Setting {
    /// Prepares the database, to which `only` is the only connection.
    pub fn apply(&self, only: &mut TestConnection) {
        for sql in self.database {
            only.batch_execute(sql).unwrap();
        }
    }

    /// A connection whose transactions run so.
    pub fn connect(&self, database: &Database) -> TestConnection {
        let mut connection = database.connect();
        for sql in self.session {
            connection.batch_execute(sql).unwrap();
        }
        connection
    }
}

/// The results of each situation: the cells of one row. Each field is named after what the first transaction does
/// meanwhile.
pub struct Cells {
    /// The second saves while the first has saved and not committed; the first commits.
    pub commits: Cell,
    /// The same, but the first rolls back.
    pub rolls_back: Cell,
    /// The same, but the first has deleted the row, and commits.
    pub deletes: Cell,
    /// The same as `commits`, but the second saves without a transaction.
    pub commits_before_single_statement: Cell,
    /// The second has read the row, then the first saves and commits, then the second saves.
    pub saves_what_was_read: Cell,
    /// The same, but the first deletes the row.
    pub deletes_what_was_read: Cell,
    /// The same as `saves_what_was_read`, but the second has read only another table.
    pub saves_after_snapshot: Cell,
    /// The second has read the row, and saves while the first has saved and not committed; the first commits.
    pub commits_what_was_read: Cell,
    /// Both read the row, then the first saves, then the second saves, then the first commits.
    pub both_read: Cell,
}

/// The result of one situation.
#[derive(Clone, Copy)]
pub struct Cell {
    /// The transaction that waits for the other at some point.
    pub waits: Option<Who>,
    pub first: Ending,
    pub second: Ending,
    /// How both end instead on other versions of the engine.
    pub or: Option<(Ending, Ending)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    First,
    Second,
}

/// How one of the two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The write and the COMMIT (if the situation has one) returned Ok.
    Written,
    /// The other one's write: `RecordModified { expected: 1, found: 2 }`, or `RecordDeleted { expected: 1 }`.
    Conflict,
    /// `Restart`, the engine's message beginning with this.
    Restart(&'static str),
    /// The engine chooses whom it refuses, with a message that begins with this; the other one has written.
    WrittenOrRestart(&'static str),
}

use Ending::Written;

impl Cell {
    /// The second has to wait for the first, which gets its way.
    pub const fn second_waits(second: Ending) -> Self {
        Self { waits: Some(Who::Second), first: Written, second, or: None }
    }

    /// The first has to wait for the second.
    pub const fn first_waits(first: Ending, second: Ending) -> Self {
        Self { waits: Some(Who::First), first, second, or: None }
    }

    /// The first gets its way, and the second is answered at once.
    pub const fn nobody_waits(second: Ending) -> Self {
        Self { waits: None, first: Written, second, or: None }
    }

    /// The results on other versions of the engine, after the same wait.
    pub const fn or(self, first: Ending, second: Ending) -> Self {
        Self { or: Some((first, second)), ..self }
    }
}
