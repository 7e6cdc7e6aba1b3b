//! SQLite's table of isolation: one writer at a time, and no write over an older snapshot.

use crate::suite::isolation::table::Ending::{Conflict, Restart, Written};
use crate::suite::isolation::table::{Cell, Cells, Ending, Setting};

pub fn settings(_connection: &mut super::TestConnection) -> Vec<Setting> {
    vec![
        setting("WAL, deferred", &["PRAGMA journal_mode = WAL"], "BEGIN", DEFERRED_WAL),
        setting("WAL, immediate", &["PRAGMA journal_mode = WAL"], "BEGIN IMMEDIATE", IMMEDIATE),
        setting("rollback journal, deferred", &["PRAGMA journal_mode = DELETE"], "BEGIN", DEFERRED_ROLLBACK),
        setting("rollback journal, immediate", &["PRAGMA journal_mode = DELETE"], "BEGIN IMMEDIATE", IMMEDIATE),
    ]
}

const fn setting(name: &'static str, database: &'static [&'static str], begin: &'static str, cells: Cells) -> Setting {
    Setting { name, database, session: &[], begin, cells }
}

/// A write over an older snapshot is refused at once (SQLITE_BUSY_SNAPSHOT), and so is one that would have to wait while
/// it holds a snapshot (SQLITE_BUSY): the busy timeout helps only a transaction that has not read.
const DEFERRED_WAL: Cells = Cells {
    commits: Cell::second_waits(Conflict),
    rolls_back: Cell::second_waits(Written),
    deletes: Cell::second_waits(Conflict),
    commits_before_single_statement: Cell::second_waits(Conflict),
    saves_what_was_read: Cell::nobody_waits(LOCKED),
    deletes_what_was_read: Cell::nobody_waits(LOCKED),
    saves_after_snapshot: Cell::nobody_waits(LOCKED),
    commits_what_was_read: Cell::nobody_waits(LOCKED),
    both_read: Cell::nobody_waits(LOCKED),
};

/// The COMMIT waits for readers to end; a reader that then wants to write is refused at once, and the COMMIT goes on.
const DEFERRED_ROLLBACK: Cells = Cells {
    saves_what_was_read: Cell::first_waits(Written, LOCKED),
    deletes_what_was_read: Cell::first_waits(Written, LOCKED),
    saves_after_snapshot: Cell::first_waits(Written, LOCKED),
    ..DEFERRED_WAL
};

/// The first transaction to begin is alone until it ends.
const IMMEDIATE: Cells = Cells {
    saves_what_was_read: Cell::first_waits(Conflict, Written),
    deletes_what_was_read: Cell::first_waits(Conflict, Written),
    saves_after_snapshot: Cell::first_waits(Conflict, Written),
    commits_what_was_read: Cell::first_waits(Conflict, Written),
    both_read: Cell::second_waits(Conflict),
    ..DEFERRED_WAL
};

const LOCKED: Ending = Restart("database is locked");
